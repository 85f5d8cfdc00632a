"""From single runs to medians, ratios, goals and growth. Pure Python.

The speed of a machine drifts while a bench runs, and the contenders take turns. So a ratio is taken within each round,
where both ran close together, and the median of these ratios counts.
"""

import math
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.stages import (
    AIRFLOW,
    CLEAN,
    CLEAN_AND_SCORES,
    EXTRA,
    FETCH,
    LONGEST_START,
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

GOAL_RAW = 2.0
GOAL_CLEAN_SECONDS, GOAL_CLEAN_SCALE, GOAL_CLEAN_CORES = 8.0, 0.2, 2
# The same as a ratio: on the machine where the goal was set, the script needed a second.
GOAL_CLEAN = 8.0
GOAL_SEARCH, GOAL_SEARCH_FULL = 2.0, 1.0
GOAL_NOTEBOOK = 10.0
GOAL_TOTAL = 2.5
GOAL_START_SECONDS = 4.0


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


def without_starts(results: dict[str, Any]) -> list[float]:
    """The workflow's total in each round with Spark's start-up set aside."""
    totals, starts = (values(results, "product", row) for row in (TOTAL, STARTS))
    return [total - start for total, start in zip(totals, starts, strict=True)]


def goals(results: dict[str, Any]) -> list[Goal]:
    """The goals in the order of the page."""

    def of(contender: str, row: str) -> list[float]:
        return values(results, contender, row)

    scale, cores = results["scale"], int(results["machine"]["cores"])
    search_limit = GOAL_SEARCH_FULL if scale >= 1 else GOAL_SEARCH
    clean, start = middle(results, "product", CLEAN_AND_SCORES), middle(results, "product", LONGEST_START)
    is_set_up = scale == GOAL_CLEAN_SCALE and cores == GOAL_CLEAN_CORES
    return [
        _at_most("Raw to Parquet, against DuckDB", ratio(of("product", RAW), of("duckdb", RAW)), GOAL_RAW),
        Goal(
            f"Clean, RFM and scores at scale {GOAL_CLEAN_SCALE:g} on {GOAL_CLEAN_CORES} cores",
            f"at most {GOAL_CLEAN_SECONDS:g} s",
            "not measured" if clean is None else f"{clean:.1f} s{'' if is_set_up else ' here'}",
            clean <= GOAL_CLEAN_SECONDS if is_set_up and clean is not None else None,
        ),
        _at_most("Clean, RFM and scores, against DuckDB",
                 ratio(of("product", CLEAN_AND_SCORES), of("duckdb", CLEAN_AND_SCORES)), GOAL_CLEAN),
        _at_most("k search, against scikit-learn", ratio(of("product", SEARCH), of("duckdb", SEARCH)), search_limit),
        _at_least("The whole run, against the notebook-style run",
                  ratio(of("notebook", TOTAL), of("product", TOTAL)), GOAL_NOTEBOOK),
        _at_most("The whole run without Spark's start-up, against the DuckDB script",
                 ratio(without_starts(results), of("duckdb", TOTAL)), GOAL_TOTAL),
        Goal("Spark's start-up, the longest of a run's jobs", f"under {GOAL_START_SECONDS:g} s",
             "not measured" if start is None else f"{start:.1f} s",
             None if start is None else start < GOAL_START_SECONDS),
    ]  # fmt: skip


def _at_most(text: str, found: float | None, limit: float) -> Goal:
    given = "not measured" if found is None else f"{found:.2f} times as long"
    return Goal(text, f"at most {limit:g} times as long", given, None if found is None else found <= limit)


def _at_least(text: str, found: float | None, limit: float) -> Goal:
    given = "not measured" if found is None else f"{found:.2f} times as fast"
    return Goal(text, f"at least {limit:g} times as fast", given, None if found is None else found >= limit)


def growth(smaller: dict[str, Any], larger: dict[str, Any], contender: str, row: str) -> float | None:
    """The exponent e with which a figure grows from one scale to another, as reviews ** e. 1: in step with them."""
    low, high = middle(smaller, contender, row), middle(larger, contender, row)
    if not low or not high or low < 0 or high < 0:
        return None
    return math.log(high / low) / math.log(larger["rows"]["reviews"] / smaller["rows"]["reviews"])
