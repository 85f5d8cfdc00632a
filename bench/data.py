"""The raw files that all contenders read: generated once for each scale, or given."""

from pathlib import Path

from bench.errors import BenchError
from bench.stages import CATEGORY, raw_files
from segmentation.sources.demo_shop import BROKEN_REVIEW_LINES, generate

# The reviews of the category in Amazon Reviews 2023.
FULL = 43_886_944
SEED = 20230913
_CHUNK = 1 << 24


def reviews_at(scale: float) -> int:
    """How many reviews a scale has."""
    return round(FULL * scale)


def make(folder: Path, scale: float) -> None:
    """Generate the files of a scale unless they are there."""
    if not all(path.exists() for path in raw_files(folder)):
        print(f"Generating {reviews_at(scale):,} reviews (once)", flush=True)
        generate(folder, category=CATEGORY, reviews=reviews_at(scale), seed=SEED, long_past=True)


def check(folder: Path, scale: float) -> None:
    """Raise BenchError if the files are not there or hold another number of reviews than the scale has."""
    for path in raw_files(folder):
        if not path.exists():
            raise BenchError(f"DATA has no file {path.relative_to(folder)}.")
    lines, wanted = warm(folder)[0], reviews_at(scale) + BROKEN_REVIEW_LINES
    if lines != wanted:
        raise BenchError(f"The reviews file has {lines:,} lines; at the given scale it must have {wanted:,}.")


def warm(folder: Path) -> list[int]:
    """Read the files once, so that each contender finds them in the page cache alike. Returns their lines."""
    counts = []
    for path in raw_files(folder):
        with path.open("rb", buffering=0) as file:
            counts.append(sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b"")))
    return counts
