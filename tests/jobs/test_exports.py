"""The whole flow on a shop of hostile texts: lists of customers that no spreadsheet runs, a page that stays a page."""

import csv
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from jobs import hostile_texts
from jobs.flow import Flow
from jobs.test_mistakes import lay_out
from segmentation.common.paths import SQL
from segmentation.config.segment_maps import load_map
from segmentation.engine import tables
from segmentation.planning.datasets import dataset
from segmentation.stages.report import exports

ITEM = dataset("exports")


@pytest.fixture(scope="module")
def flow(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    shop = lay_out(tmp_path_factory.mktemp("in") / "'; DROP; <b>", hostile_texts.reviews(), hostile_texts.products())
    folder = tmp_path_factory.mktemp("lists")
    flow = Flow(folder, hostile_texts.AS_OF, **shop, k=2, excluded_categories=["x'; DROP TABLE products; --", "<b>"])
    flow.run()
    return flow


def folder_of(flow: Flow) -> Path:
    return flow.warehouse.place_of(flow.manifest("exports"))


def test_each_list_has_a_parquet_and_a_csv_file_named_in_the_manifest(flow: Flow) -> None:
    names = [each.name for each in exports.lists(load_map("came_back"), has_previous=True)]
    files = flow.manifest("exports").files
    assert set(files) == {f"{name}.{form}" for name in names for form in ("parquet", "csv")}
    assert sum(file.get("rows", 0) for file in files.values()) == flow.manifest("exports").rows
    assert any(file.get("rows") == 0 for file in files.values()), "a list without customers is a case of this test"


def test_the_lists_hold_the_customers_of_the_segment_who_spent_most_first(flow: Flow) -> None:
    rfm = {row["user_id"]: row for row in flow.rows("customer_rfm")}
    listed = []
    for each in exports.lists(load_map("came_back"), has_previous=True):
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


def test_every_customer_of_the_hostile_shop_is_there_under_their_own_id(flow: Flow) -> None:
    assert {row["user_id"] for row in flow.rows("customer_rfm")} == {
        hostile_texts.user(number) for number in range(hostile_texts.CUSTOMERS)
    }


def test_the_csv_says_the_same_but_holds_no_formula(flow: Flow) -> None:
    guarded = 0
    for path in folder_of(flow).glob("*.parquet"):
        rows = pq.read_table(path).to_pylist()
        with open(path.with_suffix(".csv"), encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            cells = list(reader)
        assert reader.fieldnames == list(ITEM.columns)
        for row, cell in zip(rows, cells, strict=True):
            user = cell.pop("user_id")
            assert user.lstrip()[:1] not in "=+-@"
            assert user in (row["user_id"], "'" + row["user_id"])
            guarded += user != row.pop("user_id")
            assert cell == {key: "" if value is None else str(value) for key, value in row.items()}
    assert guarded > 5


class Tags(HTMLParser):
    """The tags of a page, and the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_the_page_and_its_charts_hold_no_markup_of_the_data(flow: Flow) -> None:
    folder = flow.warehouse.place_of(flow.manifest("report"))
    html = (folder / "report.html").read_text(encoding="utf-8")
    for text in (html, *(path.read_text(encoding="utf-8") for path in folder.glob("charts/*.svg"))):
        page = Tags(text)
        assert not page.tags & {"script", "img", "iframe", "object", "embed"}
        assert not [name for name in page.attributes if name.startswith("on") or name == "src"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html, "the title is shown as it is"
    assert "{{ 7*7 }}" in html


def test_odd_texts_come_through_and_are_no_formula(spark: SparkSession, tmp_path: Path) -> None:
    odd = ['a,b"c"', "two\nlines", "two\r\nlines", " padded ", "", 'say "=1"', "שלום", "\\", '\\"', "ok", "'"]
    formulas = ["=1+1", "-1", "@x", " =1", '=HYPERLINK("http://x","y")']
    texts = sorted(odd + formulas)
    some = (1, 1, 1, "111", 9, 1, 0.5, "2023-08-23", 1, 0.5, None, "2023-09-01", "lost")
    rows = [(text, "Lost", None, *some) for text in texts]
    frame = tables.rows_frame(spark, ITEM.ddl, rows)
    frame.createOrReplaceTempView("exports")
    sql = (SQL / "50_report/565_export_cells.sql").read_text(encoding="utf-8")
    tables.write_lists(spark.sql(sql).select(*ITEM.columns), ITEM, tmp_path, "csv", exports.CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["lost.csv"]
    with open(tmp_path / "lost.csv", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, strict=True))
    assert {row["user_id"] for row in found} == {*odd, *(f"'{text}" for text in formulas)}
    assert {(row["segment_previous"], row["monetary"]) for row in found} == {("", str(Decimal("0.50")))}
