"""The version ids under a changed rule: new exactly where the rule counts, in a copy of the project."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_plan import (
    ABOUT_THE_SOURCE,
    AFTER_PRODUCTS,
    AFTER_PURCHASES,
    AFTER_RFM,
    ALL,
    CLEAN,
    CLUSTERED,
    NAMED,
    OF_FIRST_PURCHASES,
    OF_PRODUCTS,
    REPORT,
    make,
    versions,
)

from project_copy import project_copy
from segmentation.common.paths import PROJECT
from segmentation.planning import plan, sql_files

# Who moved: of the month, and of the year.
MOVED = {"segment_migration", "segment_movement", "movement_history"}
OF_PURCHASES = {"purchases", "first_purchases", "product_years", "data_profile"}
# What is made from the reviews, and not from the products file alone.
OF_RAW_REVIEWS = CLEAN - {"known_products", "notable_products"}


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    with project_copy(tmp_path, monkeypatch) as change:
        yield change


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "sql/10_ingest/110_review_lines.sql",
            {"reviews", "rejected_rows", "refused_reasons"} | OF_RAW_REVIEWS | AFTER_PURCHASES | ABOUT_THE_SOURCE,
        ),
        (
            "sql/10_ingest/reviews/150_rejected_rows.sql",
            {"rejected_rows", "refused_reasons", "report"},
        ),  # the page counts them
        ("sql/10_ingest/orders/150_rejected_rows.sql", set()),  # another kind of source
        ("sql/20_clean/220_known_products.sql", AFTER_PRODUCTS | AFTER_PURCHASES | OF_PRODUCTS),
        (
            "sql/20_clean/reviews/230_purchases.sql",
            OF_PURCHASES | AFTER_PURCHASES | {"popular_products", "category_summary", "cohort_retention"},
        ),
        ("sql/20_clean/reviews/281_review_days.sql", {"review_days", "rating_distribution", "report"}),
        ("sql/20_clean/reviews/283_helpful_by_day.sql", {"helpful_by_day", "helpful_reviews", "report"}),
        ("sql/20_clean/reviews/287_profile_numbers.sql", {"data_profile", "report"}),
        ("sql/50_report/reviews/541_product_counts.sql", {"popular_products", "category_summary", "report"}),
        ("sql/30_rfm/320_customer_values.sql", AFTER_PURCHASES),
        ("sql/30_rfm/edges/340_edge_values.sql", AFTER_PURCHASES),
        ("sql/30_rfm/edges/360_rfm_edges.sql", {"rfm_edges", "second_purchase", "report"}),
        ("sql/30_rfm/seed/350_metric_scores.sql", set()),  # another scoring
        ("sql/30_rfm/370_customer_scores.sql", AFTER_RFM),
        ("sql/40_kmeans/430_features.sql", CLUSTERED),
        ("sql/40_kmeans/440_kmeans_search.sql", {"kmeans_search", "report"}),
        ("sql/40_kmeans/480_cluster_profile.sql", {"cluster_profile", "report"}),
        ("sql/50_report/522_segment_agreement.sql", {"segment_agreement", "report"}),
        ("sql/40_kmeans/486_previous_clusters.sql", {"cluster_movement", "report"}),
        (
            "sql/20_clean/235_first_purchases.sql",
            OF_FIRST_PURCHASES | {"segment_summary", "second_purchase", "report"} | MOVED,
        ),
        ("sql/50_report/552_claim_bounds.sql", {"segment_claims", "report"}),
        ("sql/50_report/528_moves_counted.sql", MOVED | {"report"}),
        ("sql/50_report/530_segment_migration.sql", {"segment_migration", "report"}),
        ("sql/50_report/533_segment_stays.sql", {"segment_stays", "report"}),
        ("sql/50_report/534_year_migration.sql", {"year_migration", "report"}),
        ("sql/50_report/537_customer_sample.sql", {"customer_sample", "report"}),
        ("sql/50_report/560_exports.sql", {"exports", "report"}),
        ("sql/50_report/565_export_cells.sql", {"exports", "report"}),
        ("segment_maps/came_back.yaml", NAMED),
        ("segment_maps/seed.yaml", set()),  # another map
        ("segmentation/stages/kmeans/cluster_count.py", CLUSTERED),
        ("segmentation/stages/report/content.py", {"report"}),
        ("segmentation/common/templates/report.html.j2", {"report"}),
        ("segmentation/warehouse/versions.py", set()),  # moves rows, does not make them
        ("../spark_jobs/report.py", REPORT),
    ],
)
def test_a_changed_rule_changes_exactly_what_rests_on_it(edit, path: str, expected: set[str]) -> None:
    before = versions(make())
    first = (plan.PROJECT / "include" / path).read_text(encoding="utf-8").splitlines()[0]
    edit(f"include/{path}", first, f"{first} ")
    after = versions(make())
    assert {name for name in ALL if before[name] != after[name]} == expected


def test_a_copy_of_the_project_elsewhere_has_the_same_ids(request: pytest.FixtureRequest) -> None:
    here = versions(make())
    request.getfixturevalue("edit")
    assert sql_files.SQL != PROJECT / "include/sql"
    assert versions(make()) == here


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("frequency: {type: bigint", "frequency: {type: int", AFTER_RFM),
        ("schema_version: 1", "schema_version: 2", AFTER_RFM),
        ("one customer, as of a date", "one customer", set()),  # words about the data are not the data
    ],
)
def test_a_changed_schema_gives_new_ids_but_changed_words_do_not(edit, old, new, expected) -> None:
    before = versions(make())
    edit("include/sql/30_rfm/schema.yaml", old, new)
    after = versions(make())
    assert {name for name in ALL if before[name] != after[name]} == expected
