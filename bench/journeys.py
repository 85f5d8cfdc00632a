"""The journeys that are timed, in the order in which they are taken: each on what those before it have left.

Stdlib only: every contender loads it.
"""

from dataclasses import dataclass
from pathlib import Path

from bench.stages import AS_OF


@dataclass(frozen=True)
class Journey:
    """Something that people do, again and again.

    name: as in the results. title: as on the page. months: the as-of dates that it makes, a run each. segment_map, k:
    where they are not the usual ones; k stands for a number of clusters that is not searched. once: only in the first
    round, because it takes long.
    """

    name: str
    title: str
    months: tuple[str, ...] = (AS_OF,)
    segment_map: str | None = None
    k: int | None = None
    once: bool = False

    def place(self, out: Path, as_of: str) -> Path:
        """Where a script leaves the tables of a month. What it made first lies in `out` itself."""
        return out if self == FIRST else out / self.name / as_of


FIRST = Journey("first", "First run, nothing is there")
LATER = (
    Journey("month", "The next month, Spark starts", ("2023-10-01",)),
    Journey("warm_month", "A month more, Spark stands", ("2023-11-01",)),
    Journey("map", "Another segment map", segment_map="eleven"),
    Journey("k", "Five clusters, without a search", k=5),
    Journey("nothing", "Nothing has changed"),
    Journey("year", "The twelve months before", tuple(f"{y}-{m:02}-01" for y, m in
            [*((2022, m) for m in range(8, 13)), *((2023, m) for m in range(1, 8))]), once=True),
)  # fmt: skip
JOURNEYS = {one.name: one for one in (FIRST, *LATER)}


def window_start(as_of: str) -> str:
    """The first day of the window of an as-of date, which is the first of a month: a year before."""
    return f"{int(as_of[:4]) - 1}{as_of[4:]}"
