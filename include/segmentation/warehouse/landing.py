"""The landing area: where downloads grow until their source version stands.

    <warehouse>/_landing/<checksum>.part             the beginning of a file, or all of it
    <warehouse>/_landing/draft-<any>.part            the same of a file whose checksum is not known yet
    <warehouse>/_landing/<commit>.<category>.json    what the Hub has said of a commit's files
    <warehouse>/_landing/addresses/<state>/<name>    a file from a bucket, kept as long as runs use it

A part is named by its content, so a content that two versions share is fetched once. It stays when a process dies, and
goes when the version stands.
"""

import contextlib
import fcntl
import io
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from segmentation.warehouse.versions import write_whole

# Files from addresses, each in a folder with a note of when a run last used it.
KEPT, USED = "addresses", ".used"


class Landing:
    """The landing area of the warehouse at `root`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "_landing"

    def part(self, checksum: str) -> Path:
        """Where the content with this checksum grows."""
        return self.folder / f"{checksum}.part"

    def size(self, checksum: str) -> int:
        """How many bytes of a content are here."""
        try:
            return self.part(checksum).stat().st_size
        except FileNotFoundError:
            return 0

    @contextlib.contextmanager
    def held(self, checksum: str, report: Callable[[str], None]) -> Iterator[io.FileIO]:
        """The part, open to read and append, and ours alone until the end; wait while another process has it.

        The kernel gives it back when its holder dies. An empty part does not stay.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.part(checksum)
        while True:
            with open(path, "a+b", buffering=0) as part:
                _lock(part, report)
                # While we waited the holder may have removed it; then the lock is on a file without a name.
                if not _is_at(part, path):
                    continue
                try:
                    yield part
                finally:
                    if not os.fstat(part.fileno()).st_size:
                        path.unlink(missing_ok=True)
                return

    @contextlib.contextmanager
    def draft(self) -> Iterator[Path]:
        """A place for a content whose checksum is not known yet; what is there in the end goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.part(f"draft-{uuid.uuid4().hex}")
        with open(path, "ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    def drop(self, checksum: str) -> None:
        """Remove a part, once no process uses it."""
        if self.part(checksum).exists():
            with self.held(checksum, lambda _: None):
                self.part(checksum).unlink(missing_ok=True)

    def remember(self, identity: dict[str, Any]) -> None:
        """Note what the Hub has said, so that a later process need not ask."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._note(identity["commit"], identity["category"]), json.dumps(identity, indent=2) + "\n")

    def remembered(self, commit: str, category: str) -> dict[str, Any] | None:
        """What `remember` was told of a commit's category."""
        try:
            return json.loads(self._note(commit, category).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def forget(self, identity: dict[str, Any]) -> None:
        """Remove the note."""
        self._note(identity["commit"], identity["category"]).unlink(missing_ok=True)

    @contextlib.contextmanager
    def kept(self, key: str, name: str, report: Callable[[str], None]) -> Iterator[tuple[Path, Path]]:
        """Where a file stands that is kept, and where it grows until it is whole; ours alone until the end."""
        folder = self.folder / KEPT / key
        while True:
            folder.mkdir(parents=True, exist_ok=True)
            used = folder / USED
            with open(used, "a+b", buffering=0) as holder:
                _lock(holder, report)
                # While we waited, clean-up may have removed it.
                if not _is_at(holder, used):
                    continue
                os.utime(used)
                yield folder / name, folder / f"{name}.part"
                return

    def stale(self, before: datetime) -> list[Path]:
        """The files that nothing has changed since then."""
        # Hidden ones are drafts of notes, left by a process that was killed.
        paths = [path for pattern in ("*.part", "*.json", ".*") for path in sorted(self.folder.glob(pattern))]
        paths += sorted((self.folder / KEPT).glob(f"*/{USED}"))
        return [path for path in paths if path.stat().st_mtime < before.timestamp()]

    def remove(self, path: Path) -> bool:
        """Remove a file that `stale` has named, unless a process has it; tell whether it went."""
        with contextlib.suppress(BlockingIOError, FileNotFoundError), open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.name == USED:
                shutil.rmtree(path.parent)
            else:
                path.unlink()
            return True
        return False

    def _note(self, commit: str, category: str) -> Path:
        return self.folder / f"{commit}.{category}.json"


def _lock(part: io.FileIO, report: Callable[[str], None]) -> None:
    try:
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        report("another run is downloading this content; waiting for it")
        fcntl.flock(part, fcntl.LOCK_EX)


def _is_at(part: io.FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(part.fileno()), path.stat())
    except FileNotFoundError:
        return False
