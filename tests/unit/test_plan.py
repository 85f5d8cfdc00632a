"""The version ids: the same for the same inputs and rules, and new exactly where something changed."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from segmentation.config.settings import FIELDS, parse
from segmentation.planning import plan
from segmentation.planning.datasets import STAGES, dataset
from segmentation.planning.plan import Plan, months_before

# What the sources of reviews make.
INGEST, CLEAN, RFM, KMEANS, REPORT = (
    {name for name in STAGES[s] if dataset(name).is_for("reviews")}
    for s in ("ingest", "clean", "rfm", "kmeans", "report")
)
ALL = INGEST | CLEAN | RFM | KMEANS | REPORT
# What knows neither the products nor the settings of cleaning.
OF_REVIEWS = {"review_days", "helpful_by_day"}
# What rests on the cleaned products, or on the purchases made with them.
AFTER_PRODUCTS = CLEAN - OF_REVIEWS
# The report's tables about the source, which know no segment and no window.
ABOUT_THE_SOURCE = {
    "rating_distribution", "popular_products", "category_summary", "helpful_reviews", "cohort_retention",
}  # fmt: skip
OF_PRODUCTS = ABOUT_THE_SOURCE - {"rating_distribution"}
# What looks at who bought for the first time in all data.
OF_FIRST_PURCHASES = {"first_purchases", "cohort_retention"}
# What rests on purchases, on customer_scores, and on the clusters of the customers.
AFTER_PURCHASES = (RFM | KMEANS | REPORT) - ABOUT_THE_SOURCE
AFTER_RFM = {"customer_scores", "customer_rfm"} | KMEANS | REPORT - ABOUT_THE_SOURCE - {"second_purchase"}
# What rests on the names of segments: no cluster does.
NAMED = AFTER_RFM - KMEANS - {"customer_scores"} | {"second_purchase"}
CLUSTERED = KMEANS | {"segment_cluster", "segment_agreement", "customer_sample", "report"}
# What a run makes only where it is asked what customers say, and what of it rests on the sample.
SAID = {name for name in REPORT if dataset(name).only_with == "sentiment"}
SOURCE = "0123456789ab"
OWN_MAP = "segments: [{name: All, group: New, meaning: m., action: a., rules: [{}]}]"


def make(as_of: date = date(2023, 9, 1), source: str = SOURCE, /, **given: object) -> Plan:
    return Plan(parse(given), as_of, source)


def versions(a_plan: Plan) -> dict[str, str]:
    return {name: a_plan.version(name) for name in sorted(ALL)}


def changed(one: Plan, other: Plan) -> set[str]:
    before, after = versions(one), versions(other)
    return {name for name in ALL if before[name] != after[name]}


# Settings and inputs
CHANGES = pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("source", "files", {"report"}),  # the rows come from the source version; the page names the source
        ("category", "Books", {"report"}),
        ("revision", "main", set()),
        ("files_path", "/data", set()),
        ("orders_mapping", "customer: c", set()),
        ("connection", "shop_db", set()),
        ("query", "SELECT 1", set()),
        ("table", "orders", set()),
        ("open_months", 3, set()),
        ("fetch_changed", True, set()),
        ("demo_reviews", 60_000, set()),
        ("as_of", "2001-01-01", set()),  # the plan has the resolved date
        ("force", True, set()),
        ("shop", "books", set()),  # equal inputs are one version for all shops
        ("trial", True, set()),
        ("rejected_share_warn", 0, {"report"}),  # limits judge what stands; the report shows these
        ("rejected_share_fail", 0.5, {"report"}),
        ("unpriced_share_warn", 0, {"report"}),
        ("unpriced_share_fail", 0.9, {"report"}),
        ("rows_warn", 5, {"report"}),
        ("rows_fail", 2, {"report"}),
        ("excluded_categories", ["Books"], AFTER_PRODUCTS | AFTER_PURCHASES | OF_PRODUCTS),
        ("keep_unknown_category", False, AFTER_PRODUCTS | AFTER_PURCHASES | OF_PRODUCTS),
        ("window_months", 6, AFTER_PURCHASES),
        ("min_price", 1, AFTER_PURCHASES | OF_FIRST_PURCHASES),
        ("scoring", "seed", AFTER_PURCHASES),
        ("bins_closed", "right", AFTER_PURCHASES),
        ("frequency_scoring", "quantiles", AFTER_PURCHASES),
        ("frequency_edges", [2, 3, 4, 7], AFTER_PURCHASES),
        ("recency_edges", [10, 20, 30, 40], AFTER_PURCHASES),
        ("monetary_edges", [10, 20, 30, 40], AFTER_PURCHASES),
        ("frequency_counts", "days", AFTER_PURCHASES),
        ("frequency_counts", "lines", {"report"}),  # a review is an order of one line; the page names the setting
        ("frozen_edges_from", "ba9876543210", AFTER_PURCHASES),
        ("segment_map", "seed", NAMED),
        ("segment_map", OWN_MAP, NAMED),
        ("k", "4", CLUSTERED),
        ("k_min", 3, CLUSTERED),
        ("k_max", 9, CLUSTERED),
        ("compare_algorithms", True, {"kmeans_search", "report"}),
        ("bins", 4, AFTER_PURCHASES),
        ("sentiment", True, {"report"}),  # which then rests on what it asks for
        ("sentiment_reviews", 500, SAID),  # no run makes them without the other
    ],
)


@CHANGES
def test_a_setting_changes_the_datasets_that_use_it_and_no_other(name: str, value: object, expected: set[str]) -> None:
    # An own list, because the preset counts for Electronics only.
    base = {"excluded_categories": [], "files_path": "/here"}
    if name == "bins_closed":  # of the preset edges of frequency it is not clear which bins are meant
        base["frequency_edges"] = [1, 2, 3, 5]
        right = make(**base, bins_closed="right")
        assert changed(make(**{**base, "frequency_edges": [2, 3, 4, 6]}), right) == expected
        return
    if name == "bins":  # the preset edges of frequency are for five
        base["frequency_edges"] = [2, 3, 4]
        assert changed(make(**base, bins=4), make(**{**base, "frequency_edges": [2, 3, 4, 6]})) == expected
        return
    assert changed(make(**base), make(**{**base, name: value})) == expected


def test_the_table_of_settings_has_every_param() -> None:
    mark = test_a_setting_changes_the_datasets_that_use_it_and_no_other.pytestmark[0]
    assert {row[0] for row in mark.args[1]} == set(FIELDS)


def test_a_map_counts_by_its_text_wherever_it_stands(tmp_path: Path) -> None:
    seed = (plan.PROJECT / "include/segment_maps/seed.yaml").read_text(encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(seed, encoding="utf-8")
    by_path, by_text = make(segment_map=str(path)), make(segment_map=seed)
    assert changed(by_path, by_text) == set()
    assert changed(by_path, make(segment_map="seed")) == set()
    assert changed(by_text, make(segment_map=seed.replace("Champions", "Masters"))) == NAMED


def test_the_edges_of_frequency_do_not_matter_to_the_seed_scoring() -> None:
    one, other = make(scoring="seed"), make(scoring="seed", frequency_edges=[2, 3, 4, 7])
    assert changed(one, other) == set()


ORDERS = {"source": "orders", "files_path": "/here", "orders_mapping": "customer: c"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("files_path", "/there", set()),  # the source version has what lies there
        ("orders_mapping", "customer: d", set()),  # and what it means
        ("category", "Books", set()),  # of Amazon's, which orders are not of
        ("frequency_counts", "lines", AFTER_PURCHASES),
        ("excluded_categories", ["Gifts"], {"purchases"} | AFTER_PURCHASES | OF_FIRST_PURCHASES),
        ("min_price", 1, AFTER_PURCHASES | OF_FIRST_PURCHASES),
    ],
)
def test_a_setting_of_orders_changes_the_datasets_that_use_it(name: str, value: object, expected: set[str]) -> None:
    one, other = make(**ORDERS), make(**{**ORDERS, name: value})
    made = {each for stage in STAGES for each in one.datasets(stage)}
    assert made == {name for name in ALL if dataset(name).is_for("orders")} | {"source", "orders"}
    assert {each for each in made if one.version(each) != other.version(each)} == expected - SAID


def test_what_customers_say_is_made_only_where_a_run_asks_for_it() -> None:
    silent, asked = make(), make(sentiment=True)
    assert {"review_sentiment", "segment_sentiment", "segment_words", "sentiment_trust", "sentiment_quotes"} == SAID
    assert set(asked.datasets("report")) - set(silent.datasets("report")) == SAID
    assert {each for each in asked.inputs("report") if each not in silent.inputs("report")} == SAID
    smaller = make(sentiment=True, sentiment_reviews=500)
    assert changed(asked, smaller) == SAID | {"report"}
    assert not {each for each in make(**ORDERS).datasets("report") if dataset(each).only_with}


# What a table of customers has no rows for: products and lines, and whatever needs the month before.
NOT_OF_CUSTOMERS = {
    "purchases", "first_purchases", "segment_migration", "segment_movement", "movement_history", "segment_stays",
    "year_migration", "cluster_movement", "cohort_retention", "second_purchase",
}  # fmt: skip
OF_CUSTOMERS = {"mapping": {"level": "customer"}}


def customers(as_of: date = date(2023, 9, 1), **given: object) -> Plan:
    return Plan(parse({**ORDERS, **given}), as_of, SOURCE, OF_CUSTOMERS)


def test_a_table_of_customers_makes_what_needs_no_line_and_no_month_before() -> None:
    of_orders = {each for stage in STAGES for each in make(**ORDERS).datasets(stage)}
    made = {each for stage in STAGES for each in customers().datasets(stage)}
    assert made == of_orders - NOT_OF_CUSTOMERS - {"orders"} | {"given_customers"}
    assert customers().datasets("clean") == []


def test_a_table_of_customers_is_never_compared_with_a_month_before() -> None:
    """The same table as of an earlier date would have customers with the orders that they made later."""
    plan = customers()
    assert not plan.compares
    for stage in STAGES:
        for name in set(plan.datasets(stage)) - {"source"}:
            assert [read for read in plan.inputs(name) if read.startswith("previous_")] == [], name
    assert make(**ORDERS).compares
    assert "previous_customer_scores" in make(**ORDERS).inputs("customer_rfm")


@pytest.mark.parametrize(("name", "value"), [("window_months", 6), ("category", "Books")])
def test_what_says_nothing_of_customers_changes_none_of_their_datasets(name: str, value: object) -> None:
    one, other = customers(), customers(**{name: value})
    made = [each for stage in STAGES for each in one.datasets(stage)]
    assert [each for each in made if one.version(each) != other.version(each)] == []


def test_the_calendar_and_free_orders_of_the_mapping_change_the_scores_of_customers() -> None:
    for key, value in (("time_zone", "Asia/Tokyo"), ("free_orders", "count")):
        other = Plan(parse(ORDERS), date(2023, 9, 1), SOURCE, {"mapping": {"level": "customer", key: value}})
        assert other.version("given_customers") == customers().version("given_customers")
        assert other.version("customer_rfm") != customers().version("customer_rfm")


def test_the_same_inputs_give_the_same_ids_whatever_was_asked_before() -> None:
    forward, backward = make(), make()
    there = {name: forward.version(name) for name in sorted(ALL)}
    back = {name: backward.version(name) for name in sorted(ALL, reverse=True)}
    assert there == back
    assert all(re.fullmatch("[0-9a-f]{12}", version) for version in there.values())
    assert len(set(there.values())) == len(ALL)


def test_another_process_arrives_at_the_same_ids() -> None:
    code = (
        "from datetime import date; from segmentation.config import settings; from segmentation.planning import plan;"
        f"a_plan = plan.Plan(settings.parse({{}}), date(2023, 9, 1), '{SOURCE}');"
        f"print(*[a_plan.version(name) for name in {sorted(ALL)}])"
    )
    for seed in ("1", "2"):  # sets come in another order
        env = {"PYTHONPATH": str(plan.PROJECT / "include"), "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
        assert done.stdout.split() == list(versions(make()).values())


def test_another_source_version_changes_everything() -> None:
    assert changed(make(), make(date(2023, 9, 1), "ba9876543210")) == ALL


def test_another_month_changes_the_monthly_datasets_only() -> None:
    one, other = make(), make(date(2023, 8, 1))
    assert changed(one, other) == RFM | KMEANS | REPORT
    for name in ALL:
        assert (one.as_of_for(name) is not None) == (name in RFM | KMEANS | REPORT)


def test_the_versions_lead_back_to_the_source() -> None:
    a_plan = make()
    for name in ALL:
        inputs = a_plan.inputs(name)
        while "source" not in inputs:
            read, version = inputs.popitem()
            its_plan = a_plan.previous if read.startswith("previous_") else a_plan
            assert version == its_plan.version(read.removeprefix("previous_"))
            inputs = its_plan.inputs(read.removeprefix("previous_"))
        assert inputs == {"source": SOURCE}


def test_the_month_before_has_the_ids_that_its_own_run_gave_it() -> None:
    assert versions(make(date(2023, 9, 1)).previous) == versions(make(date(2023, 8, 1)))
    inputs = make().inputs("segment_migration")
    assert inputs["previous_customer_scores"] == make(date(2023, 8, 1)).version("customer_scores")


def test_stays_go_on_from_the_release_of_the_month_before_and_nothing_else_does() -> None:
    alone, after = make(), replace(make(), released={"previous_customer_rfm": "ba9876543210"})
    assert "previous_customer_rfm" not in alone.inputs("customer_rfm")
    assert after.inputs("customer_rfm")["previous_customer_rfm"] == "ba9876543210"
    assert changed(alone, after) == {"customer_rfm", "segment_stays", "exports", "report"}


def test_the_month_before_has_no_customer_rfm_of_this_run() -> None:
    after = replace(make(), released={"previous_customer_rfm": "ba9876543210"})
    assert after.datasets("rfm") == ["customer_scores", "rfm_edges", "customer_rfm"]
    assert after.previous.datasets("rfm") == ["customer_scores", "rfm_edges"]
    assert after.previous.version("customer_scores") == make(date(2023, 8, 1)).version("customer_scores")


def test_frozen_edges_are_an_input() -> None:
    frozen = make(frozen_edges_from="ba9876543210")
    assert frozen.inputs("customer_scores")["frozen_edges"] == "ba9876543210"
    assert "frozen_edges" not in make().inputs("customer_scores")


# Dates
@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2023, 9, 14), 1, date(2023, 8, 14)),
        (date(2023, 3, 31), 1, date(2023, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2023, 7, 31), 1, date(2023, 6, 30)),
        (date(2023, 1, 15), 1, date(2022, 12, 15)),
        (date(2023, 12, 1), 12, date(2022, 12, 1)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2023, 9, 1), 600, date(1973, 9, 1)),
    ],
)
def test_months_are_counted_back_and_clipped_to_the_end_of_a_shorter_one(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_the_window_and_the_month_before_follow_the_as_of_date() -> None:
    a_plan = make(date(2023, 3, 31), window_months=6)
    assert a_plan.window_start == date(2022, 9, 30)
    assert a_plan.previous.as_of == date(2023, 2, 28)
    assert a_plan.previous.window_start == date(2022, 8, 28)


# Known faults
@pytest.mark.parametrize("name", ["k_min", "k_max"])
def test_the_limits_of_the_search_do_not_matter_to_a_given_k(name: str) -> None:
    assert changed(make(k="4"), make(k="4", **{name: 3})) == set()


@pytest.mark.parametrize(
    ("base", "change"),
    [
        ({"source": "files", "files_path": "/one"}, {"files_path": "/two"}),
        ({"scoring": "seed"}, {"frequency_edges": [2, 3, 4, 7]}),
    ],
)
def test_a_report_that_would_show_other_settings_is_another_version(base: dict, change: dict) -> None:
    report_content = pytest.importorskip("segmentation.stages.report.content")
    one, other = make(**base), make(**{**base, **change})
    same_page = report_content._settings_shown(one.settings) == report_content._settings_shown(other.settings)
    assert same_page == (one.version("report") == other.version("report"))


@CHANGES
def test_a_page_that_would_show_another_setting_is_another_version(name: str, value: object, expected: set) -> None:
    report_content = pytest.importorskip("segmentation.stages.report.content")
    shown = report_content._settings_shown
    base = {"files_path": "/here"}
    edges = {"frequency_edges": [1, 2, 3, 5]} if name == "bins_closed" else {}
    changes = shown(make(**{**base, **edges, name: value}).settings) != shown(make(**base).settings)
    assert not changes or "report" in expected
