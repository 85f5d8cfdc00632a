"""The rows of order files in chunks of columns: CSV as texts, Parquet in its types.

Only the columns that the mapping names are kept. A row number counts as a spreadsheet does: the header is one too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut

CHUNK = 65_536
# What Hive and Spark call a folder whose column holds nothing.
NOTHING = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file. columns: by name. places: the number of each row (int64).

    broken: rows that have not as many cells as the header, or whose quotes are wrong: (number, text).
    blank: how many rows held nothing.
    """

    columns: dict[str, pa.Array]
    places: np.ndarray
    broken: Sequence[tuple[int, str]] = ()
    blank: int = 0


def opened_parquet(path: Path) -> pq.ParquetFile:
    """A Parquet file. Old programs keep times in 96 bits; in nanoseconds the far ones would come round as others."""
    return pq.ParquetFile(path, coerce_int96_timestamp_unit="us")


def read_parquet(
    path: Path, file: dict[str, Any], names: Sequence[str], shown: str, groups: Sequence[int] | None = None
) -> Iterator[Chunk]:
    """The rows of a Parquet file, or of some of its row groups. `shown`: what messages call the file."""
    number = 1
    try:
        with opened_parquet(path) as parquet:
            wanted = [name for name in names if name in file["columns"]]
            instants = _instants(parquet)
            every = range(parquet.num_row_groups)
            starts = np.cumsum([0, *(parquet.metadata.row_group(group).num_rows for group in every)])
            for group in every if groups is None else groups:
                number = int(starts[group]) + 1
                for batch in parquet.iter_batches(CHUNK, row_groups=[group], columns=wanted, use_threads=False):
                    columns = {name: plain(batch.column(name), name in instants) for name in wanted}
                    places = np.arange(number, number + batch.num_rows, dtype=np.int64)
                    yield Chunk(with_folder(columns, file, batch.num_rows), places)
                    number += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(
            f"Param files_path: {shown} cannot be read from row {number:,} on: {cut(reason)}. "
            "Write or copy the file again."
        ) from None


def _instants(parquet: pq.ParquetFile) -> set[str]:
    """The columns of times in 96 bits. The file does not say so, but Spark, Hive and pandas write instants that way."""
    columns = (parquet.schema.column(place) for place in range(len(parquet.schema)))
    return {column.path for column in columns if column.physical_type == "INT96"}


def plain(column: pa.Array, is_instant: bool = False) -> pa.Array:
    """A column without what Parquet packs its values into: dictionaries, other kinds of text, times in 96 bits."""
    if is_instant and pa.types.is_timestamp(column.type) and column.type.tz is None:
        return column.cast(pa.timestamp(column.type.unit, "UTC"))
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    return column


def with_folder(columns: dict[str, pa.Array], file: dict[str, Any], rows: int) -> dict[str, pa.Array]:
    """The columns with those that stand in the names of the file's folders, such as day=2023-06-01."""
    folder = {
        name: pa.repeat(pa.scalar(None if text == NOTHING else text, pa.string()), rows)
        for name, text in file.get("folder", {}).items()
    }
    return {**folder, **columns}
