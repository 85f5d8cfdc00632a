"""Bring a user's file into the warehouse in one reading: as it passes it is copied or unpacked, and summed."""

import fcntl
import gzip
import hashlib
import io
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut
from segmentation.sources.retries import Progress

BLOCK = 1 << 22
# Lines of reviews are packed 3 to 20 times. A file of zeros packs 1,000 times as gzip, and any number as zstd.
MOST_TIMES, SMALL_UNPACKED = 200, 1_000_000_000
# The longest review has 33,000 characters. Beyond this a line would fill a reader's memory, and is no JSON line.
LONGEST_LINE = 64 << 20
GZIP, ZSTD = ".gz", ".zst"
CLONE = 0x40049409  # FICLONE of Linux


@dataclass(frozen=True)
class Copied:
    """What passed. sha256: of the file as it was given. entry: {bytes, sha256} of what was written."""

    sha256: str
    entry: dict[str, Any]


class Lines:
    """Looks at lines as they pass in blocks. Raises UserError naming the file at one that is too long."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._open = 0

    def pass_by(self, block: bytes) -> None:
        """The next block."""
        end = block.find(b"\n")
        self._check(self._open + (len(block) if end < 0 else end))
        self._open = self._open + len(block) if end < 0 else len(block) - block.rfind(b"\n") - 1
        self._check(self._open)

    def _check(self, length: int) -> None:
        if length > LONGEST_LINE:
            raise UserError(
                f"{self.name} has a line of more than {LONGEST_LINE >> 20} MiB. A file of JSON lines has one review or "
                "product on each line, and a line end after it."
            )


def bring_lines(path: Path, target: Path, report: Any) -> Copied:
    """Copy a file of lines, unpacked if it is packed. Raises UserError if it cannot be what it says."""
    name = f"Param files_path: {cut(path)}"
    if path.suffix in (GZIP, ZSTD):
        with _unpacking_in_words(path), open(path, "rb") as given, open(target, "wb") as written:
            packed = _Summed(given)
            with closing(_unpacked(packed, path.suffix)) as plain:
                entry = _pour(_bounded(_blocks(plain), path), written, Lines(name), None)
            while packed.read(BLOCK):
                pass  # what follows the packed content is a part of the file, too
            return Copied(packed.hash.hexdigest(), entry)
    with open(path, "rb") as given, open(target, "w+b") as written:
        size = os.fstat(given.fileno()).st_size
        progress = Progress(path.name, 0, size, report)
        if _clone(given, written):
            entry = _pour(_blocks(written), None, Lines(name), progress)
        else:
            entry = _pour(_blocks(given), written, Lines(name), progress)
    return Copied(entry["sha256"], entry)


def copy_file(path: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can. Not a hard link: its owner may edit the original."""
    with open(path, "rb") as original, open(target, "wb") as copy:
        if not _clone(original, copy):
            shutil.copyfileobj(original, copy, 1 << 24)


def share(path: Path, target: Path, instead: Callable[[Path, Path], object] = copy_file) -> None:
    """Give a content that nobody changes any more a second name; on file systems without such names do `instead`."""
    try:
        os.link(path, target)
    except OSError:
        instead(path, target)


def _clone(original: BinaryIO, copy: BinaryIO) -> bool:
    try:
        fcntl.ioctl(copy, CLONE, original.fileno())
    except OSError:
        return False
    return True


def _pour(blocks: Iterator[bytes], written: BinaryIO | None, lines: Lines, progress: Progress | None) -> dict[str, Any]:
    """Write blocks, and sum them beside: one core waits for the disk while the other works."""
    hasher, size = hashlib.sha256(), 0
    summed: Future[None] | None = None
    with ThreadPoolExecutor(1) as beside:
        for block in blocks:
            if summed:
                summed.result()
            summed = beside.submit(hasher.update, block)
            lines.pass_by(block)
            if written:
                written.write(block)
            size += len(block)
            if progress:
                progress.add(len(block))
    if progress:
        progress.end()
    return {"bytes": size, "sha256": hasher.hexdigest()}


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield bytes(block)


def _bounded(blocks: Iterator[bytes], path: Path) -> Iterator[bytes]:
    """What a packed file holds. Raises UserError as soon as it is more than a file of its size should hold."""
    most, passed = max(SMALL_UNPACKED, MOST_TIMES * path.stat().st_size), 0
    for block in blocks:
        passed += len(block)
        if passed > most:
            raise UserError(
                f"Param files_path: {cut(path)} unpacks to more than {most:,} bytes, which is {MOST_TIMES} times its "
                "size, or 1 GB. If that is right, unpack it yourself and give the plain file."
            )
        yield block


class _Summed(io.RawIOBase):
    """A file that sums what is read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self.hash.update(data)
        buffer[: len(data)] = data
        return len(data)


def _unpacked(packed: _Summed, ending: str) -> Any:
    if ending == GZIP:
        return gzip.GzipFile(fileobj=cast("Any", io.BufferedReader(packed, 1 << 20)))
    import pyarrow

    return pyarrow.CompressedInputStream(pyarrow.PythonFile(packed, mode="r"), "zstd")


@contextmanager
def _unpacking_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None
    except OSError as error:
        # Arrow says in this way that a file is damaged; the system has a number for what it says.
        if error.errno is not None:
            raise
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None
