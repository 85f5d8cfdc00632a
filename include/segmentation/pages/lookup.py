"""Find the rows of one customer among millions, in the files of a published version and without Spark.

Files that are sorted by customer say of each of their row groups which ids it begins and ends with, so a lookup reads
one row group of each file. What each file says of them is remembered, by its checksum. Files of earlier releases are in
no order: of them everything is read, with the same result. A text from a request is compared with values, and is
nothing else.
"""

import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segmentation.warehouse.published import Damaged, StoredFile

ID = "user_id"
LONGEST_ID = 500
REMEMBERED, REMEMBERED_FOOTERS = 4096, 512  # files; a footer is some 100 KB
MOST_ROWS = 10_000  # of one customer, from one file
Row = Mapping[str, Any]
# The first and last value of each row group, or None where a file does not say.
Ends = tuple[tuple[Any, Any] | None, ...]


def is_id(text: str) -> bool:
    """Whether a text may be a customer's id: not empty, not too long, and all of it can be written."""
    try:
        return 0 < len(text) <= LONGEST_ID and bool(text.encode())
    except UnicodeEncodeError:
        return False


def rows_of(files: Iterable[StoredFile], user_id: str, columns: list[str], **between: tuple[date, date]) -> list[Row]:
    """The rows of a customer, with these columns. Raises Damaged or one of tables.ERRORS.

    between: leave out row groups in which all values of a column lie before the first or after the last day.
    """
    found: list[Row] = []
    for stored in files:
        outside = {number for column, days in between.items() for number in _outside(_ends(stored, column), *days)}
        with stored.open() as file:
            parquet = _opened(stored, file)
            for number in _groups_with(stored, parquet, user_id, outside):
                found += _matching(parquet, number, user_id, columns)
    return found


def has(files: Iterable[StoredFile], user_id: str, **constant: str) -> list[StoredFile]:
    """The files in which a customer stands. `constant`: leave out files of another value in that column."""
    found = []
    for stored in files:
        if any(_all_outside(_ends(stored, column), value) for column, value in constant.items()):
            continue
        with stored.open() as file:
            if _groups_with(stored, _opened(stored, file), user_id):
                found.append(stored)
    return found


def beginning_with(files: Iterable[StoredFile], start: str, most: int) -> list[str]:
    """The first ids, by their order, that begin with a text; one more than `most` where there are more."""
    found: list[str] = []
    for stored in files:
        ends = _ends(stored, ID)
        numbers = [n for n, one in enumerate(ends) if one is None or (one[0][: len(start)] <= start <= one[1])]
        numbers += [n for n, one in enumerate(ends) if one and n not in numbers and one[1].startswith(start)]
        here: list[str] = []
        with stored.open() as file:
            parquet = _opened(stored, file)
            for number in sorted(numbers, key=lambda n: ends[n] or ("", "")):
                one = ends[number]
                if one and len(here) > most and one[0] > here[most]:
                    break
                ids = parquet.read_row_group(number, columns=[ID])[ID]
                matching = pc.unique(pc.filter(ids, pc.starts_with(ids, start)))
                here = sorted({*here, *matching.to_pylist()})[: most + 1]
        found = sorted({*found, *here})[: most + 1]
    return found


def _groups_with(stored: StoredFile, parquet: pq.ParquetFile, user_id: str, outside: Collection[int] = ()) -> list[int]:
    """The row groups that have a customer: of those that could, the ids are read, and nothing else."""
    could = [n for n, ends in enumerate(_ends(stored, ID)) if ends is None or ends[0] <= user_id <= ends[1]]
    could = [number for number in could if number not in outside]
    if not could:
        return []
    ids = parquet.read_row_groups(could, columns=[ID])[ID]
    places = pc.indices_nonzero(pc.equal(ids, _scalar(user_id))).to_pylist()
    ends = list(accumulate(parquet.metadata.row_group(number).num_rows for number in could))
    return [could[place] for place in dict.fromkeys(bisect_right(ends, place) for place in places)]


def _matching(parquet: pq.ParquetFile, number: int, user_id: str, columns: list[str]) -> list[Row]:
    table = parquet.read_row_group(number, columns=[ID, *columns])
    table = table.filter(pc.equal(table[ID], _scalar(user_id))).select(columns)
    if table.num_rows > MOST_ROWS:
        raise Damaged("A customer has too many rows.")
    return table.to_pylist()


def _scalar(text: str) -> pa.Scalar:
    """A text for Arrow to compare with, put together by hand: `pa.scalar` would load pandas, which takes a second."""
    content = text.encode()
    ends = b"".join(place.to_bytes(4, sys.byteorder) for place in (0, len(content)))
    return pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(ends), pa.py_buffer(content)])[0]


def _outside(ends: Ends, first: date, last: date) -> list[int]:
    """The row groups without a day of these."""
    return [number for number, one in enumerate(ends) if one is not None and (one[1] < first or one[0] > last)]


def _all_outside(ends: Ends, value: str) -> bool:
    return all(one is not None and not one[0] <= value <= one[1] for one in ends)


def _opened(stored: StoredFile, file: BinaryIO) -> pq.ParquetFile:
    return pq.ParquetFile(file, metadata=_metadata(stored))


@lru_cache(maxsize=REMEMBERED_FOOTERS)
def _metadata(stored: StoredFile) -> pq.FileMetaData:
    with stored.open() as file:
        return pq.ParquetFile(file).metadata


@lru_cache(maxsize=REMEMBERED)
def _ends(stored: StoredFile, column: str) -> Ends:
    metadata = _metadata(stored)
    names = [metadata.schema.column(place).path for place in range(metadata.num_columns)]
    if column not in names:  # of a file of earlier releases, whose folder says it
        return (None,) * int(metadata.num_row_groups)
    place = names.index(column)
    found = []
    for number in range(metadata.num_row_groups):
        one = metadata.row_group(number).column(place).statistics
        known = one is not None and one.has_min_max and isinstance(one.min, (str, date))
        found.append((one.min, one.max) if known else None)
    return tuple(found)
