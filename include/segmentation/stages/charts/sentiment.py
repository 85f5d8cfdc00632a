"""The charts of what customers say: how positive the reviews of each segment are, in the window and over its months."""

import math
from collections.abc import Mapping, Sequence

import matplotlib
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from segmentation.common.formatting import clean, count_of, number
from segmentation.stages.charts.drawing import (
    LABELS,
    SMALL,
    STYLE,
    WIDE,
    WIDTH,
    Chart,
    draw_row_labels,
    finish,
    floats,
    new_axes,
    new_figure,
    wrap_into,
)
from segmentation.stages.charts.palette import PALETTE, group_colour

# Below so many reviews a month says too little to be drawn.
FEWEST = 10
NORMAL_95 = 1.96
ACROSS, PANEL, LINE_HEIGHT, HEAD, FOOT = 4, 154, 62, 26, 26


@matplotlib.rc_context(STYLE)
def sentiment_by_segment(window: pd.DataFrame, groups: Mapping[str, str]) -> Chart | None:
    """Mean sentiment of each segment with its 95% confidence interval, in the order given. None without a review.

    window: the rows of segment_sentiment for the whole window.
    """
    rows = window[window["sampled"] > 0].reset_index(drop=True)
    if rows.empty:
        return None
    means, reach = floats(rows["mean_sentiment"]), _reach(rows)
    figure = new_figure(WIDTH, 32 * len(rows) + 26)
    axes = new_axes(figure, LABELS, 4, WIDTH - LABELS - 50, 32 * len(rows))
    for place, (mean, wide, segment) in enumerate(zip(means, reach, rows["segment"], strict=True)):
        colour = PALETTE[group_colour(groups.get(segment))][0]
        axes.plot([mean - wide, mean + wide], [place, place], color=colour, linewidth=2.5, solid_capstyle="round")
        axes.annotate(
            signed(mean), (1, place), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
            va="center",
        )  # fmt: skip
    colours = [PALETTE[group_colour(groups.get(segment))][0] for segment in rows["segment"]]
    sns.scatterplot(x=means, y=rows.index, c=colours, s=70, edgecolor="none", legend=False, ax=axes, zorder=3)
    low, high = _limits(means - reach, means + reach)
    axes.axvline(0, color=PALETTE["line"][0], linewidth=1.5, zorder=0)
    axes.set(xlim=(low, high), ylim=(len(rows) - 0.5, -0.5), yticks=[], xlabel="", ylabel="")
    axes.set_xticks(_ticks(low, high), [signed(tick, 1) for tick in _ticks(low, high)], fontsize=SMALL)
    axes.tick_params(length=0)
    draw_row_labels(axes, rows["segment"], [count_of(n, "review") for n in rows["sampled"]])
    highest, lowest = rows.loc[means.idxmax()], rows.loc[means.idxmin()]
    alt = (
        f"Points with lines: mean sentiment of {count_of(len(rows), 'segment')}, from -1 to 1. Highest:"
        f" {clean(highest['segment'])}, {signed(highest['mean_sentiment'])}. Lowest: {clean(lowest['segment'])},"
        f" {signed(lowest['mean_sentiment'])}."
    )
    note = "From −1, negative, to +1, positive. Line: where the mean lies with 95% confidence."
    return finish("sentiment-by-segment", "Sentiment by segment", alt, figure, note=note)


@matplotlib.rc_context(STYLE)
def sentiment_over_months(months: pd.DataFrame, order: Sequence[str], groups: Mapping[str, str]) -> Chart | None:
    """Mean sentiment of each segment in each month, a small panel for each. None where no month has enough reviews.

    months: the rows of segment_sentiment that have a month.
    """
    rows = months.assign(mean=floats(months["mean_sentiment"]).where(months["sampled"] >= FEWEST))
    shown = [name for name in order if rows.loc[rows["segment"] == name, "mean"].notna().any()]
    if not shown:
        return None
    days = sorted(rows["review_month"].unique())
    tall = HEAD + LINE_HEIGHT + FOOT
    lines = math.ceil(len(shown) / ACROSS)
    figure = new_figure(WIDE, lines * tall)
    low, high = _limits(rows["mean"], rows["mean"])
    step = (WIDE - 40 - PANEL * ACROSS) / (ACROSS - 1)
    for place, name in enumerate(shown):
        down, across = divmod(place, ACROSS)
        axes = new_axes(figure, 40 + across * (PANEL + step), down * tall + HEAD, PANEL, LINE_HEIGHT)
        means = rows[rows["segment"] == name].set_index("review_month")["mean"].reindex(days)
        _panel(axes, means, PALETTE[group_colour(groups.get(name))][0], (low, high))
        title = wrap_into(name, PANEL, 1, SMALL + 1)[0]
        axes.set_title(title, loc="left", fontsize=SMALL + 1, weight="bold", pad=7)
        ticks = _ticks(low, high)
        axes.set_yticks(ticks, ["" if across else signed(tick, 1) for tick in ticks], fontsize=SMALL)
    alt = (
        f"Small lines: mean sentiment of {len(shown)} segments in {count_of(len(days), 'month')}, from"
        f" {_month(days[0])} to {_month(days[-1])}, all on one scale from {signed(low)} to {signed(high)}."
    )
    note = (
        f"All on one scale. A month with fewer than {FEWEST} reviews in the sample is left out; of customers who have "
        "not bought lately there are none of late."
    )
    return finish("sentiment-over-months", "Sentiment over the months", alt, figure, wide=True, note=note)


def _panel(axes: Axes, means: pd.Series, colour: str, limits: tuple[float, float]) -> None:
    """The months of one segment; a point for each, so that a month between gaps is seen."""
    places = range(len(means))
    axes.plot(places, means.to_list(), color=colour, linewidth=1.8, marker="o", markersize=3.5)
    edge = 0.03 * (len(means) - 1) or 0.5
    axes.set(xlim=(-edge, len(means) - 1 + edge), ylim=limits, xlabel="", ylabel="")
    ends = {0: "left", len(means) - 1: "right"} if len(means) > 1 else {0: "center"}
    axes.set_xticks(list(ends), [_month(means.index[place]) for place in ends], fontsize=SMALL)
    for label, side in zip(axes.get_xticklabels(), ends.values(), strict=True):
        label.set_horizontalalignment(side)
    axes.tick_params(length=0)
    axes.grid(axis="y", color=PALETTE["line"][0], linewidth=0.8)
    axes.set_axisbelow(True)


def signed(value: float, digits: int = 2) -> str:
    """A sentiment with its sign: +0.52, −0.10, 0.00."""
    value = round(float(value), digits) + 0.0
    return ("+" if value > 0 else "") + number(value, digits)


def _month(day: object) -> str:
    return f"{pd.Timestamp(str(day)):%b %Y}"


def _reach(rows: pd.DataFrame) -> pd.Series:
    """How far the interval reaches to each side; not at all where one review alone was read."""
    return (NORMAL_95 * rows["deviation"].astype(float) / rows["sampled"].astype(float).pow(0.5)).fillna(0)


def _limits(lows: pd.Series, highs: pd.Series) -> tuple[float, float]:
    """Where a scale ends: at the fifths around what is drawn, with 0 among them."""
    low, high = math.floor(min(lows.min(), 0) * 5) / 5, math.ceil(max(highs.max(), 0) * 5) / 5
    return (low, high) if low < high else (-0.2, 0.2)


def _ticks(low: float, high: float) -> list[float]:
    return sorted({round(low, 1), 0.0, round(high, 1)})
