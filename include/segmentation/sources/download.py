"""Bring one file of the Hub to its full, right content, from wherever an earlier try left it.

The Hub's client cannot continue the download of another process, and checks only the length. Hence this loop.
"""

import hashlib
import io
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from segmentation.common.errors import UserError
from segmentation.sources.copying import Lines
from segmentation.sources.hub import Hub
from segmentation.sources.retries import Interrupted, Progress, Tries, size

READ_BYTES = 1 << 22


@dataclass(frozen=True)
class HubFile:
    """A file of a commit. The Hub knows the sha256 of large files only; of others it tells git's own checksum."""

    path: str
    bytes: int
    sha256: str | None = None
    blob_id: str | None = None

    @property
    def checksum(self) -> str:
        """What identifies the content."""
        return str(self.sha256 or self.blob_id)

    def hasher(self) -> Any:
        """A fresh hash object; its hexdigest over the whole content is `checksum`."""
        if self.sha256:
            return hashlib.sha256()
        return hashlib.sha1(b"blob %d\0" % self.bytes, usedforsecurity=False)

    def words(self) -> dict[str, Any]:
        """The file as it stands in an identity."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class Passing:
    """What is looked at while a content passes: its checksum, and the length of its lines."""

    def __init__(self, file: HubFile) -> None:
        self._hasher = file.hasher()
        self._lines = Lines(f"Param category: the Hub's file {file.path}")

    def add(self, block: bytes) -> None:
        """The next block. Raises UserError at a line that is too long."""
        self._hasher.update(block)
        self._lines.pass_by(block)

    @property
    def checksum(self) -> str:
        """Of all that has passed."""
        return str(self._hasher.hexdigest())


def complete(
    part: io.FileIO, file: HubFile, commit: str, hub: Callable[[], Hub], report: Callable[[str], None]
) -> None:
    """Fill `part`, which holds the beginning of the file or nothing, and check it.

    A wrong content is thrown away and fetched once more. Raises UserError if it is wrong again, or for what the user
    can mend, and Unavailable when the network does not come back; then what has arrived stays in `part`.
    """
    for _ in range(2):
        if _fill(part, file, commit, hub, report):
            return
        part.truncate(0)
        report(f"{file.path}: the content has another checksum than the Hub lists, and is thrown away")
    raise UserError(
        f"Param source: 'huggingface': {file.path} arrived twice with a wrong checksum (expected {file.checksum}). "
        "Something on the way changes it: check the proxy, the mirror in HF_ENDPOINT and the disk, and run again."
    )


def _fill(part: io.FileIO, file: HubFile, commit: str, hub: Callable[[], Hub], report: Callable[[str], None]) -> bool:
    """Append what is missing; tell whether the whole has the right checksum."""
    passing = Passing(file)
    here = os.fstat(part.fileno()).st_size
    if here:
        report(f"{file.path}: {size(here)} of {size(file.bytes)} are here, reading them for the checksum")
        _feed(part, passing)
    if here < file.bytes:
        report(f"{file.path}: downloading {size(file.bytes - here)} from {hub().name}")
        _download(part, file, commit, hub(), passing, Progress(file.path, here, file.bytes, report))
    return passing.checksum == file.checksum


def _download(part: io.FileIO, file: HubFile, commit: str, hub: Hub, passing: "Passing", progress: Progress) -> None:
    tries = Tries(file.path, progress.report)
    while progress.done < file.bytes:
        fault = Interrupted("the connection ended early")
        try:
            with closing(hub.blocks(commit, file.path, file.sha256, progress.done, file.bytes)) as blocks:
                for block in blocks:
                    _write(part, block)
                    passing.add(block)
                    progress.add(len(block))
                    if block:
                        tries.succeeded()
        except Interrupted as error:
            fault = error
        if progress.done < file.bytes:
            tries.wait_after(fault)
    progress.end()


def _feed(part: io.FileIO, passing: "Passing") -> None:
    part.seek(0)
    while data := part.read(READ_BYTES):
        passing.add(data)


def _write(part: io.FileIO, block: bytes) -> None:
    """Write all of it at once into the system's hands, so that nothing is lost if this process is killed."""
    rest = memoryview(block)
    while rest:
        rest = rest[part.write(rest) :]
