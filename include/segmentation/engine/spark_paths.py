"""Paths as Spark takes them: it reads a path with one of `[]{}*?\\` as a pattern, and a folder may have any name."""

import re
from pathlib import Path

_SIGNS = re.compile(r"[\[\]{}*?\\]")


def literal(path: Path | str) -> str:
    """The path as a pattern that means this path only."""
    return _SIGNS.sub(r"\\\g<0>", str(path))
