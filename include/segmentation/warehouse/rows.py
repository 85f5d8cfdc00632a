"""The rows of a small table of a version, read without Spark."""

from typing import Any

from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse


def rows_of(warehouse: Warehouse, manifest: Manifest) -> list[dict[str, Any]]:
    """All rows, by column. Only for tables of a few rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = warehouse.place_of(manifest)
    files = [folder / path for path in manifest.files if path.endswith(".parquet")]
    return pa.concat_tables([pq.read_table(file) for file in files]).to_pylist() if files else []
