"""An object store at an address: what stands there, and bytes to and from it."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pyarrow import NativeFile, fs

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut, quoted
from segmentation.warehouse.addresses import shown, without_secrets

PIECE = 8 << 20


class ObjectStore:
    """The objects under one address, such as `s3://bucket/folder`, by their names below it.

    Credentials come from the environment, as the store's own tools take them. Raises UserError if the address leads
    nowhere.
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

    def size_of(self, name: str) -> int | None:
        """The bytes of an object; None where there is none."""
        found = self._files.get_file_info(f"{self._root}/{name}")
        return found.size if found.type == fs.FileType.File else None

    def names(self) -> list[str]:
        """The names of all objects, sorted."""
        selector = fs.FileSelector(self._root, recursive=True, allow_not_found=True)
        files = [info.path for info in self._files.get_file_info(selector) if info.type == fs.FileType.File]
        return sorted(path.removeprefix(f"{self._root}/") for path in files)

    def send(self, path: Path, name: str) -> None:
        """Bring a file there."""
        with open(path, "rb") as file, self._output(name) as target:
            for piece in _pieces(file):
                target.write(piece)

    def fetch(self, name: str, path: Path, entry: dict[str, Any]) -> None:
        """Bring a file from there. Raises UserError if it has other bytes than `entry`, of a manifest, says."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._files.open_input_stream(f"{self._root}/{name}") as file, open(path, "wb") as target:
            passed = pour(file, target)
        if passed["sha256"] != entry["sha256"]:
            raise UserError(f"{self.address}/{name} has other bytes than were published. Remove that version there.")

    def put(self, name: str, content: bytes) -> None:
        """Bring bytes there."""
        with self._output(name) as target:
            target.write(content)

    def _output(self, name: str) -> NativeFile:
        return open_output(self._files, f"{self._root}/{name}")

    def get(self, name: str) -> bytes:
        """The bytes of an object."""
        with self._files.open_input_stream(f"{self._root}/{name}") as file:
            return file.read()

    @contextlib.contextmanager
    def in_words(self) -> Iterator[None]:
        """Have what the store refuses said as a user's mistake, without what is secret in the address."""
        try:
            yield
        except OSError as error:
            if error.filename is not None:  # of this machine's disk
                raise
            raise UserError(f"{self.address}: {cut(without_secrets(error, self._given), 600)}") from None


def open_output(files: fs.FileSystem, path: str) -> NativeFile:
    """A file or object to write. Only a disk has folders that must be there first."""
    if isinstance(files, fs.LocalFileSystem):
        files.create_dir(path.rpartition("/")[0], recursive=True)
    return files.open_output_stream(path)


def pour(file: BinaryIO | NativeFile, target: BinaryIO | NativeFile | None = None) -> dict[str, Any]:
    """Read a file to its end, into `target` where there is one; returns {bytes, sha256} of what passed."""
    checksum, size = hashlib.sha256(), 0
    for piece in _pieces(file):
        if target:
            target.write(piece)
        checksum.update(piece)
        size += len(piece)
    return {"bytes": size, "sha256": checksum.hexdigest()}


def _pieces(file: BinaryIO | NativeFile) -> Iterator[bytes]:
    """The bytes of a file, some megabytes at a time."""
    while piece := file.read(PIECE):
        yield piece
