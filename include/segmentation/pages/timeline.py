"""A shop's months one after another: figures by segment, and what changed in how they are made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut
from segmentation.config.segment_maps import RISK
from segmentation.config.settings import segment_map_names
from segmentation.pages import listing, tables
from segmentation.pages.segment_order import by_group
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import Damaged, remembered
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

MOST_MONTHS = 60
# What is said to have changed, and the params that it is told by.
PARTS = {
    "Source": ("source", "category", "revision", "files_path", "orders_mapping"),
    "What counts": (
        "window_months",
        "min_price",
        "excluded_categories",
        "keep_unknown_category",
        "frequency_counts",
    ),
    "Edges": (
        "scoring",
        "bins",
        "bins_closed",
        "frequency_scoring",
        "frequency_edges",
        "recency_edges",
        "monetary_edges",
        "frozen_edges_from",
    ),
}
RULED = ("customer_rfm", "customer_scores", "purchases")  # whose rules decide what a customer counts as
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Point:
    """A month: its entry in the list, the rows of its segments, and a sentence for each thing that has changed."""

    month: listing.Month
    rows: tables.Rows | None
    changes: tuple[str, ...] = ()

    def of(self, segment: str, column: str) -> Any:
        """A segment's figure; None where it is not known, or the month's map has no such segment."""
        return next((row[column] for row in self.rows or () if row["segment"] == segment), None)

    @property
    def at_risk(self) -> Decimal | None:
        """The share of spend that is of customers at risk; None where no segment is in that group."""
        if self.rows is None or not any(row["segment_group"] == RISK for row in self.rows):
            return None
        spend = tables.total(self.rows, "total_monetary")
        risk = tables.total(tuple(row for row in self.rows if row["segment_group"] == RISK), "total_monetary")
        return risk / spend if spend else None


@dataclass(frozen=True)
class Timeline:
    """The months of a shop, the earliest first.

    older: how many months more there are before the first. segments: (name, group) of all months, by group and then
    by the spend of the last. damaged: a sentence for each month that cannot be shown.
    """

    shop: listing.Shop
    points: list[Point]
    segments: list[tuple[str, str]]
    older: int
    damaged: list[str]

    @property
    def days(self) -> list[date]:
        """The as-of dates."""
        return [point.month.as_of for point in self.points]

    @property
    def marked(self) -> list[date]:
        """The as-of dates at which something changed in how the figures are made."""
        return [point.month.as_of for point in self.points if point.changes]


def timeline(warehouse: Warehouse, shop: str) -> Timeline:
    """The last 60 months of a shop. A shop without a release has none."""
    found = listing.listing(warehouse, [shop])
    one = found.shops[0] if found.shops else listing.Shop(shop, shop, [], [])
    damaged = list(found.damaged)
    points: list[Point] = []
    before: tuple[Release, Manifest] | None = None
    for month in one.months[: MOST_MONTHS + 1][::-1]:  # one more, for the first one to be compared with
        release, report = _read(warehouse, month)
        rows = _rows(warehouse, report, month, damaged)
        changes = _changes(warehouse, before, (release, report)) if before and release and report else ()
        points.append(Point(month, rows, changes))
        before = (release, report) if release and report else before
    points, older = points[-MOST_MONTHS:], max(0, len(one.months) - MOST_MONTHS)
    return Timeline(one, points, _segments(points), older, list(dict.fromkeys(damaged)))


def _read(warehouse: Warehouse, month: listing.Month) -> tuple[Release | None, Manifest | None]:
    try:
        release = releases.find(warehouse, month.shop, month.as_of, month.number or 0)
        return release, remembered(warehouse, "report", month.version, month.as_of)
    except UserError:
        return None, None


def _rows(
    warehouse: Warehouse, report: Manifest | None, month: listing.Month, damaged: list[str]
) -> tables.Rows | None:
    try:
        return listing.summary(warehouse, report) if report else None
    except (Damaged, *tables.ERRORS) as error:
        reason = str(error) if isinstance(error, Damaged) else "Its table segment_summary cannot be read."
        damaged.append(f"The figures of the report as of {month.as_of}, {month.title}, are damaged. {reason}")
        return None


def _segments(points: list[Point]) -> list[tuple[str, str]]:
    """All segments that any month has, the last month's group and spend first."""
    groups: dict[str, str] = {}
    for point in points:
        groups |= {row["segment"]: row["segment_group"] for row in point.rows or ()}
    last = next((point for point in reversed(points) if point.rows), None)

    def spend(one: tuple[str, str]) -> Decimal:
        return Decimal((last.of(one[0], "total_monetary") if last else None) or 0)

    return by_group(groups.items(), name=lambda one: one[0], group=lambda one: one[1], spend=spend)


def _changes(warehouse: Warehouse, before: tuple[Release, Manifest], now: tuple[Release, Manifest]) -> tuple[str, ...]:
    """A sentence for each thing that makes a month differ from the one before besides its orders."""
    (was, was_report), (is_, is_report) = before, now
    told = [f"{part}: {words}." for part, names in PARTS.items() if (words := _differing(was, is_, names))]
    maps = _differing(was, is_, ("segment_map",), _map_name)
    if maps:
        told.append(f"Segment map: {maps.removeprefix('segment map ')}.")
    elif was_report.settings.get("segment_map") != is_report.settings.get("segment_map"):
        told.append("Segment map: its text was edited.")
    rules = [(_rules(warehouse, was, name), _rules(warehouse, is_, name)) for name in RULED]
    if any(None not in pair and pair[0] != pair[1] for pair in rules):
        told.append("Rules: another release of this project made the figures.")
    return tuple(told)


def _differing(was: Release, is_: Release, names: tuple[str, ...], shown: Callable[[Any], str] | None = None) -> str:
    shown = shown or _shown
    known = [name for name in names if name in was.params and name in is_.params]
    differing = [name for name in known if was.params[name] != is_.params[name]]
    return ", ".join(
        f"{name.replace('_', ' ')} was {shown(was.params[name])} and is {shown(is_.params[name])}" for name in differing
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value)) or "none"
    return "empty" if value in (None, "") else cut(" ".join(str(value).split()), LONGEST_VALUE)


def _map_name(given: Any) -> str:
    return str(given) if given in segment_map_names() else "one of your own"


def _rules(warehouse: Warehouse, release: Release, dataset: str) -> Any:
    """A checksum of the rules that made a version; None where that is not known, which is no difference."""
    version = release.versions.get(dataset)
    if version is None:
        return None
    try:
        found = remembered(warehouse, dataset, version, release.day) or remembered(warehouse, dataset, version, None)
    except Damaged:
        return None
    return found.code.get("rules") if found else None
