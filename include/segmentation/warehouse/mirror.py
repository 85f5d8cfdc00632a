"""A copy of a warehouse's versions in an object store: for readers elsewhere, and to restore a lost warehouse from.

    <store>/<dataset>/[as_of=YYYY-MM-DD/]version=<id>/part-*.parquet, _manifest.json
    <store>/<dataset>/[as_of=YYYY-MM-DD/]LATEST

An object store has no rename and no locks. So the guarantees rest on two things that it has: an object appears whole
or not at all, and a version whose files never change. The manifest is written after the files, and LATEST after all
versions that it leads to. Who finds a manifest finds all its files; who follows LATEST finds all that it rests on.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from pyarrow import NativeFile, fs

from segmentation.errors import UserError
from segmentation.quoting import cut, quoted
from segmentation.warehouse.addresses import shown, without_secrets
from segmentation.warehouse.ancestry import DATASET, VERSION
from segmentation.warehouse.holes import outputs_first
from segmentation.warehouse.manifests import MANIFEST, Manifest, is_well_formed, parse, seal
from segmentation.warehouse.upkeep import latest_versions, reachable
from segmentation.warehouse.versions import LATEST, Warehouse, say

PIECE = 8 << 20
_HOME = rf"({DATASET.pattern})/(?:as_of=(\d{{4}}-\d\d-\d\d)/)?"
_VERSION = re.compile(_HOME + rf"version=({VERSION.pattern})/{re.escape(MANIFEST)}")
_LATEST = re.compile(_HOME + LATEST)


@dataclass(frozen=True)
class Copied:
    """What a copy did. versions, bytes: that were brought; standing: versions that were there already."""

    versions: int
    bytes: int
    standing: int


class Mirror:
    """The copy under one address, such as `s3://bucket/folder`. Credentials come from the environment, as the store's
    own tools take them. Raises UserError if the address leads nowhere.
    """

    def __init__(self, address: str) -> None:
        self.address = shown(address)
        self._given = address
        try:
            self._files, root = fs.FileSystem.from_uri(address)
        except (ValueError, OSError, TypeError) as error:
            said = cut(without_secrets(error, address))
            raise UserError(
                f"MIRROR: {quoted(self.address)} is no address such as s3://bucket/folder: {said}"
            ) from None
        self._root = root.rstrip("/")

    def push(self, warehouse: Warehouse, report: Callable[[str], None] = say) -> Copied:
        """Bring every version that LATEST reaches into the store, then LATEST itself."""
        latest = latest_versions(warehouse)
        versions, size, standing = 0, 0, 0
        with self._in_words():
            versions_of = reachable(warehouse, latest)
            # Inputs first, so that a push that breaks off leaves no version there without what it was made from.
            for folder in reversed(outputs_first(warehouse, versions_of)):
                manifest = versions_of[folder]
                place = folder.relative_to(warehouse.root).as_posix()
                if self._seal_of(place) == manifest.seal:
                    standing += 1
                    continue
                for name in manifest.files:
                    self._send(folder / name, f"{place}/{name}")
                self._send(folder / MANIFEST, f"{place}/{MANIFEST}")
                versions, size = versions + 1, size + manifest.bytes
                report(f"{place}  {manifest.bytes:,} bytes")
            for manifest in latest:
                home = warehouse.home(manifest.dataset, manifest.as_of_date).relative_to(warehouse.root).as_posix()
                self._put(f"{home}/{LATEST}", f"{manifest.version}\n".encode())
        return Copied(versions, size, standing)

    def restore(self, warehouse: Warehouse, report: Callable[[str], None] = say) -> Copied:
        """Bring every version of the store that the warehouse lacks, each checked, then LATEST where there is none.

        Raises UserError naming what is not as it was published; such a version does not become visible.
        """
        versions, size, standing = 0, 0, 0
        with self._in_words():
            names = self._names()
            found = [match for name in names if (match := _VERSION.fullmatch(name))]
            for match in found:
                dataset, as_of, version = match[1], _day(match[2]), match[3]
                if warehouse.find(dataset, version, as_of):
                    standing += 1
                    continue
                manifest = self._manifest(match.string, dataset, version, as_of)
                place = match.string.removesuffix(f"/{MANIFEST}")
                with warehouse.building(dataset, version, as_of, report):
                    attempt = warehouse.attempt(dataset, version, as_of)
                    for name, entry in manifest.files.items():
                        self._fetch(f"{place}/{name}", attempt.folder / name, entry)
                    warehouse.publish(attempt, manifest)
                versions, size = versions + 1, size + manifest.bytes
                report(f"{place}  {manifest.bytes:,} bytes")
            for match in (match for name in names if (match := _LATEST.fullmatch(name))):
                if warehouse.latest(match[1], _day(match[2])) is None:
                    version = self._get(match.string).decode("ascii", errors="replace").strip()
                    warehouse.set_latest(match[1], version, _day(match[2]))
        return Copied(versions, size, standing)

    def _names(self) -> list[str]:
        selector = fs.FileSelector(self._root, recursive=True, allow_not_found=True)
        files = [info.path for info in self._files.get_file_info(selector) if info.type == fs.FileType.File]
        if not files:
            raise UserError(f"There is nothing in {self.address}. `make mirror` brings a warehouse there.")
        return sorted(path.removeprefix(f"{self._root}/") for path in files)

    def _manifest(self, name: str, dataset: str, version: str, as_of: date | None) -> Manifest:
        """A manifest of the store, which anyone who may write there may have written."""
        try:
            manifest = parse(self._get(name), f"{self.address}/{name}")
            is_right = is_well_formed(manifest) and manifest.seal == seal(manifest)
            named = (manifest.dataset, manifest.version, manifest.as_of_date)
            is_right = is_right and named == (dataset, version, as_of)
        except (ValueError, TypeError, KeyError):
            is_right = False
        if not is_right or not all(_is_inside(file) for file in manifest.files):
            raise UserError(f"{self.address}/{name} is not as it was published. Remove that version from the store.")
        return manifest

    def _seal_of(self, place: str) -> str | None:
        if self._files.get_file_info(f"{self._root}/{place}/{MANIFEST}").type != fs.FileType.File:
            return None
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return json.loads(self._get(f"{place}/{MANIFEST}"))["seal"]
        return None

    def _send(self, path: Path, name: str) -> None:
        with open(path, "rb") as file, self._output(name) as target:
            for piece in _pieces(file):
                target.write(piece)

    def _fetch(self, name: str, path: Path, entry: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        checksum = hashlib.sha256()
        with self._files.open_input_stream(f"{self._root}/{name}") as file, open(path, "wb") as target:
            for piece in _pieces(file):
                checksum.update(piece)
                target.write(piece)
        if checksum.hexdigest() != entry["sha256"]:
            raise UserError(f"{self.address}/{name} has other bytes than were published. Remove that version there.")

    def _put(self, name: str, content: bytes) -> None:
        with self._output(name) as target:
            target.write(content)

    def _output(self, name: str) -> NativeFile:
        path = f"{self._root}/{name}"
        if isinstance(self._files, fs.LocalFileSystem):
            # Only a disk has folders that must be there first.
            self._files.create_dir(path.rpartition("/")[0], recursive=True)
        return self._files.open_output_stream(path)

    def _get(self, name: str) -> bytes:
        with self._files.open_input_stream(f"{self._root}/{name}") as file:
            return file.read()

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.filename is not None:  # of this machine's disk
                raise
            raise UserError(f"{self.address}: {cut(without_secrets(error, self._given), 600)}") from None


def _pieces(file: BinaryIO | NativeFile) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _is_inside(name: str) -> bool:
    """Whether a file's name stays within its version's folder."""
    path = PurePosixPath(name)
    return not path.is_absolute() and all(part[0] not in "._" for part in path.parts) and bool(path.parts)
