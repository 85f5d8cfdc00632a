"""Dataset versions: the only place that writes, publishes or finds them.

    <warehouse>/<dataset>/[as_of=YYYY-MM-DD/]version=<id>/part-*.parquet, _manifest.json
    <warehouse>/<dataset>/[as_of=YYYY-MM-DD/]LATEST
    <warehouse>/<dataset>/[as_of=YYYY-MM-DD/]_attempts/<id>.<attempt>/     unfinished work

An attempt writes to a folder of its own, its manifest last, and is published by one rename that fails where
the version stands. A folder without a readable manifest is not a version for any reader.
"""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from dataclasses import replace as replace_field
from datetime import date
from pathlib import Path
from typing import Any

from segmentation.errors import UserError

MANIFEST = "_manifest.json"
LATEST = "LATEST"
MANIFEST_FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a published version says of itself.

    rows: of all files together. files: path inside the version -> {rows, bytes, sha256}. inputs: {dataset:
    version}. checks and figures: name -> what was measured. rows_checksum: equal for equal sets of rows, whatever
    their order. seal: a checksum of all the rest, which shows an edited manifest.
    """

    dataset: str
    version: str
    as_of: str | None
    created_at: str
    rows: int
    bytes: int
    columns: dict[str, str]
    files: dict[str, dict[str, Any]]
    inputs: dict[str, str]
    settings: dict[str, Any]
    code: dict[str, Any]
    run_id: str
    rows_checksum: str | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = MANIFEST_FORMAT
    seal: str = ""

    @property
    def as_of_date(self) -> date | None:
        """The as-of date, if the dataset has one."""
        return date.fromisoformat(self.as_of) if self.as_of else None


@dataclass(frozen=True)
class Attempt:
    """Unfinished work on a version: write into `folder`, then publish it."""

    dataset: str
    version: str
    as_of: date | None
    folder: Path


class Warehouse:
    """The versions under one root folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def home(self, dataset: str, as_of: date | None) -> Path:
        """The folder that holds a dataset's versions (of one as-of date)."""
        folder = self.root / dataset
        return folder / f"as_of={as_of.isoformat()}" if as_of else folder

    def place(self, dataset: str, version: str, as_of: date | None) -> Path:
        """Where a version stands, or would stand."""
        return self.home(dataset, as_of) / f"version={version}"

    def place_of(self, manifest: Manifest) -> Path:
        """Where a published version stands."""
        return self.place(manifest.dataset, manifest.version, manifest.as_of_date)

    def find(self, dataset: str, version: str, as_of: date | None) -> Manifest | None:
        """The manifest of a version, or None if it does not exist. Raises UserError if the manifest is damaged."""
        path = self.place(dataset, version, as_of) / MANIFEST
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] > MANIFEST_FORMAT:
                raise UserError(
                    f"{path} was written by a newer release of this project (format {content['format']}, "
                    f"this one knows {MANIFEST_FORMAT}). Use that release, or another warehouse."
                )
            return Manifest(**content)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise UserError(
                f"{path} is not a manifest ({error}). Restore it, or remove the folder {path.parent} to build it again."
            ) from None

    def get(self, dataset: str, version: str, as_of: date | None) -> Manifest:
        """The manifest of a version that must exist. Raises UserError if it does not."""
        manifest = self.find(dataset, version, as_of)
        if manifest is None:
            raise UserError(
                f"There is no version {version} of {dataset}{f' as of {as_of}' if as_of else ''} in {self.root}. "
                "Run the task that makes it again."
            )
        return manifest

    def find_any_month(self, dataset: str, version: str) -> Manifest | None:
        """The manifest of a version whose as-of date is not known."""
        for path in sorted((self.root / dataset).glob(f"as_of=*/version={version}/{MANIFEST}")):
            return self.find(dataset, version, date.fromisoformat(path.parts[-3].removeprefix("as_of=")))
        return None

    @contextlib.contextmanager
    def building(self, dataset: str, version: str, as_of: date | None) -> Iterator[None]:
        """Hold the right to build a version; wait while another process holds it.

        The kernel gives the right back when a builder dies, however it dies. So what lies in `_attempts` for
        this version once we hold it is dead work, and is wiped.
        """
        attempts = self.home(dataset, as_of) / "_attempts"
        attempts.mkdir(parents=True, exist_ok=True)
        with _locked(attempts / f"{version}.lock"):
            for dead in attempts.glob(f"{version}.*/"):
                shutil.rmtree(dead)
            yield

    def attempt(self, dataset: str, version: str, as_of: date | None) -> Attempt:
        """A new, empty folder to build a version in."""
        folder = self.home(dataset, as_of) / "_attempts" / f"{version}.{uuid.uuid4().hex[:8]}"
        folder.mkdir(parents=True)
        return Attempt(dataset, version, as_of, folder)

    def publish(self, attempt: Attempt, manifest: Manifest, replace: bool = False) -> Manifest:
        """Make an attempt the version, in one step; return the manifest that stands afterwards.

        Where the version stands already, the attempt is thrown away, or with `replace` takes its place.
        """
        manifest = replace_field(manifest, seal=seal(manifest))
        write_whole(attempt.folder / MANIFEST, json.dumps(asdict(manifest), indent=2, default=str) + "\n")
        final = self.place(attempt.dataset, attempt.version, attempt.as_of)
        # Looking and moving are one step, or two attempts could both find nothing and the later one swap out the first.
        with _locked(attempt.folder.parent / f"{attempt.version}.publish"):
            standing = self.find(attempt.dataset, attempt.version, attempt.as_of)
            if standing is None or replace:
                _move_into_place(attempt.folder, final, replace_existing=final.exists())
        shutil.rmtree(attempt.folder, ignore_errors=True)
        return self.get(attempt.dataset, attempt.version, attempt.as_of)

    def mark_used(self, manifest: Manifest) -> None:
        """Note that a run rests on a version today, so that clean-up leaves it alone."""
        os.utime(self.place_of(manifest) / MANIFEST)

    def set_latest(self, dataset: str, version: str, as_of: date | None) -> None:
        """Name the version that readers use from now on."""
        self.get(dataset, version, as_of)
        write_whole(self.home(dataset, as_of) / LATEST, version + "\n")

    def latest(self, dataset: str, as_of: date | None) -> Manifest | None:
        """The version that LATEST names, or None before the first green run."""
        try:
            version = (self.home(dataset, as_of) / LATEST).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return self.get(dataset, version, as_of)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file. The kernel releases it when the process ends, however it ends."""
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def seal(manifest: Manifest) -> str:
    """The checksum of a manifest's content."""
    content = {key: value for key, value in asdict(manifest).items() if key != "seal"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def describe_files(folder: Path, paths: list[Path]) -> dict[str, dict[str, Any]]:
    """Bytes, sha256 and, for Parquet, rows of files, by their path inside `folder`. Flushes them to disk."""
    described = {}
    for path in sorted(paths):
        entry: dict[str, Any] = {"bytes": path.stat().st_size}
        with open(path, "rb") as file:
            entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        if path.suffix == ".parquet":
            import pyarrow.parquet

            entry["rows"] = pyarrow.parquet.read_metadata(path).num_rows
        described[path.relative_to(folder).as_posix()] = entry
    return described


def data_files(folder: Path) -> list[Path]:
    """The files of a version or attempt: all but hidden ones and the manifest."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part[0] in "._" for part in path.relative_to(folder).parts)
    ]


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part, even after a crash."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    _sync_folder(path.parent)


def _move_into_place(folder: Path, final: Path, replace_existing: bool) -> None:
    _sync_folder(folder)
    if replace_existing:
        _exchange(folder, final)
    else:
        try:
            os.rename(folder, final)
        except OSError as error:
            # Another attempt published first; the caller throws this one away.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
    _sync_folder(final.parent)


def _exchange(one: Path, other: Path) -> None:
    """Swap two folders, so that at no moment either name is missing."""
    at_fdcwd, rename_exchange = -100, 2
    libc = ctypes.CDLL(None, use_errno=True)
    swap = getattr(libc, "renameat2", None)
    if swap and swap(at_fdcwd, os.fsencode(one), at_fdcwd, os.fsencode(other), rename_exchange) == 0:
        return
    # Not every file system and kernel can swap. Then the name is missing for the blink between two renames.
    aside = one.with_name(one.name + ".old")
    os.rename(other, aside)
    os.rename(one, other)
    os.rename(aside, one)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
