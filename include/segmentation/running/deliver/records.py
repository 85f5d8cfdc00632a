"""What was delivered, recorded beside the release.

    <warehouse>/releases/<shop>/as_of=YYYY-MM-DD/<number>.deliveries/<target>.json

A record appears whole when a target has everything, and is never replaced. Until then a note beside it says why the
last try failed. Nothing here says host, user or password.
"""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO

from segmentation.common.quoting import cut
from segmentation.config.shops.targets import Target
from segmentation.warehouse import releases
from segmentation.warehouse.locks import locked
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

FORMAT = 1
LONGEST_REASON = 600
_RECORD, _FAILED, _ACKNOWLEDGED = ".json", ".failed", ".acknowledged"


@dataclass(frozen=True)
class Record:
    """A delivery of a release to a target. of: the delivery's id. rows: how many customers. at: when, in UTC.

    same_as: the number of the earlier release that has brought these very rows, or 0. reason: why the last try failed;
    empty for what was delivered.
    """

    kind: str
    place: str
    connection: str
    of: str
    rows: int
    at: str
    run_id: str
    same_as: int = 0
    reason: str = ""
    format: int = FORMAT

    @property
    def words(self) -> str:
        """As lists show it."""
        what = f"{self.kind} {self.place}" + (f" ({self.connection})" if self.connection else "")
        when = f"{datetime.fromisoformat(self.at):%Y-%m-%d %H:%M} UTC"
        if self.reason:
            return f"not delivered to {what}, {when}: {self.reason}"
        same = f", as release {self.same_as} has" if self.same_as else ""
        return f"delivered to {what}{same}, {when}: {self.rows:,} rows"


def folder_of(warehouse: Warehouse, shop: str, as_of: date, number: int) -> Path:
    """Where the records of a release lie, or would."""
    return Path(_folder_text(warehouse, shop, as_of, number))


def _folder_text(warehouse: Warehouse, shop: str, as_of: date, number: int) -> str:
    return f"{releases.home_text(warehouse, shop, as_of)}/{releases.deliveries_name(number)}"


def record_of(target: Target, of: str, rows: int, run_id: str, same_as: int = 0, reason: str = "") -> Record:
    """A record of now."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    short = cut(" ".join(reason.split()), LONGEST_REASON)
    return Record(target.kind, target.place, target.connection, of, rows, at, run_id, same_as, short)


def all_of(warehouse: Warehouse, release: Release) -> list[Record]:
    """What was delivered of a release and what could not be, by target. What cannot be read is passed over."""
    folder = _folder_text(warehouse, release.shop, release.day, release.number)
    names = sorted(name for name in releases.names_in(folder) if name.endswith((_RECORD, _FAILED)))
    done = {name.removesuffix(_RECORD) for name in names if name.endswith(_RECORD)}
    shown = [name for name in names if name.endswith(_RECORD) or name.removesuffix(_FAILED) not in done]
    return [one for name in shown if (one := _read(Path(folder, name)))]


@contextlib.contextmanager
def writing(warehouse: Warehouse, release: Release) -> Iterator["Records"]:
    """The records of a release, for the one process that delivers it; another one waits."""
    folder = folder_of(warehouse, release.shop, release.day, release.number)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock", lambda holder: print(f"This release is being delivered by {holder}.", flush=True)):
        for left in folder.glob(".draft.*"):  # of a try that was killed right here
            left.unlink(missing_ok=True)
        yield Records(warehouse, release, folder)


@dataclass(frozen=True)
class Records:
    """The records of a release, held by who delivers it."""

    warehouse: Warehouse
    release: Release
    folder: Path

    def done(self, target: Target, of: str) -> Record | None:
        """The record of a target that has everything, if it has."""
        found = _read(self.folder / f"{target.id}{_RECORD}")
        return found if found and found.of == of else None

    def before(self, target: Target) -> tuple[int, Record] | None:
        """What the target got last before this release, of the same month, and of which release."""
        release = self.release
        for number in reversed(releases.numbers(self.warehouse, release.shop, release.day)):
            folder = folder_of(self.warehouse, release.shop, release.day, number)
            if number < release.number and (found := _read(folder / f"{target.id}{_RECORD}")):
                return number, found
        return None

    @contextlib.contextmanager
    def journal(self, target: Target, of: str) -> Iterator["Journal"]:
        """What a target has acknowledged of a delivery: by an earlier release of the month, if that was the last that
        it got and the rows are the same, else by this one.
        """
        release, origin = self.release, self.release.number
        for number in reversed(releases.numbers(self.warehouse, release.shop, release.day)):
            folder = folder_of(self.warehouse, release.shop, release.day, number)
            if number <= release.number and (folder / f"{target.id}{_ACKNOWLEDGED}").exists():
                begun = (folder / f"{target.id}{_ACKNOWLEDGED}").read_text(encoding="utf-8").partition("\n")[0]
                origin = number if begun == of else origin
                break
        folder = folder_of(self.warehouse, release.shop, release.day, origin)
        with open(folder / f"{target.id}{_ACKNOWLEDGED}", "a+", encoding="utf-8") as file:
            file.seek(0)
            text = file.read()
            if text and not text.endswith("\n"):  # of a try that was killed right here
                file.write("\n")
            # A key is there when its line is; what is shorter was cut off, and is no key.
            journal = Journal(origin, set(text.splitlines()[1:]), file)
            if not text:
                journal.add(of)
            yield journal

    def keep(self, target: Target, record: Record) -> None:
        """Record that a target has everything."""
        releases.create_file(self.folder / f"{target.id}{_RECORD}", _text(record))
        (self.folder / f"{target.id}{_FAILED}").unlink(missing_ok=True)

    def note_failure(self, target: Target, record: Record) -> None:
        """Note why a target could not be served; the next try replaces it."""
        draft = self.folder / f".draft.{uuid.uuid4().hex[:8]}"
        draft.write_text(_text(record), encoding="utf-8")
        os.replace(draft, self.folder / f"{target.id}{_FAILED}")


@dataclass(frozen=True)
class Journal:
    """The keys of the batches that were acknowledged. origin: the number of the release that began to send them."""

    origin: int
    keys: set[str]
    _file: TextIO

    def add(self, key: str) -> None:
        """Note a key, so that it outlives this process and this machine's power."""
        self._file.write(f"{key}\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.keys.add(key)


def _text(record: Record) -> str:
    return json.dumps(asdict(record), indent=2) + "\n"


def _read(path: Path) -> Record | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        record = Record(**content)
        datetime.fromisoformat(record.at)
    except (OSError, ValueError, TypeError):
        return None
    return record
