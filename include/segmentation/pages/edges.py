"""What a customer's values stand next to: how far each score is from rising and from falling, in words.

Bins are as `rfm_edges` has them: lower <= value < upper, or with `bins_closed` right, lower < value <= upper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from segmentation.common.formatting import count_of, money

CENT = Decimal("0.01")
METRICS = ("recency", "frequency", "monetary")
CALLED = {"recency": "recency", "frequency": "frequency", "monetary": "spend"}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """How much more (or less, below zero) of a metric gives another score."""

    by: Decimal
    score: int


def steps(metric: str, value: Decimal, score: int, bins: Sequence[Row], closed: str) -> list[Step]:
    """The nearest step up in value and the nearest one down; none where a bin is open, or empty in between.

    bins: the rows of `rfm_edges` of this metric. Values of recency and frequency are whole, of spend whole cents.
    """
    whole = CENT if metric == "monetary" else Decimal(1)
    here = next((row for row in bins if row["score"] == score), None)
    found = []
    for end, sign in (("upper", 1), ("lower", -1)):
        edge = here[end] if here else None
        if edge is None:
            continue
        reached = _next_outside(edge, whole, sign, closed)
        other = _score_of(reached, bins, closed)
        if other is not None and other != score:
            found.append(Step(reached - value, other))
    return found


def _next_outside(edge: Decimal, whole: Decimal, sign: int, closed: str) -> Decimal:
    """The first possible value beyond an edge."""
    if sign > 0:
        up = (edge / whole).to_integral_value(ROUND_CEILING) * whole
        return up + whole if closed == "right" and up == edge else up
    down = (edge / whole).to_integral_value(ROUND_FLOOR) * whole
    return down - whole if closed == "left" and down == edge else down


def _score_of(value: Decimal, bins: Sequence[Row], closed: str) -> int | None:
    for row in bins:
        above = row["lower"] is None or (value >= row["lower"] if closed == "left" else value > row["lower"])
        below = row["upper"] is None or (value < row["upper"] if closed == "left" else value <= row["upper"])
        if above and below:
            return int(row["score"])
    return None


def sentences(metric: str, found: Sequence[Step], currency: str, counted: str) -> list[str]:
    """The steps in words, such as: 7 days more and the recency score falls to 3."""
    told = []
    for step in found:
        if metric == "recency":
            if step.by < 0:  # nothing makes the last purchase later but a purchase, which is worth all of it
                continue
            amount = count_of(int(step.by), "day")
        elif metric == "frequency":
            amount = f"{int(abs(step.by)):,} {counted if abs(step.by) != 1 else _one(counted)}"
        else:
            amount = money(abs(step.by), currency)
        verb = "rises" if (step.by > 0) != (metric == "recency") else "falls"
        direction = "more" if step.by > 0 else "less" if metric == "monetary" else "fewer"
        told.append(f"{amount} {direction} and the {CALLED[metric]} score {verb} to {step.score}.")
    return told


def _one(counted: str) -> str:
    """One of what frequency counts."""
    return counted.replace("days", "day", 1) if counted.startswith("days ") else counted.removesuffix("s")
