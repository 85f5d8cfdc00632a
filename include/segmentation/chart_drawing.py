"""What the charts are drawn with: figures, axes, bars, names, and the finished SVG.

The SVGs are meant to be placed inline in a page. Text stays text, in the font of the page, so it can be
selected, and the browser lays out any script. Colours are CSS variables (`--chart-high` and so on, see
`PALETTE`) with the light value as the fallback, so one SVG serves light, dark and print.
"""

import io
import re
import textwrap
import warnings
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from segmentation.formats import clean, short
from segmentation.palette import PALETTE

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


def figure_of(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width / 72, height / 72))
    figure.patch.set_alpha(0)
    return figure


def axes_at(figure: Figure, x: float, y: float, width: float, height: float, title: str = ""):
    """Axes at a place in pixels from the top left, without frame; no layout engine is involved."""
    full_width, full_height = figure.get_size_inches() * 72
    axes = figure.add_axes((x / full_width, 1 - (y + height) / full_height, width / full_width, height / full_height))
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", fontsize=FONT, weight="bold", pad=9)
    return axes


def bars(axes, values, labels: list[str], colours: list[str]) -> None:
    """Horizontal bars, first on top, each with its figure at its end. The longest figure gets its room."""
    values = floats(values).fillna(0)
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


def row_labels(axes, names, notes=None, offset: float = 0) -> None:
    """Names left of the rows. A note, such as the group, goes below its name in small type."""
    for place, name in enumerate(names):
        lines = textwrap.wrap(clean(name), 19, max_lines=2, placeholder="…")
        if notes is not None:
            lines = [short(name, 19), short(list(notes)[place], 24)]
        for line, text in enumerate(filter(None, lines)):
            small = notes is not None and line == 1
            axes.annotate(text, (0, place + offset), xycoords=("axes fraction", "data"), va="center",
                          ha="right", xytext=(-9, 7 - 14 * line if len(lines) > 1 and lines[1] else 0),
                          textcoords="offset points", fontsize=SMALL if small else FONT,
                          color=PALETTE["muted" if small else "ink"][0])  # fmt: skip


def floats(values: pd.Series) -> pd.Series:
    """Values for drawing. Decimals become floats here only; what is written beside a bar stays exact."""
    return values.map(lambda value: float("nan") if pd.isna(value) else float(value)).astype(float)


def finished(name: str, title: str, alt: str, figure: Figure, wide: bool = False, note: str = "") -> Chart:
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
