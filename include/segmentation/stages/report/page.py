"""The report as one HTML file: readable anywhere, with no network, no script and no other file.

`render` turns a `Report` into the page. Every text is escaped, because names of categories, segments and
clusters come from data and from files that users write. Only the SVGs of `charts` go in as they are.
The sentences come from `insights`; all their numbers come from the tables.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from segmentation.common.formatting import MISSING, count_of, day, money, number, percent
from segmentation.common.paths import TEMPLATES
from segmentation.config.segment_maps import HIGH, RISK
from segmentation.stages.charts.palette import PALETTE, group_colour
from segmentation.stages.report import months
from segmentation.stages.report.facts import customers_before, group_sums, has_previous, total
from segmentation.stages.report.fits import found_sentence, misfit_sentences
from segmentation.stages.report.insights import headlines, insights, period
from segmentation.stages.report.movements import movements
from segmentation.stages.report.shown import Report, Row


def render(report: Report) -> str:
    """The whole page as HTML text."""
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        number=number,
        percent=percent,
        day=day,
        change=change,
        value=_value,
        money=lambda value, digits=2: money(value, report.currency, digits),
        colour=group_colour,
        edge=lambda value, metric: _edge(value, metric, report.currency),
        found=lambda row: found_sentence(report, row),
        misfits=misfit_sentences,
        svg=lambda chart: Markup(chart.svg),  # drawn by this package, so trusted
    )
    placed = {chart.name: chart for chart in report.charts}
    return environment.get_template("report.html.j2").render(
        report=report,
        period=period(report),
        headlines=headlines(report),
        key_figures=key_figures(report),
        insights=insights(report),
        movements=movements(report),
        movement_months=months.by_month(report),
        movement_kinds=months.MOVEMENTS,
        stays=months.stays(report),
        a_year_ago=months.a_year_ago(report),
        total=total(row["total_monetary"] for row in report.segments),
        customers_before=customers_before(report),
        orders=total(row.get("orders") for row in report.segments),
        named=lambda *names: [placed.pop(name) for name in names if name in placed],
        others=placed,  # what no section has asked for
        edges=_edges_by_metric(report.edges),
        palette=PALETTE,
        scoring=report.settings.get("scoring", "edges"),
        has_previous=has_previous(report),
    )


def key_figures(report: Report) -> list[tuple[str, str, str]]:
    """The figures on top of the page: (label, figure, note)."""
    with_customers = [row for row in report.segments if row["customers"]]
    # Unknown where it is unknown for one segment: nan.
    bought = sum(row["customers"] * float(row["avg_frequency"] or "nan") for row in with_customers)
    spend = report.total_monetary
    figures = [
        ("Customers", number(report.customers), ""),
        ("Total spend", money(spend, report.currency, compact=True), money(spend, report.currency)),
        ("Spend per customer", MISSING, ""),
        (f"{report.words.counted.capitalize()} per customer", MISSING, ""),
    ]
    if has_previous(report):
        difference = report.customers - customers_before(report)
        figures[0] = (*figures[0][:2], f"{change(difference)} since {day(report.previous_as_of)}")
    if report.customers:
        figures[2] = (figures[2][0], money(spend / report.customers, report.currency), "average")
        figures[3] = (figures[3][0], number(bought / report.customers, 2), "average")
    for group in (HIGH, RISK):
        if group not in {row["segment_group"] for row in report.segments}:
            continue  # a map of your own may have other groups
        customers, amount = group_sums(report, group)
        note = f"{count_of(customers, 'customer')}, {money(amount, report.currency, compact=True)}"
        back = [
            row["monetary_came_back"] for row in report.segments if row["segment_group"] == group and "came_back" in row
        ]
        if group == RISK and back and amount:
            note += f", {percent(total(back), amount)} of it of customers who ever came back"
        figures.append((f"{group}: share of spend", percent(amount, spend), note))
    return figures


def change(value: Any) -> str:
    """A difference with its sign, `+1,234` or `−56`, or a dash when it is not known."""
    return ("+" if not pd.isna(value) and value > 0 else "") + number(value)


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
