"""The lists of customers as files: the same rows in Parquet and CSV, in order, and safe for a spreadsheet."""

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from jobs.flow import Flow
from segmentation import exports, tables
from segmentation.datasets import dataset
from segmentation.segment_maps import load_map

ITEM = dataset("exports")


@pytest.fixture(scope="module")
def flow(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    flow = Flow(tmp_path_factory.mktemp("lists"), "2023-03-01", source="demo", demo_reviews=400, k=2)
    flow.run()
    return flow


def folder_of(flow: Flow) -> Path:
    return flow.warehouse.place_of(flow.manifest("exports"))


def test_each_list_has_a_parquet_and_a_csv_file_named_in_the_manifest(flow: Flow) -> None:
    names = [each.name for each in exports.lists(load_map("eleven"), has_previous=True)]
    files = flow.manifest("exports").files
    assert set(files) == {f"{name}.{form}" for name in names for form in ("parquet", "csv")}
    assert sum(file.get("rows", 0) for file in files.values()) == flow.manifest("exports").rows
    assert any(file.get("rows") == 0 for file in files.values()), "a list without customers is a case of this test"


def test_the_lists_hold_the_customers_of_the_segment_who_spent_most_first(flow: Flow) -> None:
    rfm = {row["user_id"]: row for row in flow.rows("customer_rfm")}
    listed = []
    for each in exports.lists(load_map("eleven"), has_previous=True):
        rows = pq.read_table(folder_of(flow) / f"{each.name}.parquet").to_pylist()
        assert [row["user_id"] for row in rows] == sorted(
            (row["user_id"] for row in rows), key=lambda user: (-rfm[user]["monetary"], user)
        )
        for row in rows:
            assert {name: row[name] for name in rfm[row["user_id"]]} == rfm[row["user_id"]]
            assert (row["segment"], row["list"]) == (each.segment, each.name)
            assert not each.only_moved or row["segment_previous"] not in (None, each.segment)
        listed += [row["user_id"] for row in rows if not each.only_moved]
    assert sorted(listed) == sorted(rfm)


def test_the_csv_says_the_same(flow: Flow) -> None:
    for path in folder_of(flow).glob("*.parquet"):
        rows = pq.read_table(path).to_pylist()
        with open(path.with_suffix(".csv"), encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            cells = list(reader)
        assert reader.fieldnames == list(ITEM.columns)
        assert cells == [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]


def test_odd_texts_come_through_and_are_no_formula(spark: SparkSession, tmp_path: Path) -> None:
    odd = ['a,b"c"', "two\nlines", "two\r\nlines", " padded ", "", 'say "=1"', "שלום", "\\", '\\"', "ok", "'"]
    formulas = ["=1+1", "-1", "@x", " =1", '=HYPERLINK("http://x","y")']
    texts = sorted(odd + formulas)
    rows = [(text, "Lost", None, 1, 1, 1, "111", 9, 1, 0.5, "2023-08-23", "lost") for text in texts]
    frame = tables.rows_frame(spark, ITEM.ddl, rows)
    frame.createOrReplaceTempView("exports")
    sql = (Path(exports.__file__).parents[1] / "sql/50_report/565_export_cells.sql").read_text(encoding="utf-8")
    tables.write_lists(spark.sql(sql).select(*ITEM.columns), ITEM, tmp_path, "csv", exports.CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["lost.csv"]
    with open(tmp_path / "lost.csv", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, strict=True))
    assert {row["user_id"] for row in found} == {*odd, *(f"'{text}" for text in formulas)}
    assert {(row["segment_previous"], row["monetary"]) for row in found} == {("", str(Decimal("0.50")))}
