"""Rows of small published tables, remembered by the checksums of their files."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.warehouse.published import Damaged, StoredFile

Rows = tuple[Mapping[str, Any], ...]

SUMMARY_COLUMNS = {
    "segment": pa.string(),
    "segment_group": pa.string(),
    "customers": pa.int64(),
    "total_monetary": pa.decimal128(38, 2),
}
CLAIM_COLUMNS = {
    "segment": pa.string(),
    "claim_number": pa.int32(),
    "claim": pa.string(),
    "held": pa.bool_(),
    "found": pa.string(),
}
MOST_ROWS = 10_000  # a table of segments has a dozen
# What a file that is no Parquet, or not the right one, raises besides Damaged.
ERRORS = (pa.ArrowException, OSError, LookupError, TypeError, ValueError)


def rows(files: tuple[StoredFile, ...], columns: Mapping[str, pa.DataType]) -> Rows:
    """The rows of a small table, with these columns in these types. Raises Damaged or one of ERRORS."""
    return _rows(files, tuple(columns.items()))


@lru_cache(maxsize=2048)
def _rows(files: tuple[StoredFile, ...], columns: tuple[tuple[str, pa.DataType], ...]) -> Rows:
    table = read(files, [name for name, _ in columns])
    if table.num_rows > MOST_ROWS:
        raise Damaged("A table of segments has too many rows.")
    return tuple(table.cast(pa.schema(list(columns))).to_pylist())


def read(files: tuple[StoredFile, ...], columns: list[str]) -> pa.Table:
    """These columns of all files together, in this order."""
    found = []
    for stored in files:
        with stored.open() as file:
            found.append(pq.ParquetFile(file).read(columns=columns).select(columns))
    if not found:
        raise Damaged("A table has no files.")
    return pa.concat_tables(found)


def columns(files: tuple[StoredFile, ...]) -> set[str]:
    """The names of the columns that all of the files have."""
    found = []
    for stored in files:
        with stored.open() as file:
            found.append(set(pq.read_schema(file).names))
    return set.intersection(*found) if found else set()


def total(table: Rows, column: str) -> Any:
    """The sum of a column that has no gaps, of its type."""
    return sum(row[column] for row in table)
