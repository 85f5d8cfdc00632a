"""Released tables in other programs: `segmentation.read`, views for DuckDB and Spark SQL, and the page's examples."""

import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from jobs.flow import Flow
from segmentation import read
from segmentation.common.errors import UserError
from segmentation.common.paths import PROJECT
from segmentation.engine import views
from segmentation.planning.datasets import STAGES, dataset
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releases
from segmentation.warehouse.versions import Warehouse

PARAMS = {"source": "demo", "demo_reviews": 2000, "k": 3}
PAGE = PROJECT / "docs/how-to/read-tables.md"


@pytest.fixture(scope="module")
def flow(spark, tmp_path_factory) -> Flow:
    """Two shops of one warehouse, the shop books with two months."""
    root = tmp_path_factory.mktemp("warehouse")
    Flow(root, "2023-03-01", **PARAMS, shop="games").run()
    Flow(root, "2023-02-01", **PARAMS, shop="books").run()
    flow = Flow(root, "2023-03-01", **PARAMS, shop="books")
    flow.run()
    return flow


@pytest.fixture(autouse=True)
def here(flow: Flow, monkeypatch) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(flow.warehouse.root))


def tables(flow: Flow) -> list[str]:
    names = [name for stage in STAGES for name in flow.plan.datasets(stage)]
    return [name for name in names if dataset(name).columns]


def test_every_table_has_the_columns_types_and_rows_of_its_version(flow: Flow) -> None:
    assert len(tables(flow)) > 20
    for name in tables(flow):
        found = read.table(name, shop="books", as_of="2023-03-01")
        assert found.schema.names == list(dataset(name).columns), name
        assert found.schema.types == [read.arrow_type(kind) for kind in dataset(name).columns.values()], name
        assert found.to_table().num_rows == flow.manifest(name).rows, name
    spend = read.table("customer_rfm", "books").to_table()["monetary"]
    assert spend.type == pa.decimal128(18, 2)
    assert sum(spend.to_pylist()) == sum((row["monetary"] for row in flow.rows("customer_rfm")), Decimal(0))


def test_only_the_files_of_the_version_are_read(flow: Flow) -> None:
    manifest = flow.manifest("customer_rfm")
    stray = flow.warehouse.place_of(manifest) / "stray.parquet"
    stray.write_bytes(b"no parquet")
    try:
        assert read.table("customer_rfm", "books").to_table().num_rows == manifest.rows
    finally:
        stray.unlink()


def test_without_a_date_it_is_the_last_month(flow: Flow) -> None:
    assert read.release("books").as_of == "2023-03-01"
    assert read.release("books", "2023-02-01").as_of == "2023-02-01"
    assert read.shops() == ["books", "games"]
    assert [str(day) for day in read.months("books")] == ["2023-02-01", "2023-03-01"]


def test_tables_of_one_release_belong_together_although_another_run_ends(flow: Flow) -> None:
    before = read.release("books")
    changed = Flow(flow.warehouse.root, "2023-03-01", **{**PARAMS, "k": 2}, shop="books")
    changed.run()
    try:
        assert read.table("kmeans_model", of=before).to_table().num_rows == 3
        assert read.table("kmeans_model", "books").to_table().num_rows == 2
        assert read.table("kmeans_model", "books", number=before.number).to_table().num_rows == 3
    finally:
        releases.place_of(flow.warehouse, read.release("books")).unlink()


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({}, "name one of the shops"),
        ({"shop": "toys"}, "'toys' has no release"),
        ({"shop": "../books"}, "1 to 40 small letters"),
        ({"shop": "books", "as_of": "2020-01-01"}, "It has months from 2023-02-01 to 2023-03-01"),
        ({"shop": "books", "number": 9}, "no release 9"),
    ],
)
def test_what_is_not_released_is_said(named: dict, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        read.table("customer_rfm", **named)


@pytest.mark.parametrize("name", ["customers", "orders", "report", "source"])
def test_what_is_no_table_of_the_release_is_said(name: str) -> None:
    with pytest.raises(UserError, match=f"has no table '{name}'. It has .*customer_rfm"):
        read.table(name, "books")


def test_every_type_of_the_dictionary_has_one_in_arrow() -> None:
    for names in STAGES.values():
        for name in names:
            for kind in dataset(name).columns.values():
                assert read.arrow_type(kind)


# Views
def statements(text: str) -> list[str]:
    return [one for one in text.split(";\n") if one.strip()]


def test_views_for_duckdb_have_the_rows_and_columns(flow: Flow, monkeypatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setenv("SHOP", "books")
    monkeypatch.setenv("OUT", str(tmp_path))
    assert commands.main(["views"]) == 0
    assert "books.duckdb.sql" in capsys.readouterr().out
    there = duckdb.connect(str(tmp_path / "views.db"))
    there.execute((tmp_path / "books.duckdb.sql").read_text()).fetchall()
    for name in tables(flow):
        found = there.sql(f"SELECT * FROM books.{name}")
        assert found.columns == list(dataset(name).columns), name
        assert there.sql(f"SELECT count(*) FROM books.{name}").fetchall() == [(flow.manifest(name).rows,)], name
    ((spend,),) = there.sql("SELECT sum(monetary) FROM books.customer_rfm").fetchall()
    assert spend == sum((row["monetary"] for row in flow.rows("customer_rfm")), Decimal(0))


def test_views_for_spark_have_the_rows_columns_and_types(flow: Flow, spark) -> None:
    release = read.release("books", "2023-03-01")
    try:
        for statement in statements(views.statements(flow.warehouse, release)["spark"]):
            spark.sql(statement)
        for name in tables(flow):
            found = spark.table(f"books.{name}")
            types = {field.name: field.dataType.simpleString() for field in found.schema}
            assert types == dataset(name).columns, name
            assert found.count() == flow.manifest(name).rows, name
    finally:
        spark.sql("DROP SCHEMA IF EXISTS books CASCADE")


def test_names_with_signs_of_sql_stay_names(tmp_path: Path, flow: Flow, monkeypatch) -> None:
    odd = tmp_path / 'it\'s "odd"'
    odd.mkdir()
    (odd / "warehouse").symlink_to(flow.warehouse.root)
    found = Warehouse(odd / "warehouse")
    text = views.statements(found, releases.current(found, "books", flow.as_of))["duckdb"]
    there = duckdb.connect()
    there.execute(text).fetchall()
    assert there.sql("SELECT count(*) FROM books.customer_rfm").fetchall() == [(flow.manifest("customer_rfm").rows,)]


# The page


def examples(language: str) -> dict[str, str]:
    """The examples of the page: the title above each, and its text."""
    text = PAGE.read_text(encoding="utf-8")
    return dict(re.findall(rf"^## (.+?)\n.*?```{language}\n(.*?)```", text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("title", ["pandas", "Polars", "DuckDB", "Spark"])
def test_the_examples_of_the_page_run(flow: Flow, title: str, spark, capsys) -> None:
    found = {"spark": spark}
    exec(compile(examples("python")[title], f"{title} on the page", "exec"), found)
    assert str(flow.manifest("customer_rfm").rows) in capsys.readouterr().out.replace(",", "")
