"""What the tests of charts look at in an SVG: its texts, the room they take, its colours and its tags."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

from segmentation.stages.charts import drawing as chart_drawing
from segmentation.stages.charts import palette
from segmentation.stages.charts.drawing import SVG, Chart, text_width

# Markup, template code, quotes, money signs, right-to-left text, an override mark, a control character.
HOSTILE = "<script>alert('x')</script> {{ 7*7 }} \"$1 & $2\" \u202eעברית\x00"
TAGS = {"svg", "g", "path", "text", "tspan", "defs", "use", "clipPath", "rect"}
Box = tuple[float, float, float, float]  # left, top, right, bottom


def texts(chart: Chart) -> list[str]:
    return [node.text for node in ET.fromstring(chart.svg).iter(SVG + "text")]


def text_boxes(chart: Chart) -> list[tuple[str, Box]]:
    """Each text with the room it may take up in a wide font; a slanted one is left out, and so is one of many lines."""
    boxes = []
    for node in ET.fromstring(chart.svg).iter(SVG + "text"):
        if node.get("x") is None:
            continue
        style, text = node.get("style"), node.text or ""
        size = float(re.search(r"font-size: ([\d.]+)px", style)[1])
        width = text_width(text, size) * (1.1 if "font-weight" in style else 1)
        x, y = float(node.get("x")), float(node.get("y"))
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[re.search(r"text-anchor: (\w+)", style)[1]]
        boxes.append((text, (left, y - 0.75 * size, left + width, y + 0.2 * size)))
    return boxes


def check(chart: Chart) -> None:
    """What is true of every chart."""
    root = ET.fromstring(chart.svg)
    assert root.tag == SVG + "svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.alt
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= TAGS
    assert "<script" not in chart.svg
    assert "\u202e" not in chart.svg + chart.alt + chart.note
    colours = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", chart.svg)) - {"none"}
    assert colours <= set(chart_drawing.VARIABLES.values()), "a colour that is not of the palette"
    ids = re.findall(r'\bid="([^"]*)"', chart.svg)
    assert len(ids) == len(set(ids))
    assert all(name.startswith(chart.name) for name in ids)
    _, _, width, height = map(float, root.get("viewBox").split())
    boxes = text_boxes(chart)
    for text, (left, top, right, bottom) in boxes:
        assert left >= -1 and top >= -1 and right <= width + 1 and bottom <= height + 1, f"outside: {text}"
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
        assert apart, f"{one!r} and {other!r} overlap"


def shapes(chart: Chart, colour: str) -> list[str]:
    """The paths that are filled with a colour of the palette."""
    wanted = f"fill: {chart_drawing.VARIABLES[palette.PALETTE[colour][0]]}"
    return [path for path in re.findall(r"<path [^>]*>", chart.svg) if wanted in path]
