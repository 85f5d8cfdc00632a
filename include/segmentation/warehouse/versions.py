"""Dataset versions: the only place that writes, publishes or finds them.

    <warehouse>/<dataset>/[as_of=YYYY-MM-DD/]version=<id>/part-*.parquet, _manifest.json
    <warehouse>/<dataset>/[as_of=YYYY-MM-DD/]_attempts/<id>.<attempt>/     unfinished work

An attempt writes to a folder of its own, its manifest last, and is published by one rename that fails where
the version stands. A folder without a readable manifest is not a version for any reader. Which versions
make up a month is said by a release: see `releases.py`.
"""

import contextlib
import ctypes
import errno
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from dataclasses import replace as replace_field
from datetime import date
from functools import partial
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.warehouse.locks import is_free, locked, locked_at_once
from segmentation.warehouse.manifests import MANIFEST, Manifest, parse, seal

ATTEMPTS = "_attempts"
DYING = 10  # seconds that a killed job may still write

# At once into the log, not when a buffer is full.
say = partial(print, flush=True)


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
        return Path(self._home_text(dataset, as_of))

    def place(self, dataset: str, version: str, as_of: date | None) -> Path:
        """Where a version stands, or would stand."""
        return Path(self.place_text(dataset, version, as_of))

    def place_text(self, dataset: str, version: str, as_of: date | None) -> str:
        """The same as a text: pages ask for thousands of places, and paths take their time."""
        return f"{self._home_text(dataset, as_of)}/version={version}"

    def _home_text(self, dataset: str, as_of: date | None) -> str:
        return f"{self.root}/{dataset}/as_of={as_of.isoformat()}" if as_of else f"{self.root}/{dataset}"

    def place_of(self, manifest: Manifest) -> Path:
        """Where a published version stands."""
        return self.place(manifest.dataset, manifest.version, manifest.as_of_date)

    def find(self, dataset: str, version: str, as_of: date | None) -> Manifest | None:
        """The manifest of a version, or None if it does not exist. Raises UserError if the manifest is damaged."""
        path = f"{self.place_text(dataset, version, as_of)}/{MANIFEST}"
        try:
            with open(path, "rb") as file:
                return parse(file.read(), path)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise UserError(
                f"{path} is not a manifest ({error}). Restore it, or remove the folder {Path(path).parent} to build it "
                "again."
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
    def building(
        self, dataset: str, version: str, as_of: date | None, report: Callable[[str], None] = say
    ) -> Iterator[None]:
        """Hold the right to build a version; wait while another process holds it, and `report` which one.

        The kernel gives the right back when a builder dies, however it dies. So what lies in `_attempts` for
        this version once we hold it is dead work, and is wiped.
        """
        attempts = self.home(dataset, as_of) / ATTEMPTS
        attempts.mkdir(parents=True, exist_ok=True)
        words = f"{dataset}{f' as of {as_of}' if as_of else ''} version {version} is being built by"
        with locked(attempts / f"{version}.lock", lambda holder: report(f"{words} {holder}; waiting for it")):
            _wipe(attempts, version)
            try:
                yield
            finally:
                # A killed try's job may have lived on for a moment, and written where we had wiped.
                _wipe(attempts, version)

    def unfinished(self) -> list[Path]:
        """The folders of attempts that nobody works on any more."""
        # Never "**", which would walk into the folders that builders make and remove meanwhile.
        attempts = [*self.root.glob(f"*/{ATTEMPTS}/*/"), *self.root.glob(f"*/as_of=*/{ATTEMPTS}/*/")]
        return [folder for folder in sorted(attempts) if is_free(_lock_of(folder))]

    def wipe(self, folder: Path) -> bool:
        """Remove a folder that `unfinished` has named, unless its version is being built; tell whether it went."""
        with locked_at_once(_lock_of(folder)) as ours:
            if ours:
                _remove(folder)
            return ours

    def attempt(self, dataset: str, version: str, as_of: date | None) -> Attempt:
        """A new, empty folder to build a version in."""
        folder = self.home(dataset, as_of) / ATTEMPTS / f"{version}.{uuid.uuid4().hex[:8]}"
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
        with locked(attempt.folder.parent / f"{attempt.version}.publish"):
            standing = self.find(attempt.dataset, attempt.version, attempt.as_of)
            if standing is None or replace:
                _move_into_place(attempt.folder, final, replace_existing=final.exists())
        shutil.rmtree(attempt.folder, ignore_errors=True)
        return self.get(attempt.dataset, attempt.version, attempt.as_of)

    def mark_used(self, manifest: Manifest) -> None:
        """Note that a run rests on a version today, so that clean-up leaves it alone."""
        os.utime(self.place_of(manifest) / MANIFEST)


def _lock_of(attempt: Path) -> Path:
    return attempt.with_name(f"{attempt.name.partition('.')[0]}.lock")


def _wipe(attempts: Path, version: str) -> None:
    for dead in attempts.glob(f"{version}.*/"):
        _remove(dead)


def _remove(folder: Path) -> None:
    """Remove a folder, also one that a dying job still writes to."""
    deadline = time.monotonic() + DYING
    while True:
        try:
            return shutil.rmtree(folder)
        except FileNotFoundError:
            # Something in it went while we looked, or all of it.
            if not folder.exists():
                return None
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part, even after a crash."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_folder(path.parent)


def _move_into_place(folder: Path, final: Path, replace_existing: bool) -> None:
    sync_folder(folder)
    if replace_existing:
        _exchange(folder, final)
    else:
        try:
            os.rename(folder, final)
        except OSError as error:
            # Another attempt published first; the caller throws this one away.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
    sync_folder(final.parent)


def _exchange(one: Path, other: Path) -> None:
    """Swap two folders, so that at no moment either name is missing."""
    at_fdcwd, rename_exchange = -100, 2
    libc = ctypes.CDLL(None)
    swap = getattr(libc, "renameat2", None)
    if swap and swap(at_fdcwd, os.fsencode(one), at_fdcwd, os.fsencode(other), rename_exchange) == 0:
        return
    # Not every file system and kernel can swap. Then the name is missing for the blink between two renames.
    aside = one.with_name(one.name + ".old")
    os.rename(other, aside)
    os.rename(one, other)
    os.rename(aside, one)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
