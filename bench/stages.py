"""The stages that are timed, and the clock that a peer times its own with. Stdlib only: every contender loads it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AS_OF = "2023-09-01"
WINDOW_START = "2022-09-01"
CATEGORY = "Electronics"

RAW = "raw to Parquet"
CLEAN = "clean and RFM"
SCORES = "scoring"
CLEAN_AND_SCORES = "clean, RFM and scores"
SEARCH = "k search"
TABLES = "clusters and summary"
STARTS = "Spark's start-up"
LONGEST_START = "longest start-up"
FETCH = "fetch"
AIRFLOW = "Airflow's own share"
EXTRA = "what only the workflow makes"
REST = "all else"
TOTAL = "total"

STAGES_FILE = "stages.json"


def raw_files(data: Path) -> tuple[Path, Path]:
    """The reviews and the products file of a folder laid out as on the Hub."""
    reviews = data / "raw" / "review_categories" / f"{CATEGORY}.jsonl"
    return reviews, data / "raw" / "meta_categories" / f"meta_{CATEGORY}.jsonl"


class Clock:
    """Times the stages of a peer, in seconds, and leaves them in `stages.json` of its output folder."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add what passes inside to the stage's seconds."""
        began = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began
        print(f"{name}: {self.seconds[name]:.2f} s", flush=True)

    def save(self) -> None:
        """Write the seconds down; the last thing that a peer does."""
        (self.out / STAGES_FILE).write_text(json.dumps(self.seconds), encoding="utf-8")
