"""Where a shop's releases are delivered to: the section `deliver` of its file, checked. Stdlib only.

Read each time Airflow parses the DAGs, because the task is there only for shops that ask for it.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from segmentation.common.quoting import quoted

TABLE, FILES, WEBHOOK = "table", "files", "webhook"
MOST = 10
# Of the lists that a webhook gets; and how many rows a batch has, if the file does not say.
ALL = ("all",)
BATCH, LARGEST_BATCH = 500, 10_000
# Quoted in statements besides. Small letters, because databases differ in what becomes of others without quotes.
_TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?")
_ADDRESS = re.compile(r"([a-z][a-z0-9]{1,10}://|/)[A-Za-z0-9][A-Za-z0-9._/=-]{0,400}")
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,100}){1,20}")
_LIST = re.compile(r"[a-z0-9-]{1,80}")
_CONNECTION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}")


class Fault(Exception):
    """What is wrong with the section, beginning with the key."""


@dataclass(frozen=True)
class Target:
    """Where to deliver. kind: `table`, `files` or `webhook`. place: the table's name, the folder's or bucket's address,
    or the path at the receiver. connection: Airflow's name of it; empty for files. lists, batch: of a webhook.
    """

    kind: str
    place: str
    connection: str
    lists: tuple[str, ...] = ()
    batch: int = 0

    @property
    def id(self) -> str:
        """What its records are named by: the same as long as it leads to the same place."""
        more = [self.lists, self.batch] if self.kind == WEBHOOK else []
        text = json.dumps([self.kind, self.connection, self.place, *more])
        return f"{self.kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def words(self) -> str:
        """As messages name it: never by host or user."""
        return f"{self.kind} {self.place}" + (f" of the connection {self.connection}" if self.connection else "")

    @property
    def is_of_now(self) -> bool:
        """Whether it is told where customers are now only; files have a folder for each release."""
        return self.kind != FILES


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


def _files(entry: dict[str, Any]) -> Target:
    address = entry["files"]
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address) or ".." in address:
        raise Fault(
            f"deliver: files: {quoted(address, 60)} is not allowed. Allowed: a whole path such as /data/out, or an "
            "address such as s3://bucket/folder, without keys or options, which the environment has"
        )
    return Target(FILES, address.rstrip("/"), _connection(entry) if "connection" in entry else "")


def _webhook(entry: dict[str, Any]) -> Target:
    path, lists, batch = entry["webhook"], entry.get("lists", "all"), entry.get("batch", BATCH)
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise Fault(
            f"deliver: webhook: {quoted(path, 60)} is not allowed. Allowed: the path at the connection's host, such as "
            "/segments"
        )
    names = ALL if lists == "all" else tuple(lists) if isinstance(lists, list) else ()
    if not names or not all(isinstance(name, str) and _LIST.fullmatch(name) for name in names):
        raise Fault(
            f"deliver: lists: {quoted(lists, 60)} is not allowed. Allowed: all, or a list of names of lists such as "
            "champions"
        )
    if len(set(names)) != len(names):
        raise Fault(f"deliver: lists: {quoted(lists, 60)} is not allowed. Allowed: each list once")
    if not isinstance(batch, int) or isinstance(batch, bool) or not 1 <= batch <= LARGEST_BATCH:
        raise Fault(f"deliver: batch: {quoted(batch, 60)} is not allowed. Allowed: 1 to {LARGEST_BATCH} rows")
    return Target(WEBHOOK, path, _connection(entry), names, batch)


_KINDS: dict[str, tuple[Callable[[dict[str, Any]], Target], tuple[str, ...]]] = {
    TABLE: (_table, ("table", "connection")),
    FILES: (_files, ("files", "connection")),
    WEBHOOK: (_webhook, ("webhook", "connection", "lists", "batch")),
}
