"""What a Hub, a mirror of it or a proxy answers, read within limits: it may be anything, and as long as it likes."""

import json
import re
from collections.abc import Iterable
from typing import Any

# The dataset has some hundred files; a commit of ten thousand is described in 4 MB.
MOST_BYTES = 32 << 20
MOST_FILE = 10 << 40
_COMMIT = re.compile("[0-9a-f]{40}")
_SHA256 = re.compile("[0-9a-f]{64}")


class Strange(Exception):
    """An answer that is not what the Hub sends, as the end of a sentence."""


def read_json(blocks: Iterable[bytes]) -> dict[str, Any]:
    """The object of a JSON answer. Raises Strange where it is none, or larger than any that the Hub sends."""
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > MOST_BYTES:
            raise Strange(f"the answer is longer than {MOST_BYTES >> 20} MiB")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Strange("the answer is not what the Hub sends")
    return found


def checked(commit: Any, entries: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """The commit, and its files by path. Checksums and sizes become names and limits here, so they have to be some."""
    files = {}
    for entry in entries:
        if not isinstance(entry.rfilename, str):
            raise Strange("the answer names a file that has no name")
        files[entry.rfilename] = entry
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise Strange("the answer names no commit")
    return commit, files


def check_file(entry: Any) -> None:
    """Raise Strange where the size or the checksum of a file are none."""
    sha256 = entry.lfs.sha256 if entry.lfs else None
    is_right = (
        _SHA256.fullmatch(sha256)
        if isinstance(sha256, str)
        else sha256 is None and isinstance(entry.blob_id, str) and _COMMIT.fullmatch(entry.blob_id)
    )
    if not is_right or type(entry.size) is not int or not 0 <= entry.size <= MOST_FILE:
        raise Strange("the answer gives a file a size or a checksum that is none")
