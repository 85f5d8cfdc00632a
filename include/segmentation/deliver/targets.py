"""Where a shop's releases are delivered to: the section `deliver` of its file, checked. Stdlib only.

Read each time Airflow parses the DAGs, because the task is there only for shops that ask for it.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from segmentation.quoting import quoted

TABLE = "table"
MOST = 10
# Quoted in statements besides. Small letters, because databases differ in what becomes of others without quotes.
_TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?")
_CONNECTION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}")


class Fault(Exception):
    """What is wrong with the section, beginning with the key."""


@dataclass(frozen=True)
class Target:
    """Where to deliver. kind: `table`. place: the table's name. connection: Airflow's name of it."""

    kind: str
    place: str
    connection: str

    @property
    def id(self) -> str:
        """What its records are named by: the same as long as it leads to the same place."""
        text = json.dumps([self.kind, self.connection, self.place])
        return f"{self.kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def words(self) -> str:
        """As messages name it: never by host or user."""
        return f"{self.kind} {self.place} of the connection {self.connection}"


def targets_of(section: Any) -> tuple[Target, ...]:
    """The targets of a shop's file. Raises Fault naming the key and what is allowed."""
    if section is None:
        return ()
    entries = section if isinstance(section, list) else [section]
    if not entries or len(entries) > MOST:
        raise Fault(f"deliver: it has {len(entries)} targets. Allowed: 1 to {MOST}")
    found = tuple(map(_target, entries))
    twice = next((one for one in found if found.count(one) > 1), None)
    if twice:
        raise Fault(f"deliver: {twice.words} is there twice. Allowed: once")
    return found


def _target(entry: Any) -> Target:
    allowed = f"a mapping with one of the keys {', '.join(_KINDS)}"
    if not isinstance(entry, dict):
        raise Fault(f"deliver: {quoted(entry, 60)} is not allowed. Allowed: {allowed}")
    kinds = [kind for kind in _KINDS if kind in entry]
    if len(kinds) != 1:
        raise Fault(f"deliver: {quoted(entry, 60)} is not allowed. Allowed: {allowed}")
    (kind,) = kinds
    read, keys = _KINDS[kind]
    for key in entry:
        if key not in keys:
            raise Fault(f"deliver: {quoted(key, 60)} is not a key of a {kind}. Allowed: {', '.join(keys)}")
    return read(entry)


def _table(entry: dict[str, Any]) -> Target:
    name = entry["table"]
    if not isinstance(name, str) or not _TABLE.fullmatch(name):
        raise Fault(
            f"deliver: table: {quoted(name, 60)} is not allowed. Allowed: a name of up to 63 small letters a to z, "
            "digits and _, not beginning with a digit, after a schema and a dot if it has one"
        )
    return Target(TABLE, name, _connection(entry))


def _connection(entry: dict[str, Any]) -> str:
    name = entry.get("connection")
    if not isinstance(name, str) or not _CONNECTION.fullmatch(name):
        raise Fault(
            f"deliver: connection: {quoted(name, 60)} is not allowed. Allowed: the id of an Airflow connection, never "
            "an address"
        )
    return name


_KINDS: dict[str, tuple[Callable[[dict[str, Any]], Target], tuple[str, ...]]] = {
    TABLE: (_table, ("table", "connection")),
}
