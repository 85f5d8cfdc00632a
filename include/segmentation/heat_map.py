"""Two names against each other: the table, best segments first, and its heat map."""

import textwrap

import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from segmentation.chart_drawing import CHARACTER, FONT, LABELS, SMALL, WIDE, WIDTH, axes_at, figure_of, row_labels
from segmentation.formats import clean
from segmentation.palette import PALETTE

# Best customers first. Segments of a map of your own follow in alphabetical order.
SEGMENT_ORDER = [
    "Champions", "Loyal Customers", "Potential Loyalists", "New Customers", "Promising", "Needs Attention",
    "About to Sleep", "At Risk", "Can't Lose Them", "Hibernating", "Lost",
]  # fmt: skip
NEW, GONE = "new", "gone"
HEAT = LinearSegmentedColormap.from_list("heat", [(*to_rgb(PALETTE["heat"][0]), alpha) for alpha in (0.0, 0.55, 1.0)])


def cross(frame: pd.DataFrame, index: str, columns: str) -> pd.DataFrame:
    """Customers by two names, best segments first, with empty rows and columns left out."""
    frame = frame[frame["customers"] > 0]
    table = frame.pivot_table(index=index, columns=columns, values="customers", aggfunc="sum", fill_value=0)
    return table.sort_index(key=_rank).sort_index(axis=1, key=_rank)


def heat_map(share: pd.DataFrame, row_notes, column_notes, wide: bool) -> Figure:
    """Cells from clear to full colour, each with its percentage; columns are named above the cells."""
    width, left, right = (WIDE, 165, 92) if wide else (WIDTH, LABELS, 4)
    cell = (width - left - right) / len(share.columns)
    slanted = cell < 56  # too narrow for words side by side, and then there is no room for a note either
    wrap, most = (20, 2) if slanted else (int(cell / 6), 4)
    heads = [
        [
            *textwrap.wrap(clean(outside(name)), wrap, max_lines=most, placeholder="…"),
            *([note] if note and not slanted else []),
        ]
        for name, note in zip(share.columns, column_notes, strict=True)
    ]
    top = 18 + 15 * max(map(len, heads))
    if slanted:
        top += 0.65 * CHARACTER * max((len(line) for head in heads for line in head), default=0)
    figure = figure_of(width, 32 * len(share) + top + 4)
    axes = axes_at(figure, left, top, width - left - right, 32 * len(share))
    text = share.map(lambda v: "" if not v > 0 else "<1%" if v < 0.005 else f"{v:.0%}")
    sns.heatmap(share.to_numpy(), annot=text.to_numpy(), fmt="", cmap=HEAT, vmin=0, ax=axes, cbar=False,
                annot_kws={"color": PALETTE["ink"][0], "fontsize": FONT}, xticklabels=False,
                yticklabels=False)  # fmt: skip
    row_labels(axes, [outside(name) for name in share.index], row_notes, offset=0.5)
    for place, head in enumerate(heads):
        axes.annotate("\n".join(head), (place + 0.5, 1), va="bottom",
                      xycoords=("data", "axes fraction"), xytext=(-4 * slanted, 6),
                      textcoords="offset points", ha="left" if slanted else "center",
                      rotation=40 * slanted, rotation_mode="anchor", fontsize=SMALL + slanted)  # fmt: skip
    for x, y in [(x, y) for y, a in enumerate(share.index) for x, b in enumerate(share.columns) if a == b]:
        axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=PALETTE["ink"][0], linewidth=1))
    return figure


def _rank(names: pd.Index) -> pd.Index:
    """Sort key: the known segments best first, then others by name, and the outside world last."""
    known = {name: f"0{place:02}" for place, name in enumerate(SEGMENT_ORDER)}
    return pd.Index([known.get(name, ("2" if name in (NEW, GONE) else "1") + str(name)) for name in names])


def outside(name: str) -> str:
    return {NEW: "(not there before)", GONE: "(gone)"}.get(name, name)
