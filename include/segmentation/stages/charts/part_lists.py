"""The parts of a whole in words: a numbered list below a picture, and keys that wrap."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from segmentation.common.formatting import number, percent
from segmentation.stages.charts.drawing import SMALL, text_width, wrap_into
from segmentation.stages.charts.palette import PALETTE

ROW, LINE = 23, 15  # the height of an entry, and of each further line of its name
BOLD = 1.1  # how much wider bold letters are
GROUP = 92  # the width for the name of a group


@dataclass(frozen=True)
class Part:
    """One part of the whole. Without a colour it has no dot; a note is its group."""

    name: str
    customers: int
    colour: str = ""
    note: str = ""


def share(part: int, total: int) -> str:
    """A share of the whole; what would round to nothing is said to be little."""
    return "<0.1%" if 0 < part < total / 2000 else percent(part, total)


def list_height(parts: Sequence[Part], width: float) -> float:
    """The height of the list as `draw_list` will draw it."""
    return sum(_height(part, parts, width) for part in parts)


def draw_list(axes: Axes, parts: Sequence[Part], top: float, width: float) -> None:
    """The parts by number, one below the other: dot, name, group, customers and share."""
    total, muted, y = sum(part.customers for part in parts), {"color": PALETTE["muted"][0]}, top + ROW / 2
    for place, part in enumerate(parts):
        axes.text(17, y, str(place + 1), ha="right", va="center", weight="bold")
        if part.colour:
            axes.add_patch(Circle((29, y), 5, facecolor=PALETTE[part.colour][0], linewidth=0))
        for row, line in enumerate(_lines(part, parts, width)):
            axes.text(_indent(part), y + LINE * row, line, va="center")
        if part.note:
            x = width - _figures(parts) - GROUP
            axes.text(x, y, _cut(part.note, GROUP - 8), va="center", fontsize=SMALL, **muted)
        axes.text(width - 58, y, number(part.customers), ha="right", va="center")
        axes.text(width, y, share(part.customers, total), ha="right", va="center", **muted)
        y += _height(part, parts, width)


def flow(widths: Sequence[float], room: float, gap: float = 18) -> list[tuple[float, int]]:
    """Where the entries of a key begin: their x and their row, a new row where one is full."""
    spots, x, row = [], 0.0, 0
    for width in widths:
        if x and x + width > room:
            x, row = 0.0, row + 1
        spots.append((x, row))
        x += width + gap
    return spots


def _height(part: Part, parts: Sequence[Part], width: float) -> float:
    return ROW + LINE * (len(_lines(part, parts, width)) - 1)


def _lines(part: Part, parts: Sequence[Part], width: float) -> list[str]:
    room = width - _indent(part) - _figures(parts) - (GROUP + 6 if part.note else 8)
    return wrap_into(part.name, room, 2) or [""]


def _cut(text: str, room: float) -> str:
    """A clean text in small type, cut to its room."""
    return "".join(wrap_into(text, room, 1, SMALL))


def _indent(part: Part) -> float:
    return 41 if part.colour else 25


def _figures(parts: Sequence[Part]) -> float:
    """The width of the customers and their share on the right."""
    return 58 + text_width(number(max(part.customers for part in parts)))
