"""The charts about customers: average spend by their scores, and samples of them as points.

Pure, as those of `segments`. Points that would hide each other are spread by their place in a sorted table, so
the order of the rows does not matter and the same table gives the same bytes.
"""

import math
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.patches import Rectangle

from segmentation.common.formatting import clean, count_of, money, number
from segmentation.stages.charts.drawing import (
    FONT,
    SMALL,
    STYLE,
    WIDE,
    WIDTH,
    Chart,
    finish,
    floats,
    new_canvas,
    new_figure,
    text_width,
    wrap_by_width,
)
from segmentation.stages.charts.markers import draw_points
from segmentation.stages.charts.palette import PALETTE
from segmentation.stages.charts.part_lists import BOLD, ROW, flow
from segmentation.stages.charts.scales import SPREAD, counts, days, spend

Cell = tuple[int, int]  # recency and frequency score
MUTED = {"color": PALETTE["muted"][0]}
AXIS = {**MUTED, "fontsize": SMALL + 1}
PLOT = 290  # the height of a plot of points
GOLDEN = (math.sqrt(5) - 1) / 2  # steps of it, without their whole part, fill a line evenly


@matplotlib.rc_context(STYLE)
def rfm_heatmap(rfm_grid: pd.DataFrame, currency: str = "$", bins: int = 5) -> Chart:
    """Average spend and customers by recency and frequency score, the best scores top right."""
    grid = rfm_grid[rfm_grid["customers"] > 0].sort_values(["r_score", "f_score"])
    cells = {(int(row.r_score), int(row.f_score)): row for row in grid.itertuples()}
    wide = bins > 7
    width, left, top, gap = (WIDE if wide else WIDTH), 24, 28, 2
    across, down = (width - left) / bins, 44
    average, size, bare = _averages(cells, currency, across - 8)
    numbers = {key: number(row.customers) for key, row in cells.items()}
    if _widest(numbers, SMALL) > across - 8:
        numbers = {key: money(row.customers, "", compact=True) for key, row in cells.items()}
    figure = new_figure(width, top + down * bins + 46)
    axes = new_canvas(figure)
    strength = _strengths(grid)
    for place in range(bins * bins):
        r_score, f_score = bins - place // bins, place % bins + 1
        key, x, y = (r_score, f_score), left + across * (f_score - 1), top + down * (bins - r_score)
        box = Rectangle((x + gap / 2, y + gap / 2), across - gap, down - gap)
        if key in cells:
            box.set(facecolor=PALETTE["heat"][0], alpha=strength[key], linewidth=0)
            axes.text(x + across / 2, y + 15, average[key], ha="center", va="center", fontsize=size, weight="bold")
            axes.text(x + across / 2, y + 31, numbers[key], ha="center", va="center", fontsize=SMALL)
        else:
            box.set(fill=False, edgecolor=PALETTE["line"][0], linewidth=1)
        axes.add_patch(box)
    for score in range(1, bins + 1):
        axes.text(left - 10, top + down * (bins - score + 0.5), str(score), ha="right", va="center", **AXIS)
        axes.text(left + across * (score - 0.5), top + down * bins + 13, str(score), ha="center", va="center", **AXIS)
    axes.text(0, 12, f"Recency score, {bins} = bought most recently", va="center", **AXIS)
    title = f"Frequency score, {bins} = buys most often"
    axes.text(width, top + down * bins + 35, title, ha="right", va="center", **AXIS)
    alt = f"Heat map: average spend of {count_of(grid['customers'].sum(), 'customer')} by recency and frequency score."
    if cells:
        most = max(cells, key=lambda key: (strength[key], key))
        largest = max(cells, key=lambda key: (cells[key].customers, key))
        for words, (r_score, f_score) in (("Highest", most), ("Most customers", largest)):
            row = cells[r_score, f_score]
            alt += (
                f" {words}: recency {r_score}, frequency {f_score}, {count_of(row.customers, 'customer')} with"
                f" {money(row.avg_monetary, currency)} on average."
            )
    unit = f" in {clean(currency)}" if bare else ""
    note = f"Average spend{unit}, with the number of customers below it. The stronger the colour, the higher the spend."
    return finish("rfm-heatmap", "Average spend by recency and frequency", alt, figure, wide, note)


@matplotlib.rc_context(STYLE)
def recency_frequency(customer_sample: pd.DataFrame, counted: str = "purchases") -> Chart:
    """A sample of customers by recency and frequency. `counted`: what frequency counts."""
    rows = _sorted(customer_sample)
    title = f"Recency and {clean(counted)}"
    return _scatter("recency-frequency", title, rows, ("recency_days", days), ("frequency", counts(counted)))


@matplotlib.rc_context(STYLE)
def recency_monetary(customer_sample: pd.DataFrame, currency: str = "$") -> Chart:
    """A sample of customers by recency and spend."""
    rows = _sorted(customer_sample)
    return _scatter("recency-monetary", "Recency and spend", rows, ("recency_days", days), ("spend", spend(currency)))


@matplotlib.rc_context(STYLE)
def frequency_monetary(customer_sample: pd.DataFrame, currency: str = "$", counted: str = "purchases") -> Chart:
    """A sample of customers by frequency and spend. `counted`: what frequency counts."""
    rows = _sorted(customer_sample)
    title = f"{clean(counted).capitalize()} and spend"
    return _scatter("frequency-monetary", title, rows, ("frequency", counts(counted)), ("spend", spend(currency)))


def _scatter(name: str, title: str, rows: pd.DataFrame, across: tuple[Any, ...], upwards: tuple[Any, ...]) -> Chart:
    """Points in the colour and shape of their cluster, with the key below. An axis is a column and its scale."""
    (x_column, x_scale), (y_column, y_scale) = across, upwards
    x, y = x_scale(rows[x_column], 7), y_scale(rows[y_column], 10)
    left = max((text_width(y.form(tick), SMALL + 1) for tick in y.ticks), default=0) + 9
    right = max([12, *(text_width(x.form(tick), SMALL + 1) / 2 for tick in x.ticks)])
    width, top, inside = WIDTH - left - right, 28, 7
    groups = sorted(rows.groupby("cluster"), key=lambda group: (-len(group[1]), group[0]))
    names = {
        cluster: "".join(wrap_by_width(clean(min(group["cluster_label"].map(str))), 48, 1)) for cluster, group in groups
    }
    key = flow([20 + text_width(names[cluster]) for cluster in sorted(names)], WIDTH)
    below = top + PLOT + 64
    figure = new_figure(WIDTH, below + ROW * (key[-1][1] + 1 if key else 0))
    axes = new_canvas(figure)

    def at(x_value: float, y_value: float) -> tuple[float, float]:
        return left + inside + (width - 2 * inside) * x(x_value), top + PLOT - inside - (PLOT - 2 * inside) * y(y_value)

    for tick in y.ticks:
        line = at(x.low, tick)[1]
        axes.plot([left, left + width], [line, line], color=PALETTE["line"][0], linewidth=0.8, zorder=0)
        axes.text(left - 7, line, y.form(tick), ha="right", va="center", **AXIS)
    for tick in x.ticks:
        line = at(tick, y.low)[0]
        axes.plot([line, line], [top, top + PLOT], color=PALETTE["line"][0], linewidth=0.8, zorder=0)
        axes.text(line, top + PLOT + 13, x.form(tick), ha="center", va="center", **AXIS)
    axes.text(0, 12, y.heading, va="center", **AXIS)
    axes.text(left + width, top + PLOT + 35, x.heading, ha="right", va="center", **AXIS)
    x_values, y_values = (_spread(rows, column) for column in (x_column, y_column))
    for cluster, group in groups:
        spots = [at(x_values[index], y_values[index]) for index in group.index]
        draw_points(axes, spots, cluster, 2.7, alpha=0.7)
    for cluster, (start, row) in zip(sorted(names), key, strict=True):
        draw_points(axes, [(start + 6, below + ROW * row)], cluster, 4)
        axes.text(start + 18, below + ROW * row, names[cluster], va="center")
    sample = f"a sample of {count_of(len(rows), 'customer')}"
    alt = f"Points: {sample} in {count_of(len(names), 'cluster')}, by {x.title.lower()} and {y.title.lower()}."
    if groups:
        cluster, first = groups[0]
        medians = (x.form(first[x_column].median()), y.form(first[y_column].median()))
        alt += (
            f" Largest in it: {names[cluster]}, {count_of(len(first), 'customer')}; medians:"
            f" {x.title.lower()} {medians[0]}, {y.title.lower()} {medians[1]}."
        )
    note = f"{sample.capitalize()}."
    if "frequency" in (x_column, y_column):
        note += " Equal numbers are spread a little, so that points do not hide each other."
    return finish(name, title, alt, figure, note=note)


def _sorted(customer_sample: pd.DataFrame) -> pd.DataFrame:
    """The sample in an order of its own, with amounts as numbers that a log scale can take."""
    rows = customer_sample.assign(spend=floats(customer_sample["monetary"]).clip(lower=0.01))
    return rows.sort_values(["frequency", "recency_days", "spend", "cluster"]).reset_index(drop=True)


def _spread(rows: pd.DataFrame, column: str) -> list[float]:
    """Values for drawing: frequencies are spread around the whole number that they are."""
    if column != "frequency":
        return rows[column].to_list()
    return [
        max(int(value), 1) + SPREAD * (2 * (place * GOLDEN % 1) - 1) for place, value in enumerate(rows["frequency"])
    ]


def _averages(cells: dict[Cell, Any], currency: str, room: float) -> tuple[dict[Cell, str], float, bool]:
    """What is written in the cells, in which size, and whether it is without the currency, to fit."""
    with_it, without = (
        {key: money(row.avg_monetary, unit, compact=True) for key, row in cells.items()} for unit in (currency, "")
    )
    for texts, size in ((with_it, FONT), (with_it, SMALL), (without, FONT)):
        if BOLD * _widest(texts, size) <= room:
            return texts, size, texts is without
    return without, SMALL, True


def _widest(texts: dict[Cell, str], size: float) -> float:
    return max((text_width(text, size) for text in texts.values()), default=0)


def _strengths(grid: pd.DataFrame) -> dict[Cell, float]:
    """How strong the colour of each cell is, by the logarithm of its average spend: a few cells are far higher."""
    logs = floats(grid["avg_monetary"]).clip(lower=0.01).map(math.log)
    low, high = logs.min(), logs.max()
    steps = ((logs - low) / ((high - low) or 1)).fillna(0)
    return {
        (int(r), int(f)): 0.2 + 0.8 * step for r, f, step in zip(grid["r_score"], grid["f_score"], steps, strict=True)
    }
