"""Writing a raw file block by block, so that it gets its name only when it is whole."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def write(path: Path, blocks: Iterator[bytes], what: str, report: Callable[[str], None]) -> None:
    """Write blocks of lines as a file. ``report`` is told every 50 blocks and at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, in case a killed run still writes.
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    lines = 0
    try:
        with partial.open("wb") as out:
            for number, block in enumerate(blocks, start=1):
                out.write(block)
                lines += block.count(b"\n")
                if number % 50 == 0:
                    report(f"{what}: {lines:,} lines so far")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    report(f"{what}: {lines:,} lines in {path}")
