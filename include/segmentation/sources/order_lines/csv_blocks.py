"""Blocks of CSV text parsed by Arrow, where they hold nothing that it would take otherwise than `csv_rows` does."""

import re
from collections.abc import Iterable
from csv import Error
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from segmentation.sources.order_lines.csv_rows import Parsed, Table, chunk_of, one_row
from segmentation.sources.order_lines.rows import Chunk, with_folder

# More odd rows than this share are taken with the others, row by row.
ODD_SHARE = 0.02


def parse(text: str, number: int, table: Table) -> Parsed | None:
    """The rows of a text of whole lines; None where it has to be parsed row by row."""
    try:
        return _parse(text, number, table)
    except Error:
        return None


def _parse(text: str, number: int, table: Table) -> Parsed | None:
    if not table.places or not table.delimiter.isascii() or "\0" in text or text.count("\r") != text.count("\r\n"):
        return None
    data = pa.py_buffer(text.encode())
    quotes = '"' in text
    if quotes and not _quotes_are_plain(text, table.delimiter):
        return None
    # Delimiters at the end of the lines make cells that nobody has named.
    width = max(table.width, len(one_row(text[: text.find("\n") + 1] or text, table)))
    rows, odd = _read(
        data, width, table.delimiter, quotes, sorted(set(table.places.values()) | set(range(table.width, width)))
    )
    lines = rows.num_rows + len(odd)
    if len(odd) > 10 + ODD_SHARE * lines:
        return None
    columns = {place: _one(rows.column(str(place))) for place in table.places.values()}
    # A row whose wanted cells are empty may be blank, and one with more cells than the header may be a broken one.
    if any(pc.any(_is_filled(_one(rows.column(str(place))))).as_py() for place in range(table.width, width)):
        return None
    filled = _is_filled(*columns.values())
    if not pc.all(filled).as_py():
        everything, _ = _read(data, width, table.delimiter, quotes, range(width))
        filled = _is_filled(*(_one(everything.column(str(place))) for place in range(width)))
    numbers = np.delete(np.arange(number, number + lines, dtype=np.int64), [place - 1 for place, _ in odd])
    blank = rows.num_rows - (pc.sum(filled).as_py() or 0)
    if blank:
        columns = {place: column.filter(filled) for place, column in columns.items()}
        numbers = numbers[filled.to_numpy(zero_copy_only=False)]
    chunk = Chunk(
        with_folder({name: columns[place] for name, place in table.places.items()}, table.file, len(numbers)),
        numbers,
        (),
        blank,
    )
    return _with_odd(chunk, odd, number, lines, table)


def _read(
    data: pa.Buffer, width: int, delimiter: str, quotes: bool, places: Iterable[int]
) -> tuple[pa.Table, list[tuple[int, str]]]:
    """The columns at these places, and the rows that have another number of cells: (number from 1, text)."""
    odd: list[tuple[int, str]] = []

    def note(row: csv.InvalidRow) -> str:
        odd.append((row.number, row.text))
        return "skip"

    names = [str(place) for place in range(width)]
    rows = csv.read_csv(
        data,
        csv.ReadOptions(use_threads=False, block_size=max(data.size, 1) + 1, column_names=names),
        csv.ParseOptions(
            delimiter=delimiter, quote_char='"' if quotes else False, double_quote=quotes, ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        csv.ConvertOptions(
            check_utf8=False, column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False,
            include_columns=[str(place) for place in places],
        ),
    )  # fmt: skip
    return rows, odd


def _with_odd(chunk: Chunk, odd: list[tuple[int, str]], number: int, lines: int, table: Table) -> Parsed:
    """A chunk with the rows among which Arrow found another number of cells."""
    if not odd:
        return Parsed(chunk, lines)
    parsed = [(number + place - 1, one_row(text, table)) for place, text in odd]
    more = chunk_of([row for _, row in parsed], np.array([at for at, _ in parsed], dtype=np.int64), [], table)
    order = pa.array(np.argsort(np.concatenate([chunk.places, more.places]), kind="stable"))
    columns = {
        name: pa.concat_arrays([column, more.columns[name]]).take(order) for name, column in chunk.columns.items()
    }
    places = np.sort(np.concatenate([chunk.places, more.places]))
    return Parsed(Chunk(columns, places, more.broken, chunk.blank + more.blank), lines)


def _quotes_are_plain(text: str, delimiter: str) -> bool:
    """Whether each quote opens or closes a whole cell, or is one of two inside it, and each cell ends on its line."""
    lines = pc.list_flatten(pc.split_pattern(pa.array([text]), "\n"))
    quoted = pc.utf8_rtrim(lines.filter(pc.match_substring(lines, '"')), "\r")
    return bool(pc.all(pc.match_substring_regex(quoted, _plain_quotes(delimiter))).as_py())


@lru_cache(maxsize=100)
def _plain_quotes(delimiter: str) -> str:
    sign = re.sub(r"([^A-Za-z0-9])", r"\\\1", delimiter) if delimiter.isascii() else delimiter
    cell = rf'(?:"(?:[^"]|"")*"|[^"{sign}]*)'
    return f"^{cell}(?:{sign}{cell})*$"


def _is_filled(*columns: pa.Array) -> pa.Array:
    """Which rows have anything but blanks in one of the columns."""
    found = pa.repeat(pa.scalar(False), len(columns[0]))
    for column in columns:
        filled = pc.greater(pc.binary_length(column), 0)
        if pc.any(pc.and_(filled, pc.match_substring_regex(column, r"^[\s\p{Z}]+$"))).as_py():
            filled = pc.greater(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)
        found = pc.or_(found, filled)
        if pc.all(found).as_py():
            break
    return found


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
