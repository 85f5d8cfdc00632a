"""The charts of who moved: since the month before, since a year ago, and month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

from segmentation.common.formatting import count_of, money, number, percent
from segmentation.stages.charts.drawing import (
    GONE,
    NEW,
    SMALL,
    STYLE,
    WIDE,
    Chart,
    draw_heatmap,
    finish,
    months_apart,
    new_axes,
    new_figure,
)
from segmentation.stages.charts.palette import PALETTE
from segmentation.stages.charts.segments import cross

# What is drawn above the line of a month and below it, from the line outwards. Who stayed would dwarf the others.
UP = {"rose": "high", "returned": "new", "new": "other"}
DOWN = {"fell": "risk", "gone": "churned"}
LEFT, TOP, HEIGHT = 56, 40, 220


@dataclass(frozen=True)
class Then:
    """Since when customers have moved: its column, and how a chart says it."""

    column: str
    name: str
    title: str
    words: str


MONTH = Then("segment_previous", "migration", "From last month's segment to this month's", "last month")
YEAR = Then("segment_year_ago", "year-migration", "From the segment of a year ago to this month's", "a year ago")


@matplotlib.rc_context(STYLE)
def migration(moves: pd.DataFrame, order: Sequence[str] | None = None, then: Then = MONTH) -> Chart | None:
    """Where the customers of each segment then are now. None when nothing is known of then.

    Each row adds up to 100%. Customers without a segment then, or now, have a row or a column too.
    `order`: the segments' names in the order of their map; without it, that of the map `eleven`.
    """
    if not (moves[then.column] != NEW).any():
        return None
    table = cross(moves, then.column, "segment", order)
    sizes = table.sum(axis=1)
    stayed = sum(table.at[name, name] for name in table.index if name in table.columns)
    before = sizes.drop(NEW, errors="ignore").sum()
    gone = table[GONE].sum() if GONE in table else 0
    notes = [number(n) for n in sizes]
    figure = draw_heatmap(table.div(sizes, axis=0), notes, [""] * len(table.columns), True)
    alt = (
        f"Heat map: segment {then.words} against segment now. Of {count_of(before, 'customer')},"
        f" {number(stayed)} ({percent(stayed, before)}) {'stayed' if then is MONTH else 'are'} in their segment,"
        f" {number(before - stayed - gone)} moved to another and {number(gone)} are gone."
    )
    note = f"Rows: {then.words}, with customers. Columns: now. Each row adds up to 100%. Outlined: the same segment."
    return finish(then.name, then.title, alt, figure, True, note)


@matplotlib.rc_context(STYLE)
def movement_history(history: pd.DataFrame) -> Chart | None:
    """Bars for each month: who rose, returned and came above the line, who fell and is gone below it.

    A month that the shop has not released leaves a gap. None where there is one month only.
    """
    days = sorted(history["as_of_date"].unique())
    if len(days) < 2:
        return None
    customers = {(row.as_of_date, row.movement): int(row.customers) for row in history.itertuples()}
    figure = new_figure(WIDE, TOP + HEIGHT + 44)
    axes = new_axes(figure, LEFT, TOP, WIDE - LEFT - 20, HEIGHT)
    places = [_months(day) - _months(days[0]) for day in days]
    highest, lowest = (
        _stack(axes, places, [[customers.get((day, name), 0) for day in days] for name in side], list(side.items()))
        for side in (UP, DOWN)
    )
    axes.axhline(0, color=PALETTE["ink"][0], linewidth=1)
    _name_months(axes, days[0], places[-1])
    # As wide as a year, so that a few months are no broad blocks.
    axes.set(xlim=(min(0, places[-1] - 11) - 0.6, places[-1] + 0.6), ylim=(1.08 * lowest - 0.5, 1.08 * highest + 0.5))
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: money(abs(value), "", compact=True))
    axes.grid(axis="y", color=PALETTE["line"][0], linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=SMALL + 1)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=5, frameon=False, fontsize=SMALL + 1)
    told = [f"{name} {number(sum(customers.get((day, name), 0) for day in days) / len(days))}" for name in (*UP, *DOWN)]
    alt = f"Bars: who moved in each of {len(days)} months. On average a month: {', '.join(told)}."
    note = (
        "Customers by month. Above the line: rose, returned, new. Below it: fell, gone. Those who stayed in their "
        "segment are not drawn."
    )
    return finish("movement-history", "Who rose, fell, came and left, month by month", alt, figure, True, note)


def _stack(axes: Axes, places: list[int], layers: list[list[int]], names: list[tuple[str, str]]) -> int:
    """Draw layers on top of each other, those of DOWN below the line; returns how far the longest bar goes."""
    ends = [0] * len(places)
    for values, (name, colour) in zip(layers, names, strict=True):
        signed = [-value if name in DOWN else value for value in values]
        axes.bar(places, signed, bottom=ends, width=0.62, color=PALETTE[colour][0], label=name, linewidth=0)
        ends = [end + value for end, value in zip(ends, signed, strict=True)]
    return max(ends, key=abs, default=0)


def _name_months(axes: Axes, first: date, last: int) -> None:
    """Name as many months as have room beside each other in a wide font, the last one always."""
    named = range(last, -1, -months_apart(max(last + 1, 12), WIDE - LEFT - 20))
    texts = [f"{(_months(first) + place) // 12}-{(_months(first) + place) % 12 + 1:02}" for place in named]
    axes.set_xticks(list(named), texts)


def _months(day: date) -> int:
    return 12 * day.year + day.month - 1
