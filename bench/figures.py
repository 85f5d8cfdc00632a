"""From single runs to medians, ratios, goals and growth. Pure Python.

The speed of a machine drifts while a bench runs, and the contenders take turns. So a ratio is taken within each round,
where both ran close together, and the median of these ratios counts.
"""

import math
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.journeys import FIRST, JOURNEYS
from bench.stages import (
    AIRFLOW,
    CLEAN,
    CLEAN_AND_SCORES,
    EXTRA,
    FETCH,
    RAW,
    REST,
    SCORES,
    SEARCH,
    STARTS,
    TABLES,
    TOTAL,
)

CPU = "CPU"
MEMORY = "peak memory"
OTHERS = "CPU of other programs"
# The order of the page's tables.
ROWS = (
    RAW,
    CLEAN,
    SCORES,
    CLEAN_AND_SCORES,
    SEARCH,
    TABLES,
    STARTS,
    FETCH,
    AIRFLOW,
    EXTRA,
    REST,
    TOTAL,
    CPU,
    MEMORY,
    OTHERS,
)

ANY_SCALE = 0.0
PRODUCT, NOTEBOOK, DUCKDB = "product", "notebook", "duckdb"


@dataclass(frozen=True)
class Goal:
    """A goal and what the run gave. met is None where this run is not judged by it."""

    text: str
    limit: str
    given: str
    met: bool | None

    @property
    def word(self) -> str:
        return {True: "met", False: "not met", None: "not judged"}[self.met]


@dataclass(frozen=True)
class Wanted:
    """A goal before a run: the least or most of a figure, by scale. below: what the figure is divided by.

    A figure is a contender with a journey, or with a row of the first run.
    """

    text: str
    figure: tuple[str, str]
    below: tuple[str, str] | None
    at_most: dict[float, float]

    def judged(self, results: dict[str, Any]) -> Goal | None:
        """The goal by the figures of a run; None where there is none at its scale."""
        limit = self.at_most.get(results["scale"], self.at_most.get(ANY_SCALE))
        if limit is None:
            return None
        found = _of(results, *self.figure)
        value = ratio(found, _of(results, *self.below)) if self.below else (median(found) if found else None)
        form = "{:.2f} times as long" if self.below else "{:,.0f} MiB" if self.figure[1] == MEMORY else "{:.1f} s"
        if self.figure[1] == MEMORY:
            value = None if value is None else value / 2**20
        given = "not measured" if value is None else form.format(value)
        return Goal(self.text, f"at most {form.format(limit)}", given, None if value is None else value <= limit)


WANTED = (
    Wanted("First run", (PRODUCT, FIRST.name), None, {0.05: 90, 0.2: 115, 1: 270}),
    Wanted("First run, against DuckDB", (PRODUCT, FIRST.name), (DUCKDB, FIRST.name), {0.2: 5, 1: 2.5}),
    Wanted("First run, against the notebook-style run", (PRODUCT, FIRST.name), (NOTEBOOK, FIRST.name), {0.2: 0.5}),
    Wanted("A month more, against a notebook-style run", (PRODUCT, "warm_month"), (NOTEBOOK, FIRST.name), {0.2: 0.1}),
    Wanted("A month more", (PRODUCT, "warm_month"), None, {1: 45}),
    Wanted("A month more, against DuckDB's first run", (PRODUCT, "warm_month"), (DUCKDB, FIRST.name), {1: 0.5}),
    Wanted("Another segment map", (PRODUCT, "map"), None, {0.2: 10}),
    Wanted("Raw to Parquet, against DuckDB", (PRODUCT, RAW), (DUCKDB, RAW), {0.2: 2.5, 1: 1.5}),
    Wanted("k search, against scikit-learn", (PRODUCT, SEARCH), (DUCKDB, SEARCH), {0.2: 2.5, 1: 1.2}),
    Wanted("Peak memory of the first run", (PRODUCT, MEMORY), None, {ANY_SCALE: 4096}),
)


def goals(results: dict[str, Any]) -> list[Goal]:
    """The goals of a run's scale in the order of the page."""
    found = (one.judged(results) for one in WANTED)
    return [goal for goal in found if goal]


def _of(results: dict[str, Any], contender: str, name: str) -> list[float]:
    return walls(results, contender, name) if name in JOURNEYS else values(results, contender, name)


def taken(results: dict[str, Any], contender: str, journey: str) -> list[dict[str, Any]]:
    """The measures of a journey, in the order of the rounds.

    The notebook-style run keeps nothing that it could go on from, so its first run counts for each month that others
    have taken.
    """
    later = results.get("journeys", {})
    does_again = contender == NOTEBOOK and len(JOURNEYS[journey].months) == 1
    if journey == FIRST.name or (does_again and any(journey in each for each in later.values())):
        return results["contenders"].get(contender, [])
    return later.get(contender, {}).get(journey, [])


def walls(results: dict[str, Any], contender: str, journey: str) -> list[float]:
    """Seconds of a journey, in the order of the rounds; empty where there are none."""
    return [one["wall"] for one in taken(results, contender, journey)]


def ahead(results: dict[str, Any], journey: str, names: list[str]) -> tuple[str, float] | None:
    """Who needs the least time for a journey, and how many times as long the workflow takes.

    If it is the workflow: how many times as long the next one takes. None where only one has taken it.
    """
    found = {name: walls(results, name, journey) for name in names}
    order = sorted((median(seconds), name) for name, seconds in found.items() if seconds)
    if len(order) < 2 or PRODUCT not in {name for _, name in order}:
        return None
    first = order[0][1]
    other = order[1][1] if first == PRODUCT else PRODUCT
    times = ratio(found[other], found[first])
    return first, times or 1.0


def value(run: dict[str, Any], row: str) -> float | None:
    """One figure of a run: seconds of a stage or of CPU, or bytes of peak memory. None where it has no such stage."""
    special = {TOTAL: "wall", CPU: "cpu", OTHERS: "others", MEMORY: "peak_memory"}
    return run[special[row]] if row in special else run["stages"].get(row)


def values(results: dict[str, Any], contender: str, row: str) -> list[float]:
    """The figure in each run of a contender, in the order of the rounds; empty where there is none."""
    found = [value(run, row) for run in results["contenders"].get(contender, [])]
    return [one for one in found if one is not None]


def middle(results: dict[str, Any], contender: str, row: str) -> float | None:
    """The median of a figure, or None."""
    found = values(results, contender, row)
    return median(found) if found else None


def ratio(above: list[float], below: list[float]) -> float | None:
    """The median of the rounds' ratios, or None where one of the two has no figures."""
    pairs = list(zip(above, below, strict=False))
    return median(one / other for one, other in pairs) if pairs else None


def growth(smaller: dict[str, Any], larger: dict[str, Any], contender: str, row: str) -> float | None:
    """The exponent e with which a figure grows from one scale to another, as reviews ** e. 1: in step with them."""
    low, high = middle(smaller, contender, row), middle(larger, contender, row)
    if not low or not high or low < 0 or high < 0:
        return None
    return math.log(high / low) / math.log(larger["rows"]["reviews"] / smaller["rows"]["reviews"])
