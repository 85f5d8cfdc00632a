"""Texts for a terminal: one line each, no wider than it is, whatever a file holds."""

import shutil
import unicodedata
from collections.abc import Sequence

from segmentation.common.quoting import CUT, cut

NARROWEST, WIDEST = 60, 120


def page_width() -> int:
    """How many columns the terminal has; the widest page where nobody knows."""
    return min(max(shutil.get_terminal_size((WIDEST, 24)).columns, NARROWEST), WIDEST)


def width_of(text: str) -> int:
    """How many columns a text takes: two for the wide signs of East Asia, none for accents that join."""
    return sum(_columns(one) for one in text)


def _columns(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def clipped(text: str, most: int) -> str:
    """A text in at most so many columns, on one line, without signs that steer a terminal."""
    text = cut(text, 1_000)
    if width_of(text) <= most:
        return text
    room, kept = most - len(CUT), ""
    for sign in text:
        room -= _columns(sign)
        if room < 0:
            break
        kept += sign
    return kept + CUT


def padded(text: str, size: int, right: bool = False) -> str:
    """A text with blanks up to so many columns."""
    blanks = " " * max(0, size - width_of(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, width: int, indent: str, first: str | None = None) -> list[str]:
    """A text of any length in lines that are indented; the first one by `first`."""
    lines = [indent if first is None else first]
    is_begun = False
    for word in text.split(" "):
        if is_begun and width_of(lines[-1]) + 1 + width_of(word) > width:
            lines.append(indent)
            is_begun = False
        lines[-1] += " " * is_begun
        is_begun = True
        for sign in word:
            if width_of(lines[-1]) + _columns(sign) > width:
                lines.append(indent)
            lines[-1] += sign
    return [line.rstrip() for line in lines]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int, right: Sequence[int] = ()) -> list[str]:
    """Rows in columns; the widest columns are clipped where the page is too narrow. `right`: columns of numbers."""
    rows = [[cut(cell, 1_000) for cell in row] for row in rows]
    sizes = [max(map(width_of, cells)) for cells in zip(head, *rows, strict=True)]
    room = width - 2 * len(head)
    while sum(sizes) > room and max(sizes) > 6:
        widest = max(range(len(sizes)), key=lambda place: (place not in right, sizes[place]) if _clips(sizes, right)
                     else (True, sizes[place]))  # fmt: skip
        sizes[widest] -= 1
    return [
        "".join(
            f"  {padded(clipped(cell, size), size, place in right)}"
            for place, (cell, size) in enumerate(zip(row, sizes, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]


def _clips(sizes: Sequence[int], right: Sequence[int]) -> bool:
    """Whether there is a column of words left that can be clipped."""
    return any(size > 6 for place, size in enumerate(sizes) if place not in right)
