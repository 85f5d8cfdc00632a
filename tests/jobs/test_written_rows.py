"""The checksum that is taken while rows are written is the one of the rows that can then be read."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from segmentation.engine import tables
from segmentation.engine.session import is_connected
from segmentation.planning.datasets import Dataset, dataset
from segmentation.warehouse.manifests import data_files

# One dataset of each layout.
LAYOUTS = {
    "as_computed": "known_products",
    "one_file": "review_days",
    "clustered": "purchases",
    "file_per_list": "exports",
}
VALUES = {
    "string": "concat('é', id % 7)",
    "date": "date_add(DATE'2023-01-31', cast(id % 60 AS INT))",
    "timestamp": "timestamp_micros(1690000000000000 + id * 3599999999)",
    "boolean": "CASE WHEN id % 3 > 0 THEN id % 3 = 1 END",
}


def made_up(spark: SparkSession, item: Dataset, rows: int) -> DataFrame:
    values = [f"{VALUES.get(kind, f'cast(id / 4 AS {kind})')} AS {name}" for name, kind in item.columns.items()]
    return spark.sql(f"SELECT {', '.join(values)} FROM range(0, {rows}, 1, 3)")


@pytest.mark.parametrize(("layout", "name"), LAYOUTS.items())
@pytest.mark.parametrize("rows", [0, 1000])
def test_what_was_seen_passing_is_what_can_be_read(
    spark: SparkSession, tmp_path: Path, layout: str, name: str, rows: int
) -> None:
    item = dataset(name)
    assert item.layout == layout
    passed = tables.write_files(made_up(spark, item, rows), item, tmp_path)
    files = [path.relative_to(tmp_path).as_posix() for path in data_files(tmp_path)]
    written = tables.read_files(spark, item, tmp_path, files)
    assert written.count() == rows
    assert tables.rows_checksum(written, item, passed) == tables.rows_checksum(written, item)
    # Rows are looked at while they pass, unless there are none.
    assert (passed.watch.found(passed.frame) is not None) or rows == 0


def test_another_value_gives_another_checksum(spark: SparkSession, tmp_path: Path) -> None:
    item = dataset("review_days")
    seen = set()
    for number, rows in enumerate((1000, 999)):
        passed = tables.write_files(made_up(spark, item, rows), item, tmp_path / str(number))
        seen.add(tables.rows_checksum(made_up(spark, item, 0), item, passed))
    assert len(seen) == 2


@pytest.mark.parametrize("name", ["customer_rfm", "customer_clusters", "purchases"])
def test_what_is_looked_up_by_customer_stands_in_small_row_groups_and_customers_in_order(
    spark: SparkSession, tmp_path: Path, monkeypatch, name: str
) -> None:
    monkeypatch.setattr(tables, "BYTES_PER_ROW_GROUP", 4096)
    item = dataset(name)
    values = {**VALUES, "string": "concat('u', lpad(abs(hash(id)) % 5000, 8, '0'))", "date": "DATE'2023-01-01'"}
    columns = [f"{values.get(kind, f'cast(id / 4 AS {kind})')} AS {column}" for column, kind in item.columns.items()]
    frame = spark.sql(f"SELECT {', '.join(columns)} FROM range(0, 20000, 1, 3)")
    tables.write_files(frame, item, tmp_path)
    groups = 0
    for path in data_files(tmp_path):
        file = pq.ParquetFile(path)
        found = file.read(columns=["user_id"])["user_id"].to_pylist()
        assert (found == sorted(found)) == (name != "purchases"), path
        groups += file.metadata.num_row_groups
    assert groups > len(data_files(tmp_path)), "row groups are small"


def test_settings_of_hadoop_travel_without_their_origins(spark: SparkSession) -> None:
    if is_connected(spark):
        pytest.skip("How the server's Java is set up cannot be seen from a client.")
    settings = spark._jsparkSession.sessionState().newHadoopConf()
    assert settings.size() > 500
    origins = settings.getClass().getDeclaredField("updatingResource")
    origins.setAccessible(True)
    assert len(origins.get(settings)) < 100
