"""Who moved to which segment since the month before, came or left, in words."""

from collections import defaultdict
from typing import Any

import pandas as pd

from segmentation.common.formatting import clean, count_of, money, name
from segmentation.stages.charts.drawing import GONE, NEW
from segmentation.stages.report.facts import Insight, has_previous, known, share
from segmentation.stages.report.shown import Report

MOVED, CAME, LEFT = "Moved between segments", "New since last month", "Left since last month"
SHOWN = {MOVED: 10, CAME: 5, LEFT: 5}  # the headline gives the sums of those who came and left


def movements(report: Report) -> list[Insight]:
    """The largest movements, a sentence each: between segments, then those who came, then those who left.

    The topics are MOVED, CAME and LEFT, each there only with sentences, SHOWN at most. They go by customers, equal
    ones by name. Empty when there is no month before.
    """
    if not has_previous(report):
        return []
    then: dict[str, int] = defaultdict(int)
    found: dict[str, list[Any]] = {topic: [] for topic in SHOWN}
    for row in report.migration:
        if known(row["customers"]):
            then[row["segment_previous"]] += row["customers"]
            if row["segment_previous"] != row["segment"]:
                found[_topic(row)].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (-row["customers"], clean(row["segment_previous"]), clean(row["segment"])))
    return [
        Insight(topic, tuple(_sentence(report, topic, row, then[row["segment_previous"]]) for row in rows[:most]))
        for topic, most in SHOWN.items()
        if (rows := found[topic])
    ]


def _topic(row: Any) -> str:
    if row["segment_previous"] == NEW:
        return CAME
    return LEFT if row["segment"] == GONE else MOVED


def _sentence(report: Report, topic: str, row: Any, then: int) -> str:
    """`then`: all customers who were in the segment that these have left."""
    customers, before, now = row["customers"], name(row["segment_previous"]), name(row["segment"])
    spend = "" if pd.isna(row["monetary"]) else money(row["monetary"], report.currency, 0)
    if topic == CAME:
        text = f"{count_of(customers, 'new customer')} {'starts' if customers == 1 else 'start'} in {now}"
        return text + (f", spending {spend}." if spend else ".")
    if topic == LEFT:
        text = f"{count_of(customers, 'customer')} of {before} left: no {report.words.one} in the window"
        return text + (f"; they had spent {spend}." if spend else ".")
    text = f"{count_of(customers, 'customer')} moved from {before} to {now}"
    text += f": {share(customers, then)} of those who were in {before}"
    return text + (f", with {spend} of spend." if spend else ".")
