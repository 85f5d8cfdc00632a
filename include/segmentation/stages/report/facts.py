"""Figures that the sentences of the report rest on: sums over its tables, and one `Part` per segment or cluster.

Nothing here reads a file. A missing value may be None or NaN.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segmentation.common.formatting import clean, count_of, money, name, share
from segmentation.stages.report.shown import Report

# What a part knows of its customers' histories, and the column that has it.
HISTORY = {
    "once": "bought_once", "spend_once": "monetary_once", "back": "came_back", "spend_back": "monetary_came_back",
    "days_back": "median_days_to_return", "recency": "avg_recency_days",
}  # fmt: skip


@dataclass(frozen=True)
class Insight:
    """Sentences about one topic, at least one. They are plain text with untrusted names in it: escape them for HTML."""

    topic: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """All sentences on one line."""
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Part:
    """A segment, a group of segments or a cluster that has customers.

    name: ready for a sentence. spend: of all its customers. each: spend per customer. Unknown amounts are None.
    action: a sentence of the segment map, or empty. once, spend_once: who bought once, and what they spent. back,
    spend_back, days_back: who ever came back, what they spent, and how long they took at the median. recency: days
    since the last purchase, on average. misfit: the first thing found that is not as the name claims, or empty.
    """

    name: str
    customers: int
    spend: Any
    each: Any
    group: str = ""
    action: str = ""
    once: int | None = None
    spend_once: Any = None
    back: int | None = None
    spend_back: Any = None
    days_back: float | None = None
    recency: float | None = None
    misfit: str = ""


def segments(report: Report) -> list[Part]:
    """The segments with customers, in the order of the report."""
    return [
        _part(row["segment"], row, row["segment_group"], row["action"])
        for row in report.segments
        if known(row["customers"])
    ]


def groups(report: Report) -> list[Part]:
    """The groups with customers, in the order in which their segments come. Unknown spend makes the sum unknown."""
    found = []
    for group in dict.fromkeys(part.group for part in segments(report)):
        parts = [part for part in segments(report) if part.group == group]
        customers, unknown = total(part.customers for part in parts), any(part.spend is None for part in parts)
        spend = None if unknown else total(part.spend for part in parts)
        each = None if unknown else spend / customers
        sums = {field: _sum(parts, field) for field in ("once", "spend_once", "back", "spend_back")}
        found.append(Part(name(group), customers, spend, each, group, **sums))
    return found


def clusters(report: Report) -> list[Part]:
    """The clusters with customers, in the order of the report."""
    return [_part(row["label"], row) for row in report.clusters if known(row["customers"])]


def group_sums(report: Report, group: str) -> tuple[Any, Any]:
    """Customers and spend of a group; both are 0 for a group that is not there."""
    rows = [row for row in report.segments if row["segment_group"] == group]
    return total(row["customers"] for row in rows), total(row["total_monetary"] for row in rows)


def has_previous(report: Report) -> bool:
    """Whether there is a month before to compare with."""
    return report.previous_as_of is not None and any(not pd.isna(row["customers_previous"]) for row in report.segments)


def customers_before(report: Report) -> int:
    """The customers of the month before, 0 when there is none."""
    return total(row["customers_previous"] for row in report.segments)


def _sum(parts: Sequence[Part], field: str) -> Any:
    """The sum of a field over parts; unknown where it is unknown of one."""
    values = [getattr(part, field) for part in parts]
    return None if None in values else sum(values)


def total(values: Iterable[Any]) -> Any:
    """The sum of the known values, 0 without any."""
    return sum(value for value in values if not pd.isna(value))


def known(value: Any) -> bool:
    """Whether a value is there and is not 0."""
    return not pd.isna(value) and bool(value)


def ranked(parts: Sequence[Part], by: str) -> list[Part]:
    """The parts whose figure `by` is known, largest first. Equal ones stand by name."""
    there = [part for part in parts if getattr(part, by) is not None]
    return sorted(there, key=lambda part: (-getattr(part, by), part.name))


def people(report: Report, part: Part) -> str:
    """The customers of a part and their share: `1,204 customers (3.1%)`."""
    return f"{count_of(part.customers, 'customer')} ({share(part.customers, report.customers)})"


def who_spent(report: Report, part: Part) -> str:
    """The customers of a part and what each spent: `1,204 customers who spent $12.50 each`."""
    text = count_of(part.customers, "customer")
    if part.each is None:
        return text
    return f"{text} who spent {money(part.each, report.currency)}{' each' if part.customers > 1 else ''}"


def brings(report: Report, part: Part) -> str:
    """Who a part is and what it brings: `A: 12 customers (3.0%) bring 9.0% of all spend, $12.50 each.`"""
    verb, each = ("brings", "") if part.customers == 1 else ("bring", " each")
    spend = f"{share(part.spend, report.total_monetary)} of all spend, {money(part.each, report.currency)}{each}"
    return f"{part.name}: {people(report, part)} {verb} {spend}."


def _part(text: str, row: Any, group: str = "", action: str = "") -> Part:
    spend, each = (None if pd.isna(row[column]) else row[column] for column in ("total_monetary", "avg_monetary"))
    if each is None and spend is not None:
        each = spend / row["customers"]
    action = clean(action)
    end = "" if not action or unicodedata.category(action[-1]).startswith("P") else "."
    more = {
        field: None if pd.isna(row.get(column)) else row[column]
        for field, column in HISTORY.items()
    }  # fmt: skip
    misfit = next((name(one["found"]) for one in row.get("misfits", ())), "")
    return Part(name(text), row["customers"], spend, each, group, name(action) + end, **more, misfit=misfit)
