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


def remembered_sha256(warehouse: Warehouse, path: Path) -> str:
    """The checksum of a file: as it was found before, if size, times and inode say that nobody has touched it since.

    The time of change counts too, which a program cannot set back as it can the time of writing.
    """
    memory = warehouse.root / "source" / MEMORY
    known, state = _recall(memory), _state(path)
    entry = known.pop(str(path), None)
    if entry and entry["state"] == state:
        return str(entry["sha256"])
    found = sha256(path)
    if _state(path) == state and time.time_ns() - max(state[1:3]) > SETTLED_NS:
        kept = dict(list(known.items())[-(MOST - 1) :])
        # Who cannot remember reads again.
        with contextlib.suppress(OSError):
            memory.parent.mkdir(parents=True, exist_ok=True)
            write_whole(memory, json.dumps(kept | {str(path): {"state": state, "sha256": found}}, indent=1))
    return found


def _state(path: Path) -> list[int]:
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev]


def _recall(memory: Path) -> dict[str, Any]:
    """What was remembered; nothing if the file is not there or not whole."""
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
        return {path: entry for path, entry in found.items() if {"state", "sha256"} <= set(entry)}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
