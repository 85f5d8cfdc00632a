"""How a CSV file is laid out: its delimiter, the row that names its columns, and the columns.

Programs write lines before the header: a title, the period, `sep=;`. The header is the first row that has all columns
that the mapping names, so nothing has to be said of such lines.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

DELIMITERS = (",", ";", "\t", "|")
# The header is looked for in so many rows, which may have so many characters.
ROWS, CHARACTERS = 50, 1 << 19
# Most often it stands in the first of them.
FIRST = 1 << 14
# A cell of more characters is none: a quote was opened and not closed.
MOST_IN_CELL = 1 << 20
csv.field_size_limit(MOST_IN_CELL)
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """delimiter. rows: how many rows stand before the first line. columns: the names in their order, trimmed."""

    delimiter: str
    rows: int
    columns: tuple[str, ...]


def reader(lines: Iterable[str], delimiter: str, strict: bool = False) -> Any:
    """Rows of cells; a blank before a quote does not matter. `strict`: a quote has to close where its cell ends."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != " ", strict=strict)


def find(head: str, wanted: Sequence[str], delimiter: str | None, has_header: bool) -> Layout | None:
    """The layout of a file that begins with this text. None where it has no row at all.

    Without a row that has all wanted columns, the one that has most of them is given: the caller refuses it.
    """
    said = _SEP.fullmatch(head.partition("\n")[0].strip())
    tried = [delimiter] if delimiter else [said[1]] if said else list(DELIMITERS)
    found = [(one, _rows(head, one)) for one in tried]
    if not any(row for _, rows in found for row in rows):
        return None
    if not has_header:
        return _without_header(found, 1 if said else 0)
    best: tuple[int, int, Layout] | None = None
    for one, rows in found:
        for number, row in enumerate(rows):
            names = _names(row)
            known = len(set(names) & set(wanted))
            if known == len(set(wanted)):
                return Layout(one, number + 1, names)
            if names and (best is None or (known, len(names)) > best[:2]) and not _SEP.fullmatch(",".join(row)):
                best = (known, len(names), Layout(one, number + 1, names))
    return best[2] if best else None


def _without_header(found: list[tuple[str, list[list[str]]]], before: int) -> Layout:
    """Columns by their numbers; of several delimiters the one that gives the most cells."""
    widths = [(max((len(_names(row)) for row in rows[before:]), default=0), one) for one, rows in found]
    width, delimiter = max(widths, key=lambda pair: pair[0])
    return Layout(delimiter, before, tuple(str(number) for number in range(1, width + 1)))


def _rows(head: str, delimiter: str) -> list[list[str]]:
    try:
        return list(islice(reader(io.StringIO(head, newline=""), delimiter), ROWS))
    except csv.Error:
        return []


def _names(row: list[str]) -> tuple[str, ...]:
    """The cells of a header, trimmed, without the empty ones that a delimiter at the end of the line makes."""
    names = [cell.strip().strip("\ufeff") for cell in row]
    while names and not names[-1]:
        names.pop()
    return tuple(names)
