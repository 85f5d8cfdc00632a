"""What stands out, in sentences. Every number in them comes from the tables of the report.

`headlines` are the three sentences on top, `insights` the rest by topic, `as_text` all of it for an email, with
`movements`. The rules are in `insight_rules`.
"""

from datetime import timedelta

import pandas as pd

from segmentation.common.formatting import count_of, day, money, name, number
from segmentation.config.segment_maps import RISK
from segmentation.stages.charts.drawing import GONE, NEW
from segmentation.stages.report.facts import (
    Insight,
    customers_before,
    groups,
    has_previous,
    people,
    ranked,
    segments,
    share,
    total,
    who_spent,
)
from segmentation.stages.report.insight_rules import RULES
from segmentation.stages.report.months import a_year_ago
from segmentation.stages.report.movements import movements
from segmentation.stages.report.returns import came_back
from segmentation.stages.report.shown import Report
from segmentation.stages.report.stakes import at_risk


def headlines(report: Report) -> list[str]:
    """Three sentences: what changed since last month, who matters most, and whom to contact first."""
    return [_change_sentence(report), _value_sentence(report), _risk_sentence(report)]


def insights(report: Report) -> list[Insight]:
    """What stands out, by topic and in a fixed order. Empty without customers."""
    return [found for rule in RULES if (found := rule(report))] if segments(report) else []


def as_text(report: Report) -> str:
    """Headlines, insights and movements as plain text; each line ends with a newline."""
    lines = [
        name(report.title),
        f"{name(report.category)}, as of {day(report.as_of)}. {period(report)} ({name(report.calendar)}). "
        f"Source: {name(report.source_label)}.",
    ]
    if report.generated_data:
        lines.append("Generated demo data: these customers and purchases are made up.")
    lines += ["", "In short", *(f"- {sentence}" for sentence in headlines(report))]
    found = insights(report)
    if found:
        lines += ["", "What stands out", *(f"- {one.topic}: {one.text}" for one in found)]
    for one in movements(report):
        lines += ["", one.topic, *(f"- {sentence}" for sentence in one.sentences)]
    if then := a_year_ago(report):
        lines += ["", "A year later", *(f"- {sentence}" for sentence in then)]
    return "\n".join(lines) + "\n"


def period(report: Report) -> str:
    """Which orders or purchases the page is about, in words without the calendar."""
    last_day = day(report.as_of - timedelta(days=1))
    if report.words.summed_up:
        return f"One row per customer, with a last order up to {last_day}"
    return f"{report.words.things.capitalize()} from {day(report.window_start)} to {last_day}"


def _change_sentence(report: Report) -> str:
    customers = number(report.customers)
    if report.words.summed_up:
        who, spend = count_of(report.customers, "customer"), money(report.total_monetary, report.currency)
        return f"{who} spent {spend} in all; the table says nothing of an earlier month to compare with."
    if not has_previous(report):
        spend = money(report.total_monetary, report.currency)
        who = count_of(report.customers, "customer")
        return f"{who} spent {spend} in this window; there is no earlier month to compare with."
    before = customers_before(report)
    difference = report.customers - before
    since = f"Since {day(report.previous_as_of)}"
    if difference:
        direction = "grew" if difference > 0 else "fell"
        percentage = f" ({share(abs(difference), before)})" if before else ""
        text = f"{since} the number of customers {direction} by {number(abs(difference))}{percentage} to {customers}"
    else:
        text = f"{since} the number of customers stayed at {customers}"
    came = total(row["customers"] for row in report.migration if row["segment_previous"] == NEW)
    left = total(row["customers"] for row in report.migration if row["segment"] == GONE)
    if came or left:
        text += f": {number(came)} came and {number(left)} left"
    changes = [(row["change"], name(row["segment"])) for row in report.segments if not pd.isna(row["change"])]
    rise, riser = min(((-by, who) for by, who in changes), default=(0, ""))
    fall, faller = min(changes, default=(0, ""))
    parts = [f"{riser} grew most (+{number(-rise)})"] if rise < 0 else []
    parts += [f"{faller} shrank most ({number(fall)})"] if fall < 0 else []
    return "; ".join([text, " and ".join(parts)] if parts else [text]) + "."


def _value_sentence(report: Report) -> str:
    found = ranked(segments(report), "spend")
    if not found:
        return "No segment has customers."
    top, account = found[0], "accounts" if found[0].customers == 1 else "account"
    return (
        f"The most spend comes from {top.name}: {people(report, top)} {account} for"
        f" {money(top.spend, report.currency)}, {share(top.spend, report.total_monetary)} of all spend."
    )


def _risk_sentence(report: Report) -> str:
    found = at_risk(report)
    if not found:
        return "No customer is in a segment at risk."
    (together,) = [part for part in groups(report) if part.group == RISK]
    spend = "" if together.spend is None else f", with {share(together.spend, report.total_monetary)} of all spend"
    if together.back is not None:
        spend += f" ({came_back(report, together)})"
    return (
        f"{people(report, together)} {'is' if together.customers == 1 else 'are'} at risk{spend};"
        f" contact {found[0].name} first: {who_spent(report, found[0])}."
    )
