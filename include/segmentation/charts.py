"""The charts of the report: small pandas tables in, SVG text out.

Every function is pure. It takes one report table, draws on a figure of its own and returns a `Chart`; no
file is written and no pyplot figure is left behind. The same table gives the same bytes.

The SVGs are meant to be placed inline in a page. Text stays text, in the font of the page, so it can be
selected, and the browser lays out any script. Colours are CSS variables (`--chart-high` and so on, see
`PALETTE`) with the light value as the fallback, so one SVG serves light, dark and print.

Shares are computed here from the counts, so a `share` column may hold fractions or percent.
"""

import io
import re
import textwrap
import unicodedata
import warnings
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from decimal import Decimal

import matplotlib
import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

# Name -> (light, dark). The one place for colours; the page makes its CSS variables from it.
# The four groups keep apart in hue and lightness for the common kinds of colour blindness.
PALETTE = {
    "ink": ("#1b2026", "#e7eaee"),
    "muted": ("#5b6571", "#a3adb8"),
    "line": ("#d9dee4", "#39424d"),
    "high": ("#0b6fb3", "#58aee8"),
    "new": ("#0a9470", "#3cc79b"),
    "risk": ("#c97a06", "#f2ab3d"),
    "churned": ("#7c858f", "#8d97a3"),
    "other": ("#a0568f", "#d492c4"),
    "cluster": ("#6f56a3", "#b19be0"),
    "heat": ("#5db5ea", "#1b6099"),
}
GROUP_COLOURS = {"High value": "high", "New": "new", "At risk": "risk", "Churned": "churned"}

# Best customers first. Segments of a map of your own follow in alphabetical order.
SEGMENT_ORDER = [
    "Champions", "Loyal Customers", "Potential Loyalists", "New Customers", "Promising", "Needs Attention",
    "About to Sleep", "At Risk", "Can't Lose Them", "Hibernating", "Lost",
]  # fmt: skip
NEW, GONE = "new", "gone"
MISSING = "–"

# One unit is one CSS pixel at natural size. 420 is narrow enough to stay readable on a phone.
WIDTH, WIDE, FONT, SMALL, LABELS = 420, 760, 12.5, 11, 142
CHARACTER = 7.8  # width of a digit at FONT, in the wide font that the layout counts on
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "segmentation",
    "text.parse_math": False,  # two dollar signs in a label are money, not a formula
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, and is wider than the fonts pages use
    "font.size": FONT,
    "text.color": PALETTE["ink"][0],
    "axes.edgecolor": PALETTE["line"][0],
    "axes.facecolor": "none",
    "axes.titlecolor": PALETTE["ink"][0],
    "xtick.color": PALETTE["muted"][0],
    "ytick.color": PALETTE["muted"][0],
}
HEAT = LinearSegmentedColormap.from_list("heat", [(*to_rgb(PALETTE["heat"][0]), alpha) for alpha in (0.0, 0.55, 1.0)])
CONTROL = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # bidirectional overrides


VARIABLES = {light: f"var(--chart-{name}, {light})" for name, (light, _) in PALETTE.items()}
FONTS = "var(--chart-font, system-ui, sans-serif)"
SVG = "{http://www.w3.org/2000/svg}"
ET.register_namespace("", SVG[1:-1])
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    `svg` is trusted markup, `alt` its message in words, `note` a word on how to read it. `wide` asks for the
    full width of the page.
    """

    name: str
    title: str
    alt: str
    svg: str
    wide: bool = False
    note: str = ""


def number(value, digits: int = 0) -> str:
    """A number with thousands separators, or a dash for a missing one."""
    return MISSING if pd.isna(value) else f"{value:,.{digits}f}".replace("-", "−")


def money(value, currency: str = "$", digits: int = 2, compact: bool = False) -> str:
    """An amount such as `$1,234.50`, `EUR 1,234.50`, or `$1.2M` when compact."""
    if pd.isna(value):
        return MISSING
    sign, amount, unit = ("−" if value < 0 else ""), abs(value), ""
    if compact:
        amount, digits = float(amount), 0
        for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
            if amount >= 0.99995 * size:  # from here on it would round up to 1,000.0 of the next unit
                amount, unit, digits = amount / size, letter, 1
                break
    gap = "\u00a0" if currency[-1:].isalpha() else ""
    return f"{sign}{currency}{gap}{amount:,.{digits}f}{unit}"


def percent(part, whole, digits: int = 1) -> str:
    """`part` of `whole` as a percentage, or a dash when there is no whole."""
    if pd.isna(part) or pd.isna(whole) or not whole:
        return MISSING
    return number(100 * float(part) / float(whole), digits) + "%"


def clean(text) -> str:
    """A name on one line, without characters that XML forbids or that turn the text around it."""
    text = str(text).translate(CONTROL)
    return " ".join("".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text).split())


@matplotlib.rc_context(STYLE)
def customers_by_segment(segment_summary: pd.DataFrame) -> Chart:
    """Customers of each segment, largest first, coloured by group."""
    rows = segment_summary.sort_values(["customers", "segment"], ascending=[False, True], kind="stable")
    total, top = int(rows["customers"].sum()), rows.iloc[0]
    figure = _figure(WIDTH, 32 * len(rows) + 8)
    axes = _axes(figure, LABELS, 4, WIDTH - LABELS, 32 * len(rows))
    labels = [f"{number(n)} ({percent(n, total)})" if n else "0" for n in rows["customers"]]
    _bars(axes, rows["customers"], labels, _group_colours(rows))
    _row_labels(axes, rows["segment"], rows["segment_group"])
    alt = f"Bars: {number(total)} customers by segment. Largest: {clean(top['segment'])}, {labels[0]}."
    return _chart("customers-by-segment", "Customers by segment", alt, figure)


@matplotlib.rc_context(STYLE)
def spend_by_segment(segment_summary: pd.DataFrame, currency: str = "$") -> Chart:
    """Total and average spend of each segment, side by side, ordered by total spend."""
    rows = segment_summary.assign(order=_floats(segment_summary["total_monetary"]))
    rows = rows.sort_values(["order", "segment"], ascending=[False, True], kind="stable")
    width, height = (WIDTH - LABELS) / 2, 32 * len(rows)
    figure = _figure(WIDTH, height + 30)
    total = _axes(figure, LABELS, 26, width - 8, height, "Total")
    labels = [money(value, currency, compact=True) for value in rows["total_monetary"]]
    _bars(total, rows["total_monetary"], labels, _group_colours(rows))
    _row_labels(total, rows["segment"], rows["segment_group"])
    average = _axes(figure, LABELS + width + 8, 26, width - 8, height, "Average")
    labels = [money(value, currency) for value in rows["avg_monetary"]]
    _bars(average, rows["avg_monetary"], labels, _group_colours(rows))
    top, whole = rows.iloc[0], sum(Decimal(str(v)) for v in rows["total_monetary"] if not pd.isna(v))
    alt = (
        f"Bars: total and average spend by segment. {clean(top['segment'])} spent most:"
        f" {money(top['total_monetary'], currency)} of {money(whole, currency)}"
        f" ({percent(top['total_monetary'], whole)}), {money(top['avg_monetary'], currency)} on average."
    )
    return _chart("spend-by-segment", "Spend by segment", alt, figure)


@matplotlib.rc_context(STYLE)
def search_curves(kmeans_search: pd.DataFrame) -> Chart:
    """WCSS and silhouette for each k that was tried, the chosen k marked."""
    rows = kmeans_search.sort_values("k").assign(chosen=kmeans_search["chosen"].fillna(False).astype(bool))
    chosen = rows[rows["chosen"]]
    figure = _figure(WIDTH, 420)
    panels = [
        ("wcss", "Within-cluster sum of squares (lower is tighter)", lambda v: money(v, "", compact=True)),
        ("silhouette", "Silhouette (higher is better separated)", lambda v: number(v, 2)),
    ]
    for place, (column, title, form) in enumerate(panels):
        axes = _axes(figure, 52, 28 + 205 * place, WIDTH - 70, 132, title)
        frame = pd.DataFrame({"k": rows["k"].astype(float), "value": _floats(rows[column])}).dropna()
        sns.lineplot(data=frame, x="k", y="value", ax=axes, color=PALETTE["cluster"][0], marker="o",
                     markeredgewidth=0, markersize=6, linewidth=2, errorbar=None)  # fmt: skip
        for k, value in zip(chosen["k"], _floats(chosen[column]), strict=True):
            axes.axvline(k, color=PALETTE["muted"][0], linewidth=1, linestyle=(0, (3, 3)), zorder=0)
            if not pd.isna(value):
                axes.plot([k], [value], "o", markersize=11, color=PALETTE["cluster"][0])
                right = k > rows["k"].median() + 1  # then the text goes left, to stay inside
                axes.annotate(f"k = {k:.0f}: {form(value)}", (k, value), xytext=(-9 if right else 9, 10),
                              textcoords="offset points", ha="right" if right else "left",
                              weight="bold")  # fmt: skip
        axes.set(xlabel="", ylabel="", xticks=rows["k"].tolist())
        axes.margins(x=0.06, y=0.22)
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
    return _chart("search-curves", "Choosing the number of clusters", alt, figure)


@matplotlib.rc_context(STYLE)
def clusters(cluster_profile: pd.DataFrame, currency: str = "$") -> Chart:
    """Four small panels: customers, average recency, frequency and spend of each cluster."""
    rows = cluster_profile.sort_values("cluster")
    height, width = 34 * len(rows), (WIDTH - LABELS) / 2
    figure = _figure(WIDTH, 2 * height + 72)
    panels = [
        ("customers", "Customers", number),
        ("avg_recency_days", "Days since last", number),
        ("avg_frequency", "Purchases each", lambda v: number(v, 2)),
        ("avg_monetary", "Spend each", lambda v: money(v, currency)),
    ]
    for place, (column, title, form) in enumerate(panels):
        x, y = LABELS + (width + 8) * (place % 2), 26 + (height + 42) * (place // 2)
        axes = _axes(figure, x, y, width - 8, height, title)
        _bars(axes, rows[column], [form(v) for v in rows[column]], ["cluster"] * len(rows))
        if place % 2 == 0:
            _row_labels(axes, rows["label"])
    top = rows.loc[rows["customers"].idxmax()]
    share = percent(top["customers"], rows["customers"].sum())
    alt = (
        f"Bars: {len(rows)} clusters by customers, recency, frequency and spend. Largest:"
        f" {clean(top['label'])}, {number(top['customers'])} customers ({share}),"
        f" {money(top['avg_monetary'], currency)} each."
    )
    return _chart("clusters", "What the clusters look like", alt, figure)


@matplotlib.rc_context(STYLE)
def segments_within_clusters(segment_cluster: pd.DataFrame) -> Chart:
    """Which segments each cluster is made of. Each column adds up to 100%."""
    table = _cross(segment_cluster, "segment", "cluster_label")
    sizes = table.sum()
    share = table / sizes.where(sizes > 0)
    wide = len(table.columns) > 5
    figure = _heatmap(share, None, [number(n) for n in sizes], wide)
    cluster = sizes.idxmax()
    segment = table[cluster].idxmax()
    alt = (
        f"Heat map: segments within {len(sizes)} clusters. The largest cluster, {clean(cluster)}"
        f" ({number(sizes[cluster])} customers), is {percent(table.at[segment, cluster], sizes[cluster])}"
        f" {clean(segment)}."
    )
    note = "Each column adds up to 100%. A number under a name: the customers of the cluster."
    return _chart("segments-within-clusters", "Segments within each cluster", alt, figure, wide, note)


@matplotlib.rc_context(STYLE)
def migration(segment_migration: pd.DataFrame) -> Chart | None:
    """Where last month's customers of each segment are now. None when there is no previous month.

    Each row adds up to 100%. Customers without a segment last month, or now, have a row or a column too.
    """
    if not (segment_migration["segment_previous"] != NEW).any():
        return None
    table = _cross(segment_migration, "segment_previous", "segment")
    sizes = table.sum(axis=1)
    stayed = sum(table.at[name, name] for name in table.index if name in table.columns)
    before = sizes.drop(NEW, errors="ignore").sum()
    gone = table[GONE].sum() if GONE in table else 0
    moved = before - stayed - gone
    notes = [number(n) for n in sizes]
    figure = _heatmap(table.div(sizes, axis=0), notes, [""] * len(table.columns), True)
    alt = (
        f"Heat map: segment last month against segment now. Of {number(before)} customers,"
        f" {number(stayed)} ({percent(stayed, before)}) stayed in their segment, {number(moved)} moved to"
        f" another and {number(gone)} are gone."
    )
    note = "Rows: last month, with customers. Columns: now. Each row adds up to 100%. Outlined: stayed."
    return _chart("migration", "From last month's segment to this month's", alt, figure, True, note)


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width / 72, height / 72))
    figure.patch.set_alpha(0)
    return figure


def _axes(figure: Figure, x: float, y: float, width: float, height: float, title: str = ""):
    """Axes at a place in pixels from the top left, without frame; no layout engine is involved."""
    full_width, full_height = figure.get_size_inches() * 72
    axes = figure.add_axes((x / full_width, 1 - (y + height) / full_height, width / full_width, height / full_height))
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", fontsize=FONT, weight="bold", pad=9)
    return axes


def _bars(axes, values, labels: list[str], colours: list[str]) -> None:
    """Horizontal bars, first on top, each with its figure at its end. The longest figure gets its room."""
    values = _floats(values).fillna(0)
    rows = [str(place) for place in range(len(values))]  # by place: two names may be the same once shortened
    palette = [PALETTE[name][0] for name in colours]
    sns.barplot(x=values.to_list(), y=rows, hue=rows, palette=palette, orient="h", ax=axes, width=0.56,
                saturation=1, errorbar=None, legend=False)  # fmt: skip
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        axes.annotate(label, (value, place), xytext=(5, 0), textcoords="offset points", va="center")
    width = axes.get_position().width * axes.figure.get_figwidth() * 72
    for_bars = max(0.2, 1 - (CHARACTER * max(map(len, labels)) + 8) / width)
    axes.set(xlim=(0, (values.max() or 1) / for_bars), xticks=[], yticks=[], xlabel="", ylabel="")
    axes.axvline(0, color=PALETTE["line"][0], linewidth=1.5)


def _row_labels(axes, names, notes=None, offset: float = 0) -> None:
    """Names left of the rows. A note, such as the group, goes below its name in small type."""
    for place, name in enumerate(names):
        lines = textwrap.wrap(clean(name), 19, max_lines=2, placeholder="…")
        if notes is not None:
            lines = [_short(name, 19), _short(list(notes)[place], 24)]
        for line, text in enumerate(filter(None, lines)):
            small = notes is not None and line == 1
            axes.annotate(text, (0, place + offset), xycoords=("axes fraction", "data"), va="center",
                          ha="right", xytext=(-9, 7 - 14 * line if len(lines) > 1 and lines[1] else 0),
                          textcoords="offset points", fontsize=SMALL if small else FONT,
                          color=PALETTE["muted" if small else "ink"][0])  # fmt: skip


def _heatmap(share: pd.DataFrame, row_notes, column_notes, wide: bool) -> Figure:
    """Cells from clear to full colour, each with its percentage; columns are named above the cells."""
    width, left, right = (WIDE, 165, 92) if wide else (WIDTH, LABELS, 4)
    cell = (width - left - right) / len(share.columns)
    slanted = cell < 56  # too narrow for words side by side, and then there is no room for a note either
    wrap, most = (20, 2) if slanted else (int(cell / 6), 4)
    heads = [
        [
            *textwrap.wrap(clean(_outside(name)), wrap, max_lines=most, placeholder="…"),
            *([note] if note and not slanted else []),
        ]
        for name, note in zip(share.columns, column_notes, strict=True)
    ]
    top = 18 + 15 * max(map(len, heads))
    if slanted:
        top += 0.65 * CHARACTER * max((len(line) for head in heads for line in head), default=0)
    figure = _figure(width, 32 * len(share) + top + 4)
    axes = _axes(figure, left, top, width - left - right, 32 * len(share))
    text = share.map(lambda v: "" if not v > 0 else "<1%" if v < 0.005 else f"{v:.0%}")
    sns.heatmap(share.to_numpy(), annot=text.to_numpy(), fmt="", cmap=HEAT, vmin=0, ax=axes, cbar=False,
                annot_kws={"color": PALETTE["ink"][0], "fontsize": FONT}, xticklabels=False,
                yticklabels=False)  # fmt: skip
    _row_labels(axes, [_outside(name) for name in share.index], row_notes, offset=0.5)
    for place, head in enumerate(heads):
        axes.annotate("\n".join(head), (place + 0.5, 1), va="bottom",
                      xycoords=("data", "axes fraction"), xytext=(-4 * slanted, 6),
                      textcoords="offset points", ha="left" if slanted else "center",
                      rotation=40 * slanted, rotation_mode="anchor", fontsize=SMALL + slanted)  # fmt: skip
    for x, y in [(x, y) for y, a in enumerate(share.index) for x, b in enumerate(share.columns) if a == b]:
        axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=PALETTE["ink"][0], linewidth=1))
    return figure


def _cross(frame: pd.DataFrame, index: str, columns: str) -> pd.DataFrame:
    """Customers by two names, best segments first, with empty rows and columns left out."""
    frame = frame[frame["customers"] > 0]
    table = frame.pivot_table(index=index, columns=columns, values="customers", aggfunc="sum", fill_value=0)
    return table.sort_index(key=_rank).sort_index(axis=1, key=_rank)


def _rank(names: pd.Index) -> pd.Index:
    """Sort key: the known segments best first, then others by name, and the outside world last."""
    known = {name: f"0{place:02}" for place, name in enumerate(SEGMENT_ORDER)}
    return pd.Index([known.get(name, ("2" if name in (NEW, GONE) else "1") + str(name)) for name in names])


def _group_colours(rows: pd.DataFrame) -> list[str]:
    return [GROUP_COLOURS.get(group, "other") for group in rows["segment_group"]]


def _floats(values: pd.Series) -> pd.Series:
    """Values for drawing. Decimals become floats here only; what is written beside a bar stays exact."""
    return values.map(lambda value: float("nan") if pd.isna(value) else float(value)).astype(float)


def _short(text, length: int) -> str:
    text = clean(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _outside(name: str) -> str:
    return {NEW: "(not there before)", GONE: "(gone)"}.get(name, name)


def _chart(name: str, title: str, alt: str, figure: Figure, wide: bool = False, note: str = "") -> Chart:
    """Write the figure as SVG that can share a page: ids of its own, no style sheet, colours as variables."""
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with warnings.catch_warnings():
        # The text stays text, so a glyph that the layout's font lacks comes from the reader's fonts.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    root = ET.fromstring(buffer.getvalue())
    # Matplotlib's own style sheet would reach the whole page.
    root.remove(root.find(SVG + "defs"))
    used = set(re.findall(r"#([\w.-]+)[\")]", buffer.getvalue().decode()))
    for node in root.iter():
        if node.get("id") in used:
            node.set("id", f"{name}-{node.get('id')}")
        else:
            node.attrib.pop("id", None)
        for key, value in node.items():
            if key == "style":
                value = re.sub(r"font-family: [^;]+;?|font: ", "", value)
                value = re.sub(r"#[0-9a-f]{6}", lambda found: VARIABLES.get(found[0], found[0]), value)
            elif value.startswith("#"):
                value = f"#{name}-{value[1:]}"
            node.set(key, value.replace("url(#", f"url(#{name}-"))
    for key in ("version", "width", "height"):
        root.attrib.pop(key)
    style = f"width: 100%; height: auto; overflow: visible; font-family: {FONTS}; stroke-linejoin: round"
    root.attrib.update({"role": "img", "aria-label": alt, "style": style})
    return Chart(name, title, alt, ET.tostring(root, encoding="unicode"), wide, note)
