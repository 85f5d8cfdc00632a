"""Movement over time: month by month, how long customers stay, and where those of a year ago are now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from segmentation.common.formatting import count_of, listed, name
from segmentation.stages.charts.drawing import GONE
from segmentation.stages.report.facts import share
from segmentation.stages.report.shown import Report

MOVEMENTS = ("stayed", "rose", "fell", "moved", "returned", "new", "gone")
LONG, LONGER = 6, 12  # months
TOLD = 3  # segments of a year ago, those with most customers who spent most
GOALS = 3  # where most of a segment are now


@dataclass(frozen=True)
class Stay:
    """How long a segment's customers have been in it, in months, and those who have left it.

    months: at the median. long, longer: customers who are in it for 6 and for 12 months or more. left: who left it
    since the month before; left_after: after how many months, at the median. A median of nobody is None.
    """

    segment: str
    customers: int
    months: int | None
    long: int
    longer: int
    left: int
    left_after: int | None


def by_month(report: Report) -> list[tuple[date, dict[str, int]]]:
    """Customers by movement for each month, the last one first."""
    found: dict[date, dict[str, int]] = {}
    for row in report.movement_history:
        found.setdefault(row["as_of_date"], {})[row["movement"]] = int(row["customers"])
    return sorted(found.items(), reverse=True)


def stays(report: Report) -> list[Stay]:
    """The segments of the report with their stays. Empty where no month before is released: nothing is known then."""
    if not any(row["months"] for row in report.stays):
        return []
    return [_stay(row["segment"], report.stays) for row in report.segments if row["customers"]]


def _stay(segment: str, rows: Sequence[Any]) -> Stay:
    now = {row["months"]: row["customers"] for row in rows if row["segment"] == segment and not row["ended"]}
    ended = {row["months"]: row["customers"] for row in rows if row["segment"] == segment and row["ended"]}
    return Stay(
        segment,
        sum(now.values()),
        _median(now),
        sum(customers for months, customers in now.items() if months >= LONG),
        sum(customers for months, customers in now.items() if months >= LONGER),
        sum(ended.values()),
        _median(ended),
    )


def _median(counts: dict[int, int]) -> int | None:
    """The lowest value that half of all do not pass."""
    half, passed = sum(counts.values()) / 2, 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= half:
            return value
    return None


def a_year_ago(report: Report) -> list[str]:
    """Where those of the first segments of a year ago are now, a sentence each, in the order of the report."""
    known = [row["segment"] for row in report.segments]
    then = dict.fromkeys(segment for segment in known for row in report.year_migration if _was(row, segment))
    return [text for segment in list(then)[:TOLD] for text in _since_then(report, segment)]


def _was(row: Any, segment: str) -> bool:
    return row["segment_year_ago"] == segment and bool(row["customers"])


def _since_then(report: Report, segment: str) -> Iterator[str]:
    now = {row["segment"]: row["customers"] for row in report.year_migration if _was(row, segment)}
    whole, still, gone = sum(now.values()), now.pop(segment, 0), now.pop(GONE, 0)
    moved = sorted(now.items(), key=lambda each: (-each[1], each[0]))
    others = [f"{_part(customers, whole)} in {name(goal)}" for goal, customers in moved[:GOALS]]
    if len(moved) > GOALS:
        rest = sum(customers for _, customers in moved[GOALS:])
        others.append(f"{_part(rest, whole)} in other segments")
    told = listed([f"{_part(still, whole)} still there", *others, f"{_part(gone, whole)} gone"])
    yield f"Of {count_of(whole, 'customer')} in {name(segment)} a year ago: {told}."


def _part(customers: int, whole: int) -> str:
    return f"{customers:,} ({share(customers, whole)})"
