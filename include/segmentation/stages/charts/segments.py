"""The charts of the report: small pandas tables in, SVG text out.

Every function is pure. It takes one report table, draws on a figure of its own and returns a `Chart`; no
file is written and no pyplot figure is left behind. The same table gives the same bytes.

Shares are computed here from the counts, so a `share` column may hold fractions or percent.
"""

from collections.abc import Sequence
from decimal import Decimal

import matplotlib
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from segmentation.common.formatting import clean, count_of, money, number, percent
from segmentation.stages.charts.drawing import (
    GONE,
    LABELS,
    NEW,
    SMALL,
    STYLE,
    WIDTH,
    Chart,
    draw_bars,
    draw_heatmap,
    draw_row_labels,
    finish,
    floats,
    new_axes,
    new_figure,
    text_width,
)
from segmentation.stages.charts.palette import PALETTE, group_colour

# Best customers first: the order where none is given. Names that an order lacks follow by the alphabet.
SEGMENT_ORDER = [
    "Champions", "Loyal Customers", "Potential Loyalists", "New Customers", "Promising", "Needs Attention",
    "About to Sleep", "At Risk", "Can't Lose Them", "Hibernating", "Lost",
]  # fmt: skip


@matplotlib.rc_context(STYLE)
def customers_by_segment(segment_summary: pd.DataFrame) -> Chart:
    """Customers of each segment, largest first, coloured by group."""
    rows = segment_summary.sort_values(["customers", "segment"], ascending=[False, True], kind="stable")
    total, top = int(rows["customers"].sum()), rows.iloc[0]
    figure = new_figure(WIDTH, 32 * len(rows) + 8)
    axes = new_axes(figure, LABELS, 4, WIDTH - LABELS, 32 * len(rows))
    labels = [f"{number(n)} ({percent(n, total)})" if n else "0" for n in rows["customers"]]
    draw_bars(axes, rows["customers"], labels, _group_colours(rows))
    draw_row_labels(axes, rows["segment"], rows["segment_group"])
    alt = f"Bars: {count_of(total, 'customer')} by segment. Largest: {clean(top['segment'])}, {labels[0]}."
    return finish("customers-by-segment", "Customers by segment", alt, figure)


@matplotlib.rc_context(STYLE)
def spend_by_segment(segment_summary: pd.DataFrame, currency: str = "$") -> Chart:
    """Total and average spend of each segment, side by side, ordered by total spend."""
    rows = segment_summary.assign(order=floats(segment_summary["total_monetary"]))
    rows = rows.sort_values(["order", "segment"], ascending=[False, True], kind="stable")
    width, height = (WIDTH - LABELS) / 2, 32 * len(rows)
    figure = new_figure(WIDTH, height + 30)
    total = new_axes(figure, LABELS, 26, width - 8, height, "Total")
    labels = [money(value, currency, compact=True) for value in rows["total_monetary"]]
    draw_bars(total, rows["total_monetary"], labels, _group_colours(rows))
    draw_row_labels(total, rows["segment"], rows["segment_group"])
    average = new_axes(figure, LABELS + width + 8, 26, width - 8, height, "Average")
    labels = [money(value, currency) for value in rows["avg_monetary"]]
    draw_bars(average, rows["avg_monetary"], labels, _group_colours(rows))
    top, whole = rows.iloc[0], sum(Decimal(str(v)) for v in rows["total_monetary"] if not pd.isna(v))
    alt = (
        f"Bars: total and average spend by segment. {clean(top['segment'])} spent most:"
        f" {money(top['total_monetary'], currency)} of {money(whole, currency)}"
        f" ({percent(top['total_monetary'], whole)}), {money(top['avg_monetary'], currency)} on average."
    )
    return finish("spend-by-segment", "Spend by segment", alt, figure)


SIDE = 0.06  # of the width: what stays free left and right of the lines


@matplotlib.rc_context(STYLE)
def search_curves(kmeans_search: pd.DataFrame) -> Chart:
    """WCSS and silhouette for each k that was tried, the chosen k marked."""
    rows = kmeans_search.sort_values("k").assign(chosen=kmeans_search["chosen"].fillna(False).astype(bool))
    chosen = rows[rows["chosen"]]
    figure = new_figure(WIDTH, 420)
    panels = [
        ("wcss", "WCSS: sum of squares (lower is tighter)", lambda v: money(v, "", compact=True)),
        ("silhouette", "Silhouette (higher is better separated)", lambda v: number(v, 2)),
    ]
    for place, (column, title, form) in enumerate(panels):
        axes = new_axes(figure, 52, 28 + 205 * place, WIDTH - 70, 132, title)
        frame = pd.DataFrame({"k": rows["k"].astype(float), "value": floats(rows[column])}).dropna()
        sns.lineplot(data=frame, x="k", y="value", ax=axes, color=PALETTE["cluster"][0], marker="o",
                     markeredgewidth=0, markersize=6, linewidth=2, errorbar=None)  # fmt: skip
        for k, value in zip(chosen["k"], floats(chosen[column]), strict=True):
            axes.axvline(k, color=PALETTE["muted"][0], linewidth=1, linestyle=(0, (3, 3)), zorder=0)
            if not pd.isna(value):
                axes.plot([k], [value], "o", markersize=11, color=PALETTE["cluster"][0])
                text = f"k = {k:.0f}: {form(value)}"
                right = not _has_room(axes, frame["k"], k, text)  # then the text goes left, to stay inside
                beside = frame[frame["k"] < k] if right else frame[frame["k"] > k]
                rises = not beside.empty and beside["value"].iloc[-1 if right else 0] > value
                axes.annotate(text, (k, value),
                              xytext=(-9 if right else 9, -10 if rises else 10),
                              textcoords="offset points", ha="right" if right else "left",
                              va="top" if rises else "baseline", weight="bold")  # fmt: skip
        axes.set(xlabel="", ylabel="", xticks=rows["k"].tolist())
        axes.margins(x=SIDE, y=0.22)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _, form=form: form(v)))
        axes.grid(axis="y", color=PALETTE["line"][0], linewidth=0.8)
        axes.tick_params(length=0, labelsize=SMALL + 1)
        axes.spines["bottom"].set_visible(True)
    axes.set_xlabel("Number of clusters, k", color=PALETTE["muted"][0], fontsize=SMALL + 1)
    alt = f"Lines: two measures for k from {rows['k'].min()} to {rows['k'].max()}."
    for row in chosen.itertuples():
        alt += f" Chosen: k = {row.k}, WCSS {number(row.wcss)}, silhouette {number(row.silhouette, 3)}."
    return finish("search-curves", "Choosing the number of clusters", alt, figure)


def _has_room(axes: Axes, ks: pd.Series, k: float, text: str) -> bool:
    """Whether a bold text right of the point at k ends inside of the picture."""
    box, span = axes.get_position(), float(ks.max() - ks.min())
    place = (SIDE + (k - ks.min()) / span) / (1 + 2 * SIDE) if span else 0.5
    return (box.x0 + place * box.width) * WIDTH + 9 + 1.1 * text_width(text) < WIDTH


@matplotlib.rc_context(STYLE)
def clusters(cluster_profile: pd.DataFrame, currency: str = "$", counted: str = "purchases") -> Chart:
    """Four small panels: customers, average recency, frequency and spend of each cluster.

    `counted`: what frequency counts.
    """
    rows = cluster_profile.sort_values("cluster")
    height, width = 34 * len(rows), (WIDTH - LABELS) / 2
    figure = new_figure(WIDTH, 2 * height + 72)
    panels = [
        ("customers", "Customers", number),
        ("avg_recency_days", "Days since last", number),
        ("avg_frequency", f"{counted.capitalize()} each", lambda v: number(v, 2)),
        ("avg_monetary", "Spend each", lambda v: money(v, currency)),
    ]
    for place, (column, title, form) in enumerate(panels):
        x, y = LABELS + (width + 8) * (place % 2), 26 + (height + 42) * (place // 2)
        axes = new_axes(figure, x, y, width - 8, height, title)
        draw_bars(axes, rows[column], [form(v) for v in rows[column]], ["cluster"] * len(rows))
        if place % 2 == 0:
            draw_row_labels(axes, rows["label"])
    top = rows.loc[rows["customers"].idxmax()]
    share = percent(top["customers"], rows["customers"].sum())
    alt = (
        f"Bars: {len(rows)} clusters by customers, recency, frequency and spend. Largest:"
        f" {clean(top['label'])}, {count_of(top['customers'], 'customer')} ({share}),"
        f" {money(top['avg_monetary'], currency)} each."
    )
    return finish("clusters", "What the clusters look like", alt, figure)


@matplotlib.rc_context(STYLE)
def segments_within_clusters(segment_cluster: pd.DataFrame, order: Sequence[str] | None = None) -> Chart:
    """Which segments each cluster is made of. Each column adds up to 100%.

    `order`: the segments' names in the order of their map; without it, that of the map `eleven`.
    """
    table = cross(segment_cluster, "segment", "cluster_label", order)
    sizes = table.sum()
    share = table / sizes.where(sizes > 0)
    wide = len(table.columns) > 5
    figure = draw_heatmap(share, None, [number(n) for n in sizes], wide)
    cluster = sizes.idxmax()
    segment = table[cluster].idxmax()
    alt = (
        f"Heat map: segments within {len(sizes)} clusters. The largest cluster, {clean(cluster)}"
        f" ({count_of(sizes[cluster], 'customer')}), is {percent(table.at[segment, cluster], sizes[cluster])}"
        f" {clean(segment)}."
    )
    note = "Each column adds up to 100%. A number under a name: the customers of the cluster."
    return finish("segments-within-clusters", "Segments within each cluster", alt, figure, wide, note)


def cross(frame: pd.DataFrame, index: str, columns: str, order: Sequence[str] | None) -> pd.DataFrame:
    """Customers by two names, segments in their order, with empty rows and columns left out."""
    places = {name: place for place, name in enumerate(SEGMENT_ORDER if order is None else order)}

    def rank(names: pd.Index) -> pd.Index:
        """Sort key: the segments in their order, then others by name, and the outside world last."""
        last = len(places)
        keys = [(last + 1 if name in (NEW, GONE) else places.get(name, last), str(name)) for name in names]
        return pd.Index(keys, tupleize_cols=False)

    frame = frame[frame["customers"] > 0]
    table = frame.pivot_table(index=index, columns=columns, values="customers", aggfunc="sum", fill_value=0)
    return table.sort_index(key=rank).sort_index(axis=1, key=rank)


def _group_colours(rows: pd.DataFrame) -> list[str]:
    return [group_colour(group) for group in rows["segment_group"]]
