"""The version ids: the same for the same inputs and rules, and new exactly where something changed."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from segmentation import datasets, plan, segment_maps, settings, sql_files
from segmentation.datasets import STAGES
from segmentation.plan import Plan, months_before
from segmentation.settings import FIELDS, parse

INGEST, CLEAN, RFM, KMEANS, REPORT = (set(STAGES[s]) for s in ("ingest", "clean", "rfm", "kmeans", "report"))
ALL = INGEST | CLEAN | RFM | KMEANS | REPORT
# What rests on purchases, on customer_rfm, and on the clusters of the customers.
AFTER_PURCHASES = RFM | KMEANS | REPORT
AFTER_RFM = {"customer_rfm"} | KMEANS | REPORT
CLUSTERED = KMEANS | {"segment_cluster", "report"}
SOURCE = "0123456789ab"


def make(as_of: date = date(2023, 9, 1), source: str = SOURCE, **given: object) -> Plan:
    return Plan(parse(given), as_of, source)


def versions(a_plan: Plan) -> dict[str, str]:
    return {name: a_plan.version(name) for name in sorted(ALL)}


def changed(one: Plan, other: Plan) -> set[str]:
    before, after = versions(one), versions(other)
    return {name for name in ALL if before[name] != after[name]}


# Settings and inputs
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("source", "files", {"report"}),  # the rows come from the source version; the page names the source
        ("category", "Books", {"report"}),
        ("revision", "main", set()),
        ("files_path", "/data", set()),
        ("demo_reviews", 60_000, set()),
        ("as_of", "2001-01-01", set()),  # the plan has the resolved date
        ("force", True, set()),
        ("excluded_categories", ["Books"], CLEAN | AFTER_PURCHASES),
        ("keep_unknown_category", False, CLEAN | AFTER_PURCHASES),
        ("window_months", 6, AFTER_PURCHASES),
        ("min_price", 1, AFTER_PURCHASES),
        ("scoring", "seed", AFTER_PURCHASES),
        ("frequency_edges", [2, 3, 4, 7], AFTER_PURCHASES),
        ("frozen_edges_from", "ba9876543210", AFTER_PURCHASES),
        ("segment_map", "seed", AFTER_RFM),
        ("k", "4", CLUSTERED),
        ("k_min", 3, CLUSTERED),
        ("k_max", 9, CLUSTERED),
    ],
)
def test_a_setting_changes_the_datasets_that_use_it_and_no_other(
    name: str, value: object, expected: set[str]
) -> None:
    # An own list, because the preset counts for Electronics only.
    base = {"excluded_categories": [], "files_path": "/here"}
    assert changed(make(**base), make(**{**base, name: value})) == expected


def test_the_table_of_settings_has_every_param() -> None:
    mark = test_a_setting_changes_the_datasets_that_use_it_and_no_other.pytestmark[0]
    assert [row[0] for row in mark.args[1]] == sorted(FIELDS, key=[row[0] for row in mark.args[1]].index)


def test_the_edges_of_frequency_do_not_matter_to_the_seed_scoring() -> None:
    one, other = make(scoring="seed"), make(scoring="seed", frequency_edges=[2, 3, 4, 7])
    assert changed(one, other) == set()


def test_the_same_inputs_give_the_same_ids_whatever_was_asked_before() -> None:
    forward, backward = make(), make()
    there = {name: forward.version(name) for name in sorted(ALL)}
    back = {name: backward.version(name) for name in sorted(ALL, reverse=True)}
    assert there == back
    assert all(re.fullmatch("[0-9a-f]{12}", version) for version in there.values())
    assert len(set(there.values())) == len(ALL)


def test_another_process_arrives_at_the_same_ids() -> None:
    code = (
        "from datetime import date; from segmentation.plan import Plan; from segmentation.settings import parse;"
        f"print(*[Plan(parse({{}}), date(2023, 9, 1), '{SOURCE}').version(n) for n in {sorted(ALL)}])"
    )
    for seed in ("1", "2"):  # sets come in another order
        env = {"PYTHONPATH": str(plan.PROJECT / "include"), "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
        assert done.stdout.split() == list(versions(make()).values())


def test_another_source_version_changes_everything() -> None:
    assert changed(make(), make(source="ba9876543210")) == ALL


def test_another_month_changes_the_monthly_datasets_only() -> None:
    one, other = make(), make(as_of=date(2023, 8, 1))
    assert changed(one, other) == AFTER_PURCHASES
    for name in ALL:
        assert (one.as_of_for(name) is not None) == (name in AFTER_PURCHASES)


def test_the_versions_lead_back_to_the_source() -> None:
    a_plan = make()
    for name in ALL:
        inputs = a_plan.inputs(name)
        while "source" not in inputs:
            # Each step takes one input; the chain ends, as every stage reads earlier ones.
            earlier = min(inputs, key=lambda read: list(datasets.STAGE_OF).index(read.removeprefix("previous_")))
            expected = a_plan.previous if earlier.startswith("previous_") else a_plan
            assert inputs[earlier] == expected.version(earlier.removeprefix("previous_"))
            inputs = expected.inputs(earlier.removeprefix("previous_"))
        assert inputs == {"source": SOURCE}


def test_the_month_before_has_the_ids_that_its_own_run_gave_it() -> None:
    assert versions(make(as_of=date(2023, 9, 1)).previous) == versions(make(as_of=date(2023, 8, 1)))
    inputs = make().inputs("segment_migration")
    assert inputs["previous_customer_rfm"] == make(as_of=date(2023, 8, 1)).version("customer_rfm")


def test_frozen_edges_are_an_input() -> None:
    frozen = make(frozen_edges_from="ba9876543210")
    assert frozen.inputs("customer_rfm")["frozen_edges"] == "ba9876543210"
    assert "frozen_edges" not in make().inputs("customer_rfm")


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
def test_months_are_counted_back_and_clipped_to_the_end_of_a_shorter_one(
    day: date, months: int, before: date
) -> None:
    assert months_before(day, months) == before


def test_the_window_and_the_month_before_follow_the_as_of_date() -> None:
    a_plan = make(as_of=date(2023, 3, 31), window_months=6)
    assert a_plan.window_start == date(2022, 9, 30)
    assert a_plan.previous.as_of == date(2023, 2, 28)
    assert a_plan.previous.window_start == date(2022, 8, 28)


# Rules: a copy of the project whose files the tests may change
def forget() -> None:
    for cached in (
        sql_files.stage_files, sql_files.stage_checks, datasets.dataset, datasets.stage_datasets, plan.text_hash,
    ):  # fmt: skip
        cached.cache_clear()


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """Change a rule in a copy of the project: edit(path, old text, new text)."""
    for folder in ("include", "spark_jobs"):
        shutil.copytree(plan.PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(plan, "PROJECT", tmp_path)
    for module in (sql_files, datasets):
        monkeypatch.setattr(module, "SQL", tmp_path / "include/sql")
    for module in (settings, segment_maps):
        monkeypatch.setattr(module, "SEGMENT_MAPS", tmp_path / "include/segment_maps")
    forget()

    def change(path: str, old: str, new: str) -> None:
        text = (tmp_path / path).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / path).write_text(text.replace(old, new, 1), encoding="utf-8")
        forget()

    yield change
    forget()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sql/10_ingest/110_review_lines.sql", {"reviews", "rejected_rows"} | CLEAN | AFTER_PURCHASES),
        ("sql/10_ingest/150_rejected_rows.sql", {"rejected_rows", "report"}),  # the page counts them
        ("sql/20_clean/220_known_products.sql", CLEAN | AFTER_PURCHASES),
        ("sql/30_rfm/320_customer_values.sql", AFTER_PURCHASES),
        ("sql/30_rfm/edges/340_edge_values.sql", AFTER_PURCHASES),
        ("sql/30_rfm/edges/360_rfm_edges.sql", {"rfm_edges", "report"}),
        ("sql/30_rfm/seed/350_customer_scores.sql", set()),  # another scoring
        ("sql/30_rfm/370_customer_rfm.sql", AFTER_RFM),
        ("sql/40_kmeans/430_features.sql", CLUSTERED),
        ("sql/40_kmeans/440_kmeans_search.sql", {"kmeans_search", "report"}),
        ("sql/40_kmeans/480_cluster_profile.sql", {"cluster_profile", "report"}),
        ("sql/50_report/530_segment_migration.sql", {"segment_migration", "report"}),
        ("segment_maps/eleven.yaml", AFTER_RFM),
        ("segment_maps/seed.yaml", set()),  # another map
        ("segmentation/cluster_count.py", CLUSTERED),
        ("segmentation/templates/report.html.j2", REPORT),
        ("segmentation/versions.py", set()),  # moves rows, does not make them
    ],
)
def test_a_changed_rule_changes_exactly_what_rests_on_it(edit, path: str, expected: set[str]) -> None:
    before = versions(make())
    first = (plan.PROJECT / "include" / path).read_text(encoding="utf-8").splitlines()[0]
    edit(f"include/{path}", first, f"{first} ")
    after = versions(make())
    assert {name for name in ALL if before[name] != after[name]} == expected


def test_a_copy_of_the_project_elsewhere_has_the_same_ids(edit) -> None:
    in_the_copy = versions(make())
    assert len(in_the_copy) == len(ALL)


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
