"""What all charts share: the palette, figures without clutter, bars, heat maps, and the way to SVG.

The SVGs are meant to be placed inline in a page. Text stays text, in the font of the page, so it can be
selected, and the browser lays out any script. Colours are CSS variables (`--chart-high` and so on, see
`PALETTE`) with the light value as the fallback, so one SVG serves light, dark and print.
"""

import io
import re
import unicodedata
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from segmentation.common.formatting import clean
from segmentation.stages.charts.palette import PALETTE

NEW, GONE = "new", "gone"

# One unit is one CSS pixel at natural size. 420 is narrow enough to stay readable on a phone.
WIDTH, WIDE, FONT, SMALL, LABELS = 420, 760, 12.5, 11, 142
MONTH_GAP = 8  # between the names of two months
CHARACTER = 7.8  # width of a digit at FONT, in the wide font that the layout counts on
STYLE: dict[Any, Any] = {
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


def new_figure(width: float, height: float) -> Figure:
    """An empty, transparent figure; sizes in pixels."""
    figure = Figure(figsize=(width / 72, height / 72))
    figure.patch.set_alpha(0)
    return figure


def new_axes(figure: Figure, x: float, y: float, width: float, height: float, title: str = "") -> Axes:
    """Axes at a place in pixels from the top left, without frame; no layout engine is involved."""
    full_width, full_height = figure.get_size_inches() * 72
    axes = figure.add_axes((x / full_width, 1 - (y + height) / full_height, width / full_width, height / full_height))
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", fontsize=FONT, weight="bold", pad=9)
    return axes


def new_canvas(figure: Figure) -> Axes:
    """Axes over the whole figure, measured in pixels from the top left."""
    width, height = figure.get_size_inches() * 72
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return axes


def draw_bars(axes: Axes, values: Any, labels: list[str], colours: list[str]) -> None:
    """Horizontal bars, first on top, each with its figure at its end. The longest figure gets its room."""
    values = floats(values).fillna(0)
    rows = [str(place) for place in range(len(values))]  # by place: two names may be the same once shortened
    palette = [PALETTE[name][0] for name in colours]
    sns.barplot(x=values.to_list(), y=rows, hue=rows, palette=palette, orient="h", ax=axes, width=0.56,
                saturation=1, errorbar=None, legend=False)  # fmt: skip
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        axes.annotate(label, (value, place), xytext=(5, 0), textcoords="offset points", va="center")
    leave_room(axes, values.max(), labels)
    axes.set(xlabel="", ylabel="")


def months_apart(months: int, width: float) -> int:
    """Every how many of these months can be named, `2020-01`, beside each other on so many pixels, in a wide font."""
    return max(1, ceil(months * (1.1 * text_width("2020-01", SMALL + 1) + MONTH_GAP) / width))


def leave_room(axes: Axes, longest_bar: float, labels: Iterable[str]) -> None:
    """End the bars, which begin at a line, where the longest figure beside them still has its room."""
    width = axes.get_position().width * axes.figure.get_figwidth() * 72
    for_bars = max(0.2, 1 - (max(map(text_width, labels), default=0) + 8) / width)
    axes.set(xlim=(0, (longest_bar or 1) / for_bars), xticks=[], yticks=[])
    axes.axvline(0, color=PALETTE["line"][0], linewidth=1.5)


def draw_row_labels(axes: Axes, names: Iterable[Any], notes: Any = None, offset: float = 0) -> None:
    """Names left of the rows. A note, such as the group, goes below its name in small type."""
    room = axes.get_position().x0 * axes.figure.get_figwidth() * 72 - 9
    for place, name in enumerate(names):
        lines = wrap_into(name, room, 2 if notes is None else 1)
        if notes is not None:
            lines += wrap_into(list(notes)[place], room, 1, SMALL)
        for line, text in enumerate(lines):
            small = notes is not None and line == 1
            axes.annotate(text, (0, place + offset), xycoords=("axes fraction", "data"), va="center",
                          ha="right", xytext=(-9, 7 - 14 * line if len(lines) > 1 else 0),
                          textcoords="offset points", fontsize=SMALL if small else FONT,
                          color=PALETTE["muted" if small else "ink"][0])  # fmt: skip


def wrap_into(text: Any, room: float, most: int, size: float = FONT) -> list[str]:
    """Break a text, cleaned, into lines that take up at most `room` pixels each; see `wrap_by_width`."""
    return wrap_by_width(clean(text), room / text_width("0", size), most)


def wrap_by_width(text: str, width: float, most: int) -> list[str]:
    """Break a text into lines as wide as `width` usual characters; what does not fit ends in an ellipsis.

    A character of the wide scripts or an emoji counts as two, a broad letter as 1.7, a narrow one as 0.65.
    """
    lines: list[str] = []
    line, used = "", 0.0
    for word in re.findall(r"\S+", text):
        if line and used + 1 + sum(map(_breadth, word)) > width:
            lines, line, used = [*lines, line], "", 0.0
        if line:
            line, used = line + " ", used + 1
        for character in word:
            if used + _breadth(character) > width:
                lines, line, used = [*lines, line], "", 0.0
            line, used = line + character, used + _breadth(character)
    lines += [line] if line else []
    if len(lines) > most:
        last = lines[most - 1]
        while last and sum(map(_breadth, last)) > width - _breadth("…"):
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + "…"]
    return lines


def text_width(text: str, size: float = FONT) -> float:
    """The pixels that a text may take up, in the wide font that the layout counts on."""
    return CHARACTER * size / FONT * sum(map(_breadth, text))


def _breadth(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 1.7 if character in "MWmw@%…" else 0.65 if character in "fijlrtI '.,:;()" else 1


def draw_heatmap(share: pd.DataFrame, row_notes: Any, column_notes: Any, wide: bool) -> Figure:
    """Cells from clear to full colour, each with its percentage; columns are named above the cells."""
    width, left, right = (WIDE, 165, 92) if wide else (WIDTH, LABELS, 4)
    cell = (width - left - right) / len(share.columns)
    slanted = cell < 56  # too narrow for words side by side, and then there is no room for a note either
    wrap, most = (20, 2) if slanted else (int(cell / 6), 4)
    heads = [
        [*wrap_by_width(clean(outside_name(name)), wrap, most), *([note] if note and not slanted else [])]
        for name, note in zip(share.columns, column_notes, strict=True)
    ]
    top: float = 18 + 15 * max(map(len, heads))
    if slanted:
        top += 0.65 * max((text_width(line) for head in heads for line in head), default=0)
    figure = new_figure(width, 32 * len(share) + top + 4)
    axes = new_axes(figure, left, top, width - left - right, 32 * len(share))
    text = share.map(lambda v: "" if not v > 0 else "<1%" if v < 0.005 else f"{v:.0%}")
    sns.heatmap(share.to_numpy(), annot=text.to_numpy(), fmt="", cmap=HEAT, vmin=0, ax=axes, cbar=False,
                annot_kws={"color": PALETTE["ink"][0], "fontsize": FONT}, xticklabels=False,
                yticklabels=False)  # fmt: skip
    draw_row_labels(axes, [outside_name(name) for name in share.index], row_notes, offset=0.5)
    for place, head in enumerate(heads):
        axes.annotate("\n".join(head), (place + 0.5, 1), va="bottom",
                      xycoords=("data", "axes fraction"), xytext=(-4 * slanted, 6),
                      textcoords="offset points", ha="left" if slanted else "center",
                      rotation=40 * slanted, rotation_mode="anchor", fontsize=SMALL + slanted)  # fmt: skip
    for x, y in [(x, y) for y, a in enumerate(share.index) for x, b in enumerate(share.columns) if a == b]:
        axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=PALETTE["ink"][0], linewidth=1))
    return figure


def floats(values: pd.Series) -> pd.Series:
    """Values for drawing. Decimals become floats here only; what is written beside a bar stays exact."""
    return values.map(lambda value: float("nan") if pd.isna(value) else float(value)).astype(float)


def outside_name(name: str) -> str:
    """A segment's name, or words for having been or being in none."""
    return {NEW: "(not there before)", GONE: "(gone)"}.get(name, name)


def finish(name: str, title: str, alt: str, figure: Figure, wide: bool = False, note: str = "") -> Chart:
    """Write the figure as SVG that can share a page: ids of its own, no style sheet, colours as variables."""
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with warnings.catch_warnings():
        # The text stays text, so a glyph that the layout's font lacks comes from the reader's fonts.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    root = ET.fromstring(buffer.getvalue())
    # Matplotlib's own style sheet would reach the whole page.
    sheet = root.find(SVG + "defs")
    assert sheet is not None
    root.remove(sheet)
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
