"""Rows of small published tables, read without Spark, and what files say of their rows."""

from typing import Any

from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse


def rows_of(warehouse: Warehouse, manifest: Manifest, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a version's Parquet files, of these columns or of all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = warehouse.place_of(manifest)
    paths = [folder / name for name in manifest.files if name.endswith(".parquet")]
    # A file at a time, and not by its path: pyarrow would take `as_of=` in it for a column.
    return pa.concat_tables([pq.ParquetFile(path).read(columns=columns) for path in paths]).to_pylist() if paths else []


def bytes_between(warehouse: Warehouse, manifest: Manifest, column: str, first: Any, end: Any) -> int:
    """The compressed bytes of the row groups that may hold a value from `first` on and before `end`."""
    import pyarrow.parquet as pq

    folder, found = warehouse.place_of(manifest), 0
    for name in manifest.files:
        footer = pq.read_metadata(folder / name)
        place = footer.schema.names.index(column)
        for group in map(footer.row_group, range(footer.num_row_groups)):
            values = group.column(place).statistics
            if values is None or not values.has_min_max or (values.min < end and values.max >= first):
                found += sum(group.column(number).total_compressed_size for number in range(group.num_columns))
    return found
