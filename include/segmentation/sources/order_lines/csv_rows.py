"""CSV text parsed row by row.

Quotes are taken strictly: a cell whose quote closes before its end, or never, hides the lines that follow, and they
would be lost in silence.
"""

import csv
import io
import re
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from segmentation.common.errors import UserError
from segmentation.sources.order_lines import layout
from segmentation.sources.order_lines.rows import Chunk, with_folder


@dataclass(frozen=True)
class Table:
    """How the rows of a file are to be taken. places: wanted column -> its place. shown: its name in messages."""

    width: int
    delimiter: str
    places: dict[str, int]
    file: dict[str, Any]
    shown: str


@dataclass(frozen=True)
class Parsed:
    """What a text holds. lines: how many numbers its rows take. rest: the beginning of a row that goes on behind it."""

    chunk: Chunk
    lines: int
    rest: str = ""


def parse(text: str, number: int, table: Table, goes_on: bool) -> Parsed:
    """Parse row by row. The text ends where a line ends; `goes_on`: whether the file has more."""
    lines = list(io.StringIO(text, newline=""))
    reader = layout.reader(lines, table.delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        return _carefully(lines, number, table, goes_on)
    numbers = np.arange(number, number + len(rows), dtype=np.int64)
    return Parsed(chunk_of(rows, numbers, [], table), len(rows))


def _carefully(lines: list[str], number: int, table: Table, goes_on: bool) -> Parsed:
    """Parse lines of which some have wrong quotes: each of these lines is a broken row of its own."""
    reader = layout.reader(lines, table.delimiter, strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    broken: list[tuple[int, str]] = []
    first, at = 0, number
    while True:
        try:
            row: list[str] | None = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            row = None
            if "field larger" in str(error):
                raise unclosed(table, at) from None
            if "end of data" in str(error):
                if goes_on:
                    return Parsed(
                        chunk_of(rows, np.array(numbers, dtype=np.int64), broken, table),
                        at - number,
                        "".join(lines[first:]),
                    )
                raise unclosed(table, at) from None
        failed, first = lines[first : reader.line_num], reader.line_num
        if row is None and len(failed) == 1:
            row = _without_blanks_behind_quotes(failed[0], table.delimiter)
        if row is None:
            broken += [(at + place, line.rstrip("\r\n")) for place, line in enumerate(failed) if line.strip()]
            at += len(failed)
        else:
            rows.append(row)
            numbers.append(at)
            at += 1
    return Parsed(chunk_of(rows, np.array(numbers, dtype=np.int64), broken, table), at - number)


def _without_blanks_behind_quotes(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line in which blanks stand between a quote and the delimiter; None if something else is wrong."""
    plain = re.sub(rf'"[ \t]+({re.escape(delimiter)}|\r?\n?$)', r'"\1', line) if delimiter not in " \t" else line
    try:
        rows = list(layout.reader([plain], delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def one_row(line: str, table: Table) -> list[str]:
    """The cells of a line in which no quote is odd."""
    rows = list(layout.reader([line], table.delimiter))
    return rows[0] if rows else []


def chunk_of(rows: list[list[str]], numbers: np.ndarray, broken: list[tuple[int, str]], table: Table) -> Chunk:
    """Rows as columns, without those that are blank, and those that have not as many cells as the header."""
    width, blank = table.width, 0
    # A row whose wanted cells are all empty may be blank, but most often no row is.
    if any(len(row) != width for row in rows) or any(not any(map(str.strip, row)) for row in rows):
        kept: list[list[str]] = []
        keep = np.ones(len(rows), dtype=bool)
        for place, row in enumerate(rows):
            if not any(cell.strip() for cell in row):
                keep[place], blank = False, blank + 1
            # Delimiters at the end of a line make cells without a name; they may be empty only.
            elif len(row) < width or (len(row) > width and any(cell.strip() for cell in row[width:])):
                keep[place] = False
                broken.append((int(numbers[place]), table.delimiter.join(row)))
            else:
                kept.append(row)
        rows, numbers = kept, numbers[keep]
    columns = {name: pa.array(list(map(itemgetter(place), rows)), pa.string()) for name, place in table.places.items()}
    return Chunk(with_folder(columns, table.file, len(rows)), numbers, sorted(broken), blank)


def unclosed(table: Table, number: int) -> UserError:
    """What a user is told of a quote that hides the rest of a file."""
    return UserError(
        f"Param files_path: {table.shown} cannot be read from row {number:,} on: a quote is opened there and not "
        f"closed within {layout.MOST_IN_CELL:,} characters or before the file ends. Close or remove it."
    )
