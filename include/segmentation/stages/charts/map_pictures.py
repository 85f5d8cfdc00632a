"""Pictures of segment maps for the docs: one grid of recency by frequency for each monetary score, and a legend.

They are written out by hand and not by the charts' library: the files are kept in the repository, and must not change
with its release. They stand alone, so they have a ground of their own and the colours of the light theme.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from itertools import product

from segmentation.common.formatting import clean
from segmentation.config.segment_maps import Segment
from segmentation.stages.charts.drawing import wrap_by_width
from segmentation.stages.charts.palette import PALETTE, group_colour

WIDEST, MARGIN, LEFT = 760, 16, 38
CELL, GAP, TITLE, AXIS = 26, 14, 24, 44
COLUMN, ROW, NAME_AT, GROUP_AT, COUNT_AT = 378, 26, 36, 200, 350
NAME_LENGTH, GROUP_LENGTH = 21, 16
# How much of its colour a cell has; the rest is white, so that the number can be read. With these shares the groups
# keep apart for the three kinds of colour blindness too: what they take from the hue, the lightness makes up for.
TINTS = {"high": 0.4, "new": 0.65, "risk": 0.7, "churned": 0.3, "other": 0.8}
# The place of a cell, from the left and from the top, and its segment.
Places = dict[tuple[int, int], int]
INK, MUTED = PALETTE["ink"][0], PALETTE["muted"][0]
FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"


def picture(segments: Sequence[Segment], bins: int) -> str:
    """A map as the text of an SVG file. The segments hold all cells of `bins` scores, and are numbered from 1."""
    panels_in_row = min(bins, (WIDEST - LEFT - MARGIN + GAP) // (bins * CELL + GAP))
    panel_rows = -(-bins // panels_in_row)
    panel_height = TITLE + bins * CELL + AXIS
    panels_end = LEFT + panels_in_row * (bins * CELL + GAP) - GAP
    columns = 2 if len(segments) > 6 else 1
    legend_rows = -(-len(segments) // columns)
    legend_top = MARGIN + panel_rows * panel_height + 12
    width = MARGIN + max(panels_end, MARGIN + (columns - 1) * COLUMN + COUNT_AT)
    height = legend_top + ROW * (legend_rows + 1) + MARGIN - 4
    root = ET.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "width": str(width),
        "height": str(height), "role": "img", "aria-label": in_words(segments), "font-family": FONT,
        "font-size": "12", "fill": INK,
    })  # fmt: skip
    ET.SubElement(root, "rect", {"width": str(width), "height": str(height), "fill": "#ffffff"})
    numbers = {cell: place for place, segment in enumerate(segments) for cell in segment.cells}
    for monetary in range(1, bins + 1):
        row, column = divmod(monetary - 1, panels_in_row)
        x, y = LEFT + column * (bins * CELL + GAP), MARGIN + row * panel_height
        _panel(root, x, y, segments, numbers, bins, monetary)
        if column == 0:
            _frequency_axis(root, y + TITLE, bins)
            wide = min(panels_in_row, bins - row * panels_in_row) * (bins * CELL + GAP) - GAP
            _text(root, LEFT + wide / 2, y + panel_height - 8, "Recency", anchor="middle", fill=MUTED)
    for column in range(columns):
        part = list(enumerate(segments))[column * legend_rows : (column + 1) * legend_rows]
        _legend(root, MARGIN + column * COLUMN, legend_top, part)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def in_words(segments: Sequence[Segment]) -> str:
    """What the picture shows, for those who do not see it."""
    names = [f"{place} {clean(segment.name)}" for place, segment in enumerate(segments, 1)]
    return f"Grids of recency by frequency, one for each monetary score; each cell has its segment: {', '.join(names)}."


def colour(group: str) -> str:
    """The colour of a group's cells: that of the charts, mixed with white."""
    name = group_colour(group)
    full, tint = PALETTE[name][0], TINTS[name]
    parts = (int(full[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(tint * part + (1 - tint) * 255):02x}" for part in parts)


def _panel(
    root: ET.Element, x: float, y: float, segments: Sequence[Segment], numbers: dict[str, int], bins: int, monetary: int
) -> None:
    panel = ET.SubElement(root, "g", {"transform": f"translate({x} {y})"})
    _text(panel, bins * CELL / 2, TITLE - 8, f"Monetary {monetary}", anchor="middle", weight="600")
    places: Places = {}
    for recency, frequency in product(range(1, bins + 1), repeat=2):
        place = numbers[f"{recency}{frequency}{monetary}"]
        left, top = (recency - 1) * CELL, TITLE + (bins - frequency) * CELL
        places[left, top] = place
        _box(panel, left, top, place, segments[place].group)
    for recency in range(1, bins + 1):
        _text(panel, (recency - 0.5) * CELL, TITLE + bins * CELL + 16, str(recency), anchor="middle", fill=MUTED)
    # A line wherever two segments meet: those of one group have one colour.
    lines = [f"M{left} {top}v{CELL}" for left, top in places if _differ(places, left, top, left - CELL, top)]
    lines += [f"M{left} {top}h{CELL}" for left, top in places if _differ(places, left, top, left, top - CELL)]
    ET.SubElement(panel, "path", {"d": "".join(lines), "stroke": INK, "stroke-width": "1.4", "fill": "none"})
    frame = {"y": str(TITLE), "width": str(bins * CELL), "height": str(bins * CELL), "fill": "none", "stroke": INK}
    ET.SubElement(panel, "rect", {**frame, "stroke-width": "1.4"})


def _differ(places: Places, left: int, top: int, other_left: int, other_top: int) -> bool:
    return (other_left, other_top) in places and places[left, top] != places[other_left, other_top]


def _frequency_axis(root: ET.Element, y: float, bins: int) -> None:
    for frequency in range(1, bins + 1):
        _text(root, LEFT - 7, y + (bins - frequency + 0.5) * CELL + 4, str(frequency), anchor="end", fill=MUTED)
    middle = y + bins * CELL / 2
    turned = _text(root, 16, middle, "Frequency", anchor="middle", fill=MUTED)
    turned.set("transform", f"rotate(-90 16 {_short(middle)})")


def _legend(root: ET.Element, x: float, y: float, part: Iterable[tuple[int, Segment]]) -> None:
    for at, head in ((NAME_AT, "Segment"), (GROUP_AT, "Group")):
        _text(root, x + at, y + 16, head, fill=MUTED)
    _text(root, x + COUNT_AT, y + 16, "Cells", anchor="end", fill=MUTED)
    for line, (place, segment) in enumerate(part, 1):
        top = y + line * ROW
        _box(root, x, top - 1, place, segment.group, CELL - 3)
        _text(root, x + NAME_AT, top + 15, wrap_by_width(clean(segment.name), NAME_LENGTH, 1)[0], size="13")
        _text(root, x + GROUP_AT, top + 15, wrap_by_width(clean(segment.group), GROUP_LENGTH, 1)[0])
        _text(root, x + COUNT_AT, top + 15, str(len(segment.cells)), anchor="end")


def _box(parent: ET.Element, left: float, top: float, place: int, group: str, size: int = CELL) -> None:
    where = {"x": str(left), "y": str(top), "width": str(size), "height": str(size)}
    ET.SubElement(parent, "rect", {**where, "fill": colour(group), "stroke": "#ffffff"})
    _text(parent, left + size / 2, top + size / 2 + 4, str(place + 1), anchor="middle")


def _text(parent: ET.Element, x: float, y: float, text: str, **more: str) -> ET.Element:
    names = {"anchor": "text-anchor", "weight": "font-weight", "size": "font-size"}
    attributes = {names.get(name, name): value for name, value in more.items()}
    node = ET.SubElement(parent, "text", {"x": _short(x), "y": _short(y), **attributes})
    node.text = text
    return node


def _short(number: float) -> str:
    return f"{number:g}"
