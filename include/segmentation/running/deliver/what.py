"""What is delivered of a release: a row for each customer, read from its versions in batches, without Spark."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from segmentation.common.arrow_types import arrow_type
from segmentation.common.errors import UserError
from segmentation.planning.plan import fingerprint
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

BATCH = 10_000
MEMORY = "512MB"
# Whose versions decide the rows; so do the names below.
DATASETS = ("customer_rfm", "customer_clusters")
# Name -> Spark SQL type, in order. The key is shop and user_id.
COLUMNS = {
    "shop": "string",
    "as_of": "date",
    "user_id": "string",
    "recency_days": "int",
    "frequency": "bigint",
    "monetary": "decimal(18,2)",
    "orders": "bigint",
    "r_score": "int",
    "f_score": "int",
    "m_score": "int",
    "rfm_score": "string",
    "segment": "string",
    "previous_segment": "string",
    "segment_since": "date",
    "cluster": "int",
    "cluster_label": "string",
    "release_number": "int",
    "delivery": "string",
}
KEY = ("shop", "user_id")
_OF_RFM = [name for name in COLUMNS if name not in ("shop", "as_of", "cluster", "cluster_label", "release_number")]
_OF_RFM.remove("delivery")


@dataclass(frozen=True)
class Delivery:
    """A release to be delivered. id: the same for releases whose customers are the same. rows: how many those are."""

    warehouse: Warehouse
    release: Release
    id: str
    rows: int

    def manifest(self, dataset: str) -> Manifest | None:
        """The version of a dataset that the release names, if it names one."""
        return _found(self.warehouse, self.release).get(dataset)

    def batches(self, size: int = BATCH) -> Iterator[pa.RecordBatch]:
        """The rows, by user_id, as COLUMNS says. Memory does not grow with them: what is too much goes to the disk."""
        with _reader(self, size) as reader:
            schema = pa.schema([(name, arrow_type(kind)) for name, kind in COLUMNS.items()])
            same = {
                "shop": self.release.shop,
                "as_of": self.release.day,
                "release_number": self.release.number,
                "delivery": self.id,
            }
            for batch in reader:
                arrays = [
                    pa.repeat(pa.scalar(same[one.name], one.type), batch.num_rows)
                    if one.name in same
                    else batch.column(one.name).cast(one.type)
                    for one in schema
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def delivery_of(warehouse: Warehouse, release: Release) -> Delivery:
    """What a release delivers. Raises UserError if a version that it names is gone."""
    found = _found(warehouse, release)
    if "segment_since" not in found["customer_rfm"].columns:
        raise UserError(
            f"Release {release.number} of shop {release.shop} as of {release.as_of} is of an older version of this "
            "project, which knew no stays. Run the month again."
        )
    # The lists as well, for those who get them; a release may be of before there were any.
    named = {name: found[name].version for name in (*DATASETS, "exports") if name in found}
    return Delivery(
        warehouse, release, fingerprint([release.shop, release.as_of, named, COLUMNS]), found["customer_rfm"].rows
    )


def _found(warehouse: Warehouse, release: Release) -> dict[str, Manifest]:
    return {one.dataset: one for one in releases.manifests(warehouse, release)}


@contextmanager
def _reader(delivery: Delivery, size: int) -> Iterator[pa.RecordBatchReader]:
    found = _found(delivery.warehouse, delivery.release)
    with tempfile.TemporaryDirectory() as folder:
        config: dict[str, Any] = {"threads": "2", "memory_limit": MEMORY, "temp_directory": folder}
        with duckdb.connect(":memory:", config=config) as database:
            rfm, clusters = (_table(database, delivery.warehouse, found[name]) for name in DATASETS)
            joined = rfm.set_alias("rfm").join(clusters.set_alias("clusters"), "user_id", how="left")
            columns = [duckdb.ColumnExpression(name) for name in (*_OF_RFM, "cluster", "cluster_label")]
            yield joined.select(*columns).sort("user_id").to_arrow_reader(size)


def _table(database: duckdb.DuckDBPyConnection, warehouse: Warehouse, one: Manifest) -> duckdb.DuckDBPyRelation:
    folder = warehouse.place_of(one)
    return database.read_parquet([str(folder / name) for name in sorted(one.files) if name.endswith(".parquet")])
