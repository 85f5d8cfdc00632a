"""The report as one HTML file: readable anywhere, with no network, no script and no other file.

`render` turns a `Report` into the page. Every text is escaped, because names of categories, segments and
clusters come from data and from files that users write. Only the SVGs of `charts` go in as they are.
`headlines` writes the three sentences on top; all their numbers come from the tables.

Rows are dicts with the columns of the dataset of that name. Amounts may be `Decimal`; a missing value may be
None or NaN.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from segmentation.chart_drawing import GONE, GROUP_COLOURS, NEW, PALETTE, Chart
from segmentation.formats import MISSING, clean, money, number, percent
from segmentation.report_data import SourceView
from segmentation.report_words import Words

Row = Mapping[str, Any]
TEMPLATES = Path(__file__).parent / "templates"
RISK, HIGH, MOVES_SHOWN = "At risk", "High value", 8


@dataclass(frozen=True)
class Report:
    """All that the page shows, as of one date. It holds no path and no Spark object."""

    title: str
    category: str
    source_label: str
    generated_data: bool  # true for the demo source: the page then says so in a banner
    as_of: date  # exclusive: the last day that counts is the one before
    window_start: date
    customers: int
    total_monetary: Decimal
    segments: Sequence[Row]  # segment_summary plus `meaning` and `action`, in the order to show them
    clusters: Sequence[Row]  # cluster_profile
    search: Sequence[Row]  # kmeans_search
    chosen_k: int
    k_reason: str
    charts: Sequence[Chart]
    edges: Sequence[Row]  # rfm_edges, in any order; a missing lower or upper means no limit
    quality: Sequence[tuple[str, Any]]  # (label, value), such as ("Rows read", 50_000)
    settings: Mapping[str, Any]
    lineage: Sequence[tuple[str, str, int | None]]  # (dataset, version, rows), from the source to the report
    run: Mapping[str, Any]  # what more there is to say of the run, such as its rules
    currency: str = "$"
    words: Words = Words("purchase", "purchases", "purchases")
    previous_as_of: date | None = None
    migration: Sequence[Row] = field(default=())  # segment_migration
    cluster_quality: Sequence[tuple[str, Any]] = field(default=())  # (label, value), such as silhouette
    data: SourceView | None = None  # what the source looks like; its charts are among `charts`


def render(report: Report) -> str:
    """The whole page as HTML text."""
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    things = report.words.things
    environment.filters.update(
        number=number,
        percent=percent,
        day=_day,
        change=change,
        value=_value,
        money=lambda value, digits=2: money(value, report.currency, digits),
        colour=lambda group: GROUP_COLOURS.get(group, "other"),
        segment_name=lambda name: {NEW: f"No {things} before", GONE: f"No {things} now"}.get(name, name),
        edge=lambda value, metric: _edge(value, metric, report.currency),
        svg=lambda chart: Markup(chart.svg),  # drawn by this package, so trusted
    )
    placed = {chart.name: chart for chart in report.charts}
    return environment.get_template("report.html.j2").render(
        report=report,
        last_day=report.as_of - timedelta(days=1),
        headlines=headlines(report),
        key_figures=key_figures(report),
        moves=_largest_moves(report),
        total=_total(row["total_monetary"] for row in report.segments),
        customers_before=_before(report),
        named=lambda *names: [placed.pop(name) for name in names if name in placed],
        others=placed,  # what no section has asked for
        edges=_edges_by_metric(report.edges),
        palette=PALETTE,
        scoring=report.settings.get("scoring", "edges"),
        has_previous=_has_previous(report),
    )


def headlines(report: Report) -> list[str]:
    """Three sentences: what changed since last month, who matters most, and whom to contact first."""
    return [_change_sentence(report), _value_sentence(report), _risk_sentence(report)]


def key_figures(report: Report) -> list[tuple[str, str, str]]:
    """The figures on top of the page: (label, figure, note)."""
    bought = sum(row["customers"] * float(row["avg_frequency"]) for row in _with_customers(report))
    spend = report.total_monetary
    figures = [
        ("Customers", number(report.customers), ""),
        ("Total spend", money(spend, report.currency, compact=True), money(spend, report.currency)),
        ("Spend per customer", MISSING, ""),
        (f"{report.words.counted.capitalize()} per customer", MISSING, ""),
    ]
    if _has_previous(report):
        difference = report.customers - _before(report)
        figures[0] = (*figures[0][:2], f"{change(difference)} since {_day(report.previous_as_of)}")
    if report.customers:
        figures[2] = (figures[2][0], money(spend / report.customers, report.currency), "average")
        figures[3] = (figures[3][0], number(bought / report.customers, 2), "average")
    for group in (HIGH, RISK):
        customers, amount = _group(report, group)
        note = f"{number(customers)} customers, {money(amount, report.currency, compact=True)}"
        figures.append((f"{group}: share of spend", percent(amount, spend), note))
    return figures


def change(value: Any) -> str:
    """A difference with its sign, `+1,234` or `−56`, or a dash when it is not known."""
    return ("+" if not pd.isna(value) and value > 0 else "") + number(value)


def _change_sentence(report: Report) -> str:
    customers = number(report.customers)
    if not _has_previous(report):
        spend = money(report.total_monetary, report.currency)
        return f"{customers} customers spent {spend} in this window; there is no earlier month to compare with."
    before = _before(report)
    difference = report.customers - before
    since = f"Since {_day(report.previous_as_of)}"
    if difference:
        direction = "grew" if difference > 0 else "fell"
        share = f" ({percent(abs(difference), before)})" if before else ""
        text = f"{since} the number of customers {direction} by {number(abs(difference))}{share} to {customers}"
    else:
        text = f"{since} the number of customers stayed at {customers}"
    came = _total(row["customers"] for row in report.migration if row["segment_previous"] == NEW)
    left = _total(row["customers"] for row in report.migration if row["segment"] == GONE)
    if came or left:
        text += f": {number(came)} came and {number(left)} left"
    changes = [(row["change"], row["segment"]) for row in report.segments if not pd.isna(row["change"])]
    (fall, faller), (rise, riser) = min(changes, default=(0, "")), max(changes, default=(0, ""))
    parts = [f"{_name(riser)} grew most ({change(rise)})"] if rise > 0 else []
    parts += [f"{_name(faller)} shrank most ({change(fall)})"] if fall < 0 else []
    return "; ".join([text, " and ".join(parts)] if parts else [text]) + "."


def _value_sentence(report: Report) -> str:
    rows = _with_customers(report)
    if not rows:
        return "No segment has customers."
    top = max(rows, key=lambda row: row["total_monetary"])
    spend = percent(top["total_monetary"], report.total_monetary)
    return (
        f"The most spend comes from {_name(top['segment'])}: {number(top['customers'])} customers"
        f" ({percent(top['customers'], report.customers)}) account for"
        f" {money(top['total_monetary'], report.currency)}, {spend} of all spend."
    )


def _risk_sentence(report: Report) -> str:
    rows = [row for row in _with_customers(report) if row["segment_group"] == RISK]
    if not rows:
        return "No customer is in a segment at risk."
    customers, amount = _group(report, RISK)
    first = max(rows, key=lambda row: row["avg_monetary"])
    return (
        f"{number(customers)} customers ({percent(customers, report.customers)}) are at risk, with"
        f" {percent(amount, report.total_monetary)} of all spend; contact {_name(first['segment'])} first:"
        f" {number(first['customers'])} customers who spent"
        f" {money(first['avg_monetary'], report.currency)} each."
    )


def _name(text: str) -> str:
    """A name for the middle of a sentence. Right-to-left names are isolated, so the numbers stay in place."""
    text = clean(text)
    right_to_left = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    return f"\u2068{text}\u2069" if right_to_left else text


def _has_previous(report: Report) -> bool:
    known = any(not pd.isna(row["customers_previous"]) for row in report.segments)
    return report.previous_as_of is not None and known


def _with_customers(report: Report) -> list[Row]:
    return [row for row in report.segments if row["customers"]]


def _group(report: Report, group: str) -> tuple[Any, Any]:
    rows = [row for row in report.segments if row["segment_group"] == group]
    return _total(row["customers"] for row in rows), _total(row["total_monetary"] for row in rows)


def _before(report: Report) -> int:
    return _total(row["customers_previous"] for row in report.segments)


def _total(values) -> Any:
    return sum(value for value in values if not pd.isna(value))


def _largest_moves(report: Report) -> list[Row]:
    moves = [row for row in report.migration if row["segment_previous"] != row["segment"]]
    moves.sort(key=lambda row: (-row["customers"], row["segment_previous"], row["segment"]))
    return moves[:MOVES_SHOWN] if _has_previous(report) else []


def _edges_by_metric(edges: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    known = {"recency": 0, "frequency": 1, "monetary": 2}
    metrics = sorted({row["metric"] for row in edges}, key=lambda metric: (known.get(metric, 9), metric))
    best_first = sorted(edges, key=lambda row: -row["score"])
    return [(metric, [row for row in best_first if row["metric"] == metric]) for metric in metrics]


def _edge(value: Any, metric: str, currency: str) -> str:
    if pd.isna(value):
        return "no limit"
    if metric == "monetary":
        return money(value, currency)
    return number(value, 0 if value == int(value) else 2)


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def _value(value: Any) -> str:
    """A setting or a check figure of any type as a person would write it."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(item) for item in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "" or pd.isna(value):
        return MISSING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} {value.tzname() or ''}".strip()
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, Integral):
        return number(value)
    return f"{value:,.4g}" if isinstance(value, Real) else str(value)
