"""Rows of small published tables, read without Spark."""

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
