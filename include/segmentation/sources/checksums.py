"""The sha256 of a user's file, remembered until the file is touched.

A monthly run on the same files asks for nothing else of them, and 23 GB take half a minute to read.
"""

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from segmentation.warehouse.versions import Warehouse, write_whole

MEMORY = "_checksums.json"
# A file system's clock has ticks. A file changed later in the tick in which it was read would look untouched.
SETTLED_NS = 2_000_000_000
MOST = 100


def sha256(path: Path) -> str:
    """The checksum of what a file holds, read from its start to its end."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Checksums:
    """What the warehouse remembers of a user's files, as long as size, times and inode say that nobody touches them.

    The time of change counts too, which a program cannot set back as it can the time of writing.
    forgetful: whether to remember nothing, because all shall be read again.
    """

    def __init__(self, warehouse: Warehouse, forgetful: bool = False) -> None:
        self._memory = warehouse.root / "source" / MEMORY
        self._forgetful = forgetful

    def known(self, path: Path) -> str | None:
        """The checksum of a file that has been read before and is as it was."""
        entry = None if self._forgetful else _recall(self._memory).get(str(path))
        return str(entry["sha256"]) if entry and entry["state"] == state_of(path) else None

    def of(self, path: Path) -> str:
        """The checksum of a file, which is read if it is not known."""
        if known := self.known(path):
            return known
        state = state_of(path)
        found = sha256(path)
        self.remember(path, state, found)
        return found

    def remember(self, path: Path, state: list[int], checksum: str) -> None:
        """Keep a checksum. state: what `state_of` gave before the file was read."""
        if state_of(path) != state or time.time_ns() - max(state[1:3]) <= SETTLED_NS:
            return
        others = {name: entry for name, entry in _recall(self._memory).items() if name != str(path)}
        kept = dict(list(others.items())[-(MOST - 1) :])
        # Who cannot remember reads again.
        with contextlib.suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._memory, json.dumps(kept | {str(path): {"state": state, "sha256": checksum}}, indent=1))


def state_of(path: Path) -> list[int]:
    """What changes when somebody touches a file; its size comes first, then its times."""
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev]


def _recall(memory: Path) -> dict[str, Any]:
    """What was remembered; nothing if the file is not there or not whole."""
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
        return {path: entry for path, entry in found.items() if {"state", "sha256"} <= set(entry)}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
