"""Published versions and their files, for readers that take names from a request.

Nothing is looked up by a path: a version by its dataset, id and as-of date, a file by its name in the manifest. A
file is opened one folder at a time and never through a link, so no name, and no link that somebody has put
there, leads out of the version's folder.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from segmentation.common.errors import UserError
from segmentation.planning.plan import fingerprint
from segmentation.warehouse.manifests import MANIFEST, VERSION, Manifest, is_well_formed
from segmentation.warehouse.versions import Warehouse

CHUNK = 256 * 1024
REMEMBERED = 4096  # manifests


class Damaged(UserError):
    """A version that is not as it was published. The message names no path, because it is shown on a page."""


@dataclass(frozen=True)
class StoredFile:
    """A file that a manifest names. Its checksum is part of it, so what was read of one can be remembered."""

    folder: Path
    name: str
    bytes: int
    sha256: str

    def open(self) -> BinaryIO:
        """Open it for reading. Raises Damaged if it is not the regular file of that size within the folder."""
        try:
            file = _open_inside(self.folder, self.name)
        except (OSError, ValueError):
            raise Damaged(f"The file {self.name} cannot be read.") from None
        size = os.fstat(file.fileno()).st_size
        if size != self.bytes:
            file.close()
            raise Damaged(f"The file {self.name} has {size:,} bytes instead of {self.bytes:,}.")
        return file


def find(warehouse: Warehouse, dataset: str, version: str, as_of: date | None) -> Manifest | None:
    """The manifest of a published version, or None. Raises Damaged if it cannot be used."""
    return _read(warehouse.root, dataset, version, as_of) if _signature(warehouse, dataset, version, as_of) else None


def remembered(warehouse: Warehouse, dataset: str, version: str, as_of: date | None) -> Manifest | None:
    """As `find`, but read only when its file has changed, and without what pages do not show (checks, figures).

    Of its code only `rules` is left: a checksum of the texts of the rules that it rests on.
    """
    signature = _signature(warehouse, dataset, version, as_of)
    return _remember(warehouse.root, dataset, version, as_of, signature) if signature else None


def input_of_month(warehouse: Warehouse, report: Manifest, dataset: str) -> Manifest | None:
    """What a report was made from, of its own as-of date; None if it was not, or if that is gone. Raises Damaged."""
    return _input(warehouse, report, dataset, report.as_of_date)


def input_of_source(warehouse: Warehouse, report: Manifest, dataset: str) -> Manifest | None:
    """The same for what belongs to no month."""
    return _input(warehouse, report, dataset, None)


def _input(warehouse: Warehouse, report: Manifest, dataset: str, as_of: date | None) -> Manifest | None:
    version = report.inputs.get(dataset, "")
    return remembered(warehouse, dataset, version, as_of) if VERSION.fullmatch(version) else None


def file_of(warehouse: Warehouse, manifest: Manifest, name: str) -> StoredFile | None:
    """The file of that name, or None if the manifest does not name it."""
    entry = manifest.files.get(name)
    return StoredFile(warehouse.place_of(manifest), name, entry["bytes"], entry["sha256"]) if entry else None


def data_of(warehouse: Warehouse, manifest: Manifest) -> tuple[StoredFile, ...]:
    """The Parquet files of a version."""
    names = sorted(name for name in manifest.files if name.endswith(".parquet"))
    return tuple(file for name in names if (file := file_of(warehouse, manifest, name)))


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The content of an open file, a piece at a time; closes it at the end."""
    with file:
        while piece := file.read(CHUNK):
            yield piece


def _signature(warehouse: Warehouse, dataset: str, version: str, as_of: date | None) -> tuple[int, ...] | None:
    """What changes when a manifest's file does; None if there is none, or a link where a folder or file should be."""
    folder = warehouse.place_text(dataset, version, as_of)
    try:
        status = os.lstat(f"{folder}/{MANIFEST}")
        is_there = stat.S_ISDIR(os.lstat(folder).st_mode) and stat.S_ISREG(status.st_mode)
    except (OSError, ValueError):
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size) if is_there else None


@lru_cache(maxsize=REMEMBERED)
def _remember(root: Path, dataset: str, version: str, as_of: date | None, signature: tuple[int, ...]) -> Manifest:
    found = _read(root, dataset, version, as_of)
    return replace(found, code={"rules": fingerprint(found.code.get("files", {}))}, checks={}, figures={})


def _read(root: Path, dataset: str, version: str, as_of: date | None) -> Manifest:
    words = f"The version {version} of {dataset}{f' as of {as_of}' if as_of else ''}"
    try:
        manifest = Warehouse(root).get(dataset, version, as_of)
    except (UserError, OSError):
        raise Damaged(f"{words} has no manifest that can be read.") from None
    itself = (dataset, version, as_of.isoformat() if as_of else None)
    if not is_well_formed(manifest) or (manifest.dataset, manifest.version, manifest.as_of) != itself:
        raise Damaged(f"{words} has a manifest that is not its own.")
    return manifest


def _open_inside(folder: Path, name: str) -> BinaryIO:
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(name)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = below
        # Not blocking, because opening a pipe would wait for a writer.
        opened = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
    finally:
        os.close(handle)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise ValueError(name)
    return os.fdopen(opened, "rb")
