"""What a stage reads, before anything runs: the versions of its plan, and those of the month before."""

from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_plan import make

from segmentation.common.errors import UserError
from segmentation.config.settings import parse
from segmentation.engine.input_versions import SMALL_INPUT, bytes_of, bytes_to_read, input_manifests
from segmentation.planning.plan import Plan
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

PLAN = Plan(parse({"source": "files", "files_path": "/here"}), date(2023, 9, 1), "0123456789ab")


# What needs no look into files.
NOWHERE: Any = None


class Standing:
    """A warehouse where every version stands, of 1,000 bytes."""

    root = None

    def get(self, name: str, version: str, as_of: date | None) -> Manifest:
        files: dict[str, Any] = {"a.parquet": {"bytes": 1000}}
        return Manifest(name, version, as_of and str(as_of), "", 1, 1000, {}, files, {}, {}, {}, {}, "run")


def test_inputs_are_those_of_the_plan_and_of_the_month_before() -> None:
    found = input_manifests(PLAN, PLAN.datasets("kmeans"), Standing())
    assert {name: one.as_of for name, one in found.items()} == {
        "customer_scores": "2023-09-01", "previous_customer_scores": "2023-08-01",
    }  # fmt: skip
    assert found["previous_customer_scores"].version == PLAN.previous.version("customer_scores")


def test_the_month_before_as_it_was_released_is_an_input_where_there_is_one() -> None:
    wanted = {"customer_scores", "previous_customer_scores"}
    assert set(input_manifests(PLAN, ["customer_rfm"], Standing())) == wanted
    released = replace(PLAN, released={"previous_customer_rfm": "ba9876543210"})
    found = input_manifests(released, ["customer_rfm"], Standing())
    assert set(found) == wanted | {"previous_customer_rfm"}
    before = found["previous_customer_rfm"]
    assert (before.version, before.as_of) == ("ba9876543210", "2023-08-01")


def test_a_dataset_that_is_made_beside_is_no_input() -> None:
    assert list(input_manifests(PLAN, PLAN.datasets("ingest"), Standing())) == ["source"]
    assert set(input_manifests(PLAN, ["product_years"], Standing())) == {"purchases"}
    assert "purchases" not in input_manifests(PLAN, ["purchases", "product_years"], Standing())


def test_a_job_reads_as_much_as_what_is_missing_rests_on() -> None:
    assert bytes_to_read([(PLAN, [])], Standing()) == 0
    scores = ["customer_scores", "rfm_edges"]
    assert bytes_to_read([(PLAN, scores)], Standing()) == 1000
    assert bytes_to_read([(PLAN.previous, scores), (PLAN, scores)], Standing()) == 2000
    assert bytes_to_read([(PLAN, ["customer_clusters"])], Standing()) > 1000


def test_what_a_job_makes_itself_of_the_month_before_need_not_be_there(warehouse: Warehouse) -> None:
    """The first run of a shop: nothing is there of either month but what `clean` has made."""
    version = PLAN.version("purchases")
    there = Standing().get("purchases", version, None)
    attempt = warehouse.attempt("purchases", version, None)
    (attempt.folder / "a.parquet").write_bytes(bytes(1000))
    warehouse.publish(attempt, there)
    before, now = PLAN.previous.datasets("rfm"), PLAN.datasets("rfm")
    assert "customer_rfm" in now
    months = [(PLAN.previous, [name for name in before if name != "customer_rfm"]), (PLAN, now)]
    assert bytes_to_read(months, warehouse) == 2000
    with pytest.raises(UserError, match="customer_scores"):
        bytes_to_read(months[1:], warehouse)


def test_an_input_that_is_not_there_is_named(warehouse: Warehouse) -> None:
    with pytest.raises(UserError, match="purchases"):
        bytes_to_read([(PLAN, ["customer_scores"])], warehouse)


def manifest(name: str, size: int, files: dict[str, dict[str, int]]) -> Manifest:
    return Manifest(name, "0" * 12, None, "", 1, size, {}, files, {}, {}, {}, {}, "run")


def test_a_month_reads_the_purchases_of_the_window_and_of_the_last_year(warehouse: Warehouse, monkeypatch) -> None:
    """By the row groups: what a year-old folder said, a file says itself, and small inputs are not looked at."""
    months = [date(2020, 8, 1), date(2022, 8, 1), date(2022, 9, 1), date(2023, 8, 1), date(2023, 9, 1)]
    rows = pa.table({"purchase_month": [month for month in months for _ in range(1000)]})
    folder = warehouse.place("purchases", "0" * 12, None)
    folder.mkdir(parents=True)
    pq.write_table(rows, folder / "a.parquet", row_group_size=1000)
    footer = pq.read_metadata(folder / "a.parquet")
    a, b, c, d, e = (footer.row_group(number).column(0).total_compressed_size for number in range(5))
    purchases = {"purchases": manifest("purchases", SMALL_INPUT + 1, {"a.parquet": {"bytes": SMALL_INPUT + 1}})}
    monthly = ["customer_scores", "rfm_edges"]
    assert bytes_of(make(), monthly, purchases, warehouse) == c + d
    assert bytes_of(make(date(2023, 9, 15)), monthly, purchases, warehouse) == c + d + e
    assert bytes_of(make(window_months=3), monthly, purchases, warehouse) == c + d, "popular products look at a year"
    assert bytes_of(make(window_months=37), monthly, purchases, warehouse) == a + b + c + d
    # The years of a product are no month's: they read all purchases, also beside what is.
    assert bytes_of(make(), ["product_years"], purchases, warehouse) == SMALL_INPUT + 1
    assert bytes_of(make(), ["product_years", "customer_scores"], purchases, warehouse) == SMALL_INPUT + 1
    small = {"purchases": manifest("purchases", 11111, {"not_there.parquet": {"bytes": 11111}})}
    assert bytes_of(make(), monthly, small, warehouse) == 11111


def test_what_customers_say_reads_the_reviews_of_the_years_of_the_window() -> None:
    files = {f"review_year={year}/a.parquet": {"bytes": 10**place} for place, year in enumerate(range(2020, 2025))}
    reviews = {"reviews": manifest("reviews", 11111, files)}
    assert bytes_of(make(sentiment=True), ["review_sentiment"], reviews, NOWHERE) == 1100
    assert bytes_of(make(sentiment=True, window_months=21), ["review_sentiment"], reviews, NOWHERE) == 1110
    assert bytes_of(make(), ["purchases"], reviews, NOWHERE) == 11111


def test_what_only_python_looks_at_is_not_read() -> None:
    # The page shows how many reviews there are, which their manifest says.
    inputs = {"reviews": manifest("reviews", 1000, {}), "customer_scores": manifest("customer_scores", 10, {})}
    assert bytes_of(make(), ["segment_summary", "report"], inputs, NOWHERE) == 10
    assert bytes_of(make(), ["purchases"], {"reviews": manifest("reviews", 1000, {})}, NOWHERE) == 1000
    # The raw files are read through views.
    assert bytes_of(make(), ["products"], {"source": manifest("source", 500, {})}, NOWHERE) == 500
