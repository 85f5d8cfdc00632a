"""The charts of a shop's page: all customers, all spend and the share at risk, then each segment by itself."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from segmentation.common.formatting import clean, money, number, percent
from segmentation.config.segment_maps import RISK
from segmentation.pages import tables
from segmentation.pages.timeline import Point, Timeline
from segmentation.stages.charts import timelines
from segmentation.stages.charts.palette import group_colour


@dataclass(frozen=True)
class Panel:
    """A small chart: what it is called, what the last month has, from where to where the months go, and its drawing."""

    title: str
    last: str
    span: str
    svg: Markup


@dataclass(frozen=True)
class SegmentPanels:
    """The panels of one segment, and the name of its colour."""

    name: str
    group: str
    colour: str
    customers: Panel
    spend: Panel


@dataclass(frozen=True)
class Charts:
    """All of a page. shares: the segments stacked to all customers of each month."""

    whole: list[Panel]
    shares: Markup
    segments: list[SegmentPanels]


def draw(found: Timeline) -> Charts:
    """Draw the charts of a shop that has a month at least."""
    currency = clean(found.points[-1].month.currency)
    points = found.points

    def panel(title: str, values: list[Any], form: Any, colour: str) -> Panel:
        return _panel(found, title, values, form, colour)

    def amount(value: Any) -> str:
        return money(value, currency, 0)

    whole = [
        panel("Customers", [_sum(point, "customers") for point in points], number, "high"),
        panel("Total spend", [_sum(point, "total_monetary") for point in points], amount, "high"),
    ]
    at_risk = [point.at_risk for point in points]
    if any(share is not None for share in at_risk):
        whole.append(panel(f"{RISK}: share of spend", at_risk, lambda share: percent(share, 1), "risk"))
    segments = [
        SegmentPanels(
            name,
            group,
            group_colour(group),
            panel("Customers", [point.of(name, "customers") for point in points], number, group_colour(group)),
            panel("Spend", [point.of(name, "total_monetary") for point in points], amount, group_colour(group)),
        )
        for name, group in found.segments
    ]
    layers = [
        (
            group_colour(group),
            [None if point.rows is None else float(point.of(name, "customers") or 0) for point in points],
        )
        for name, group in reversed(found.segments)
    ]
    alt = f"Stacked areas: the share of each of {len(layers)} segments in all customers, month by month."
    return Charts(whole, Markup(timelines.stack(found.days, layers, alt)), segments)


def _panel(found: Timeline, title: str, values: list[Any], form: Any, colour: str) -> Panel:
    known = [value for value in values if value is not None]
    last = form(known[-1]) if known and values[-1] is not None else form(None)
    span = f"{form(min(known))} to {form(max(known))}" if known else form(None)
    alt = f"Line: {title}, {span} in {len(known)} months; last {last}."
    svg = timelines.line(found.days, [_float(value) for value in values], colour, alt, found.marked)
    return Panel(title, last, span, Markup(svg))


def _sum(point: Point, column: str) -> Any:
    return None if point.rows is None else tables.total(point.rows, column)


def _float(value: int | Decimal | None) -> float | None:
    return None if value is None else float(value)
