"""The tables about the source on a small generated shop, held against plain Python; and what a month costs."""

from datetime import date

import pytest

from jobs import source_by_hand
from jobs.flow import Flow
from segmentation import sources
from segmentation.config.settings import NOT_ELECTRONICS
from segmentation.engine import stage
from segmentation.planning.datasets import STAGES, dataset

AS_OF = "2023-03-15"  # in the middle of a month
PARAMS = {"source": "demo", "demo_reviews": 4000, "k": "2"}


@pytest.fixture(scope="module")
def flow(spark, tmp_path_factory) -> Flow:
    flow = Flow(tmp_path_factory.mktemp("warehouse"), AS_OF, **PARAMS)
    flow.run()
    return flow


@pytest.fixture(scope="module")
def by_hand(flow: Flow) -> source_by_hand.Source:
    raw = sources.raw_files(flow.warehouse, flow.source.version)
    return source_by_hand.read(raw["reviews"][0], raw["products"][0], tuple(NOT_ELECTRONICS), date.fromisoformat(AS_OF))


def test_rating_distribution(flow: Flow, by_hand: source_by_hand.Source) -> None:
    found = {(row["period"], row["stars"], row["verified"]): row["reviews"] for row in flow.rows("rating_distribution")}
    assert found == by_hand.ratings()
    assert min(found.values()) > 0


def test_popular_products(flow: Flow, by_hand: source_by_hand.Source) -> None:
    keys = ("ranking", "place", "parent_asin", "product_name", "purchases")
    found = {tuple(row[key] for key in keys) for row in flow.rows("popular_products")}
    assert found == set(by_hand.popular())
    assert len(found) == 80


def test_category_summary(flow: Flow, by_hand: source_by_hand.Source) -> None:
    keys = ("products", "priced_products", "mean_price", "purchases", "purchases_last_year", "spend", "spend_last_year")
    rows = flow.rows("category_summary")
    assert {row["main_category"]: tuple(row[key] for key in keys) for row in rows} == by_hand.categories()
    assert {row["main_category"] for row in rows if row["dropped"]} <= set(NOT_ELECTRONICS)
    assert any(row["dropped"] for row in rows)


def test_helpful_reviews(flow: Flow, by_hand: source_by_hand.Source) -> None:
    rows = sorted(flow.rows("helpful_reviews"), key=lambda row: row["place"])
    found = [(row["helpful_vote"], row["parent_asin"], row["heading"], row["review_day"]) for row in rows]
    assert found == by_hand.helpful()
    assert len(found) == 10


def test_notable_products(flow: Flow, by_hand: source_by_hand.Source) -> None:
    found = {(row["ranking"], row["place"], row["parent_asin"]) for row in flow.rows("notable_products")}
    assert found == set(by_hand.notable())


def test_data_profile(flow: Flow, by_hand: source_by_hand.Source) -> None:
    rows = flow.rows("data_profile")
    keys = ("numbers", "distinct_values", "minimum", "lower_quartile", "median", "upper_quartile", "maximum", "mean",
            "deviation")  # fmt: skip
    found = {(row["table_name"], row["column_name"]): tuple(row[key] for key in keys) for row in rows if row["numbers"]}
    assert found == {column: source_by_hand.figures(numbers) for column, numbers in by_hand.numbers().items()}
    texts = {(row["table_name"], row["column_name"]): row for row in rows if row["kind"] == "text"}
    for column in ("title", "text", "asin", "user_id", "parent_asin"):
        different = len({row[column] for row in by_hand.reviews})
        assert texts["reviews", column]["distinct_values"] == pytest.approx(different, rel=0.08)
        assert not texts["reviews", column]["distinct_is_exact"]
    titles = [row["title"] for row in by_hand.products.values()]
    placeholders = sum(title in source_by_hand.PLACEHOLDERS for title in titles)
    assert texts["products", "title"]["placeholders"] == placeholders > 0


def test_the_profile_covers_every_column_that_says_something(flow: Flow) -> None:
    for name in ("reviews", "products", "purchases"):
        item = dataset(name)
        rows = [row for row in flow.rows("data_profile") if row["table_name"] == name]
        columns = [row["column_name"] for row in sorted(rows, key=lambda row: row["place"])]
        # Reviews are of no order, and a month says nothing that the time does not.
        left_out = {*item.partition_by, "order_id", "purchase_month"}
        assert columns == [column for column in item.columns if column not in left_out]


def test_the_page_shows_the_section(flow: Flow) -> None:
    folder = flow.warehouse.place_of(flow.manifest("report"))
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<h2 id="data">The data</h2>' in page
    total = sum(row["reviews"] for row in flow.rows("rating_distribution") if row["period"] == "all_time")
    assert f"Reviews before this date: {total:,} in all" in page
    assert {path.stem for path in (folder / "charts").iterdir()} >= {
        "rating-distribution", "popular-products", "top-categories",
    }  # fmt: skip


def test_another_month_makes_nothing_of_clean_again_and_reads_no_review(flow: Flow, monkeypatch) -> None:
    later = Flow(flow.warehouse.root, "2023-04-01", **PARAMS)
    for name in STAGES["clean"]:
        assert later.plan.version(name) == flow.plan.version(name)
        assert later.plan.as_of_for(name) is None

    def refuse(*_: object) -> None:
        raise AssertionError("a month must not build what stands")

    monkeypatch.setattr(stage, "_build", refuse)
    assert later.run("ingest", "clean")["data_profile"] == flow.manifest("data_profile")
    monkeypatch.undo()
    made = later.run("rfm", "kmeans", "report")
    assert made["rating_distribution"].version != flow.manifest("rating_distribution").version
    for name in ("rating_distribution", "popular_products", "category_summary", "helpful_reviews"):
        assert not {"reviews", "products"} & set(made[name].inputs), name


def test_a_lost_profile_is_made_again_from_the_purchases_that_stand(flow: Flow, monkeypatch) -> None:
    """Cleaning again would cost more than all else."""
    import shutil

    from segmentation.engine.sql_runner import SqlRunner

    before = flow.manifest("data_profile")
    shutil.rmtree(flow.warehouse.place_of(before))
    made: list[str] = []
    make_view = SqlRunner._make_view
    monkeypatch.setattr(
        SqlRunner, "_make_view", lambda runner, file: (made.append(file.name), make_view(runner, file))[1]
    )
    again = Flow(flow.warehouse.root, AS_OF, **PARAMS).run("clean")["data_profile"]
    assert again.rows_checksum == before.rows_checksum
    assert made == ["profile_columns", "profile_values", "profile_numbers", "data_profile"]
