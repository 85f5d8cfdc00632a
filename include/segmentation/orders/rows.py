"""The rows of order files in chunks of columns: CSV as texts, Parquet in its types.

Only the columns that the mapping names are kept. A row number counts as a spreadsheet does: the header is one too.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.errors import UserError
from segmentation.orders import layout

CHUNK = 65_536


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file. columns: by name. places: the number of each row (int64).

    broken: rows that have not as many cells as the header: (number, text). blank: how many rows held nothing.
    """

    columns: dict[str, pa.Array]
    places: np.ndarray
    broken: Sequence[tuple[int, str]] = ()
    blank: int = 0


def read_csv(lines: Iterable[str], file: dict[str, Any], names: Sequence[str], shown: str) -> Iterator[Chunk]:
    """The rows of a CSV file by its lines. `file`: how it is laid out; `shown`: what messages call it."""
    columns, delimiter = list(file["columns"]), file["delimiter"]
    getters = {name: columns.index(name) for name in names if name in columns}
    rows = layout.reader(lines, delimiter)
    try:
        for _ in range(file["rows_before"]):
            next(rows, None)
        number = file["rows_before"] + 1
        while chunk := list(islice(rows, CHUNK)):
            yield _chunk(chunk, number, len(columns), getters, file, delimiter)
            number += len(chunk)
    except csv.Error as error:
        raise UserError(
            f"Param files_path: {shown} cannot be read from line {rows.line_num:,} on: {error}. Most often a quote is "
            "opened there and not closed."
        ) from None


def _chunk(
    rows: list[list[str]], number: int, width: int, getters: dict[str, int], file: dict[str, Any], delimiter: str
) -> Chunk:
    places = np.arange(number, number + len(rows), dtype=np.int64)
    broken: list[tuple[int, str]] = []
    blank = 0
    if any(len(row) != width for row in rows) or not all(map(any, rows)):
        kept: list[list[str]] = []
        keep = np.ones(len(rows), dtype=bool)
        for place, row in enumerate(rows):
            if not any(cell.strip() for cell in row):
                keep[place], blank = False, blank + 1
            # Delimiters at the end of a line make cells without a name; they may be empty only.
            elif len(row) < width or (len(row) > width and any(cell.strip() for cell in row[width:])):
                keep[place] = False
                broken.append((number + place, delimiter.join(row)))
            else:
                kept.append(row)
        rows, places = kept, places[keep]
    columns = {name: pa.array(list(map(itemgetter(place), rows)), pa.string()) for name, place in getters.items()}
    return Chunk(with_folder(columns, file, len(rows)), places, broken, blank)


def read_parquet(
    path: Path, file: dict[str, Any], names: Sequence[str], groups: Sequence[int] | None = None
) -> Iterator[Chunk]:
    """The rows of a Parquet file, or of some of its row groups."""
    with pq.ParquetFile(path) as parquet:
        wanted = [name for name in names if name in file["columns"]]
        every = range(parquet.num_row_groups)
        starts = np.cumsum([0, *(parquet.metadata.row_group(group).num_rows for group in every)])
        for group in every if groups is None else groups:
            number = int(starts[group]) + 1
            for batch in parquet.iter_batches(CHUNK, row_groups=[group], columns=wanted):
                columns = {name: batch.column(name) for name in wanted}
                places = np.arange(number, number + batch.num_rows, dtype=np.int64)
                yield Chunk(with_folder(columns, file, batch.num_rows), places)
                number += batch.num_rows


def with_folder(columns: dict[str, pa.Array], file: dict[str, Any], rows: int) -> dict[str, pa.Array]:
    """The columns with those that stand in the names of the file's folders, such as day=2023-06-01."""
    folder = {name: pa.array([text] * rows, pa.string()) for name, text in file.get("folder", {}).items()}
    return {**folder, **columns}
