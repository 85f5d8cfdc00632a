"""The whole flow on a small generated shop, held against plain Python."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from jobs import by_hand, run_elsewhere, stored_checksums
from jobs.flow import Flow
from segmentation import sources
from segmentation.config.segment_maps import load_map
from segmentation.config.settings import NOT_ELECTRONICS
from segmentation.engine import stage, tables
from segmentation.planning.datasets import STAGES, dataset
from segmentation.stages.report import content, source_data
from segmentation.warehouse import releases

AS_OF = "2023-03-01"
PARAMS = {"source": "demo", "demo_reviews": 3000, "k_max": 5}


@pytest.fixture(scope="module")
def flow(spark, tmp_path_factory) -> Flow:
    flow = Flow(tmp_path_factory.mktemp("warehouse"), AS_OF, **PARAMS)
    flow.run()
    return flow


@pytest.fixture(scope="module")
def expected(flow: Flow) -> dict[str, tuple[int, int, Decimal]]:
    raw = sources.raw_files(flow.warehouse, flow.source.version)
    return by_hand.customers(
        raw["reviews"][0], raw["products"][0], date(2022, 3, 1), date(2023, 3, 1), excluded=NOT_ELECTRONICS
    )


def test_every_customer_has_the_recency_frequency_and_spend_of_plain_python(flow: Flow, expected: dict) -> None:
    rows = {r["user_id"]: (r["recency_days"], r["frequency"], r["monetary"]) for r in flow.rows("customer_rfm")}
    assert len(rows) > 300
    assert rows == expected


def test_every_customer_has_the_scores_and_segment_of_plain_python(flow: Flow, expected: dict) -> None:
    recency = {user: 6 - s for user, s in by_hand.quintile_scores({u: v[0] for u, v in expected.items()}).items()}
    monetary = by_hand.quintile_scores({user: value[2] for user, value in expected.items()})
    frequency = {user: 1 + sum(edge <= value[1] for edge in (2, 3, 4, 6)) for user, value in expected.items()}
    names = {cell: segment.name for segment in load_map("came_back") for cell in segment.cells}
    for row in flow.rows("customer_rfm"):
        user = row["user_id"]
        scores = (recency[user], frequency[user], monetary[user])
        assert (row["r_score"], row["f_score"], row["m_score"]) == scores
        assert row["rfm_score"] == "".join(map(str, scores))
        assert row["segment"] == names[row["rfm_score"]]


def test_every_row_is_as_the_release_before_had_it(flow: Flow) -> None:
    stored_checksums.check(flow, "demo")


def test_every_raw_line_is_kept_or_refused(flow: Flow) -> None:
    raw = sources.raw_files(flow.warehouse, flow.source.version)
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for paths in raw.values() for path in paths)
    counts = [flow.manifest(name).rows for name in ("reviews", "products", "rejected_rows")]
    assert sum(counts) == lines
    assert counts[2] == 5, "the shop has five broken lines"


def test_tables_agree_with_each_other(flow: Flow) -> None:
    rfm, summary = flow.rows("customer_rfm"), flow.rows("segment_summary")
    assert sum(row["customers"] for row in summary) == len(rfm)
    assert sum(row["total_monetary"] for row in summary) == sum(row["monetary"] for row in rfm)
    assert {row["user_id"] for row in flow.rows("customer_clusters")} == {row["user_id"] for row in rfm}
    assert sum(row["customers"] for row in flow.rows("segment_cluster")) == len(rfm)
    moved = flow.rows("segment_migration")
    assert sum(row["customers"] for row in moved if row["segment"] != "gone") == len(rfm)
    assert sum(row["chosen"] for row in flow.rows("kmeans_search")) == 1
    assert [row["k"] for row in flow.rows("kmeans_search")] == [2, 3, 4, 5]


def test_the_report_shows_the_run(flow: Flow) -> None:
    folder = flow.warehouse.place_of(flow.manifest("report"))
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Generated demo data" in page
    assert f"{flow.manifest('customer_rfm').rows:,}" in page
    for name in ("source", "reviews", "customer_rfm", "kmeans_model"):
        assert flow.plan.version(name) in page
    assert {path.stem for path in (folder / "charts").iterdir()} >= {
        "customers-by-segment", "spend-by-segment", "search-curves", "clusters",
    }  # fmt: skip


def test_a_manifest_leads_back_to_the_source(flow: Flow) -> None:
    manifest = flow.manifest("segment_summary")
    for name in ("customer_scores", "purchases", "reviews", "source"):
        manifest = flow.warehouse.get(name, manifest.inputs[name], flow.plan.as_of_for(name))
    assert manifest.settings["source"] == "demo"
    assert sum(flow.manifest("purchases").files[path]["rows"] for path in flow.manifest("purchases").files) > 0


def test_the_release_names_the_whole_run(flow: Flow) -> None:
    found = releases.current(flow.warehouse, "demo", flow.as_of)
    assert found is not None
    names = [name for stage_name in STAGES for name in flow.plan.datasets(stage_name)]
    assert found.versions == {name: flow.plan.version(name) for name in names}
    summary = flow.rows("segment_summary")
    assert found.figures == {
        "customers": sum(row["customers"] for row in summary),
        "spend": str(sum(row["total_monetary"] for row in summary)),
        "currency": "$",
    }


def test_a_trial_makes_the_same_versions_and_releases_nothing(flow: Flow) -> None:
    before = releases.numbers(flow.warehouse, "demo", flow.as_of)
    trial = Flow(flow.warehouse.root, AS_OF, **PARAMS, trial=True)
    assert trial.run()["report"] == flow.manifest("report")
    assert releases.numbers(flow.warehouse, "demo", flow.as_of) == before


def test_another_shop_of_equal_inputs_has_a_release_of_its_own_and_the_same_versions(flow: Flow) -> None:
    twin = Flow(flow.warehouse.root, AS_OF, **PARAMS, shop="twin")
    twin.run()
    found, demo = (releases.current(flow.warehouse, name, flow.as_of) for name in ("twin", "demo"))
    assert found.versions == demo.versions
    assert found.number == 1


def test_a_rerun_starts_no_spark_and_writes_nothing(flow: Flow, monkeypatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in flow.warehouse.root.rglob("*.parquet")}

    def refuse(*_: object) -> None:
        raise AssertionError("a rerun must not build")

    monkeypatch.setattr(stage, "_build", refuse)
    again = Flow(flow.warehouse.root, AS_OF, **PARAMS)
    assert again.run() == {name: flow.manifest(name) for name in flow.makes()}
    assert {path: path.stat().st_mtime_ns for path in flow.warehouse.root.rglob("*.parquet")} == before


def test_the_same_run_elsewhere_gives_the_same_rows(flow: Flow, tmp_path: Path) -> None:
    """Another file in another order of lines, two executors of two cores, seven partitions, other processes and time
    zones, against one process and one partition here: equal rows, centroids and labels included. K-Means also by
    passes in Spark.
    """
    raw = sources.raw_files(flow.warehouse, flow.source.version)
    for kind, folder in (("reviews", sources.REVIEWS_FOLDER), ("products", sources.PRODUCTS_FOLDER)):
        target = tmp_path / "mixed" / folder / raw[kind][0].name
        target.parent.mkdir(parents=True)
        lines = raw[kind][0].read_text(encoding="utf-8").splitlines()
        target.write_text("\n".join(reversed(lines)) + "\n", encoding="utf-8")
    params = {**PARAMS, "source": "files", "files_path": str(tmp_path / "mixed")}
    words = [str(tmp_path / "elsewhere"), AS_OF, "local-cluster[2,2,512]", "7", json.dumps(params)]
    # Not from the archive that this session has made for its own executors.
    paths = [path for path in sys.path if not path.endswith(".zip")]
    done = subprocess.run(
        [sys.executable, run_elsewhere.__file__, *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "SPARK_LOCAL_HOSTNAME": "127.0.0.1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    everything, kmeans = json.loads(done.stdout.splitlines()[-1])
    assert everything == {name: flow.manifest(name).rows_checksum for name in flow.makes()}
    shutil.copytree(flow.warehouse.root, tmp_path / "here")
    assert kmeans == run_elsewhere.kmeans_in_passes(Flow(tmp_path / "here", AS_OF, **PARAMS))


def test_seed_scoring_cuts_five_equal_parts_and_reuses_purchases(flow: Flow) -> None:
    seed = Flow(flow.warehouse.root, AS_OF, **PARAMS, scoring="seed", segment_map="seed")
    made = seed.run("ingest", "clean", "rfm")
    assert made["purchases"] == flow.manifest("purchases")
    rows = seed.rows("customer_rfm")
    for score in ("r_score", "f_score", "m_score"):
        sizes = [sum(row[score] == tile for row in rows) for tile in range(1, 6)]
        assert max(sizes) - min(sizes) <= 1
    assert {row["user_id"] for row in rows} == {row["user_id"] for row in flow.rows("customer_rfm")}


def test_frozen_edges_score_another_month_with_the_same_bins(flow: Flow) -> None:
    edges = flow.manifest("rfm_edges")
    later = Flow(flow.warehouse.root, "2023-04-01", **PARAMS, frozen_edges_from=edges.version)
    made = later.run("ingest", "clean", "rfm")
    assert made["customer_scores"].inputs["frozen_edges"] == edges.version
    bins = [{(r["metric"], r["score"], r["lower"], r["upper"]) for r in one.rows("rfm_edges")} for one in (flow, later)]
    assert bins[0] == bins[1]


def test_a_lost_version_is_built_again_and_nothing_else(flow: Flow, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(flow.warehouse.root, root)
    copy = Flow(root, AS_OF, **PARAMS)
    lost = copy.warehouse.place_of(copy.manifest("cluster_profile"))
    shutil.rmtree(lost)
    made = copy.run("ingest", "clean", "rfm", "kmeans")
    assert made["cluster_profile"].rows_checksum == flow.manifest("cluster_profile").rows_checksum
    assert made["kmeans_model"] == flow.manifest("kmeans_model")


def test_another_commit_with_the_same_rules_makes_the_same_page(flow: Flow, tmp_path: Path, monkeypatch) -> None:
    shutil.copytree(flow.warehouse.root, tmp_path / "copy")
    copy = Flow(tmp_path / "copy", AS_OF, **PARAMS)
    shutil.rmtree(copy.warehouse.place_of(copy.manifest("report")))
    monkeypatch.setattr("segmentation.planning.code_version.code_version", lambda: "git:another")
    again = copy.run("report")["report"]
    assert again.code["version"] == "git:another"
    assert again.files == flow.manifest("report").files


def test_small_tables_read_the_same_with_and_without_spark(flow: Flow, spark: SparkSession) -> None:
    for name in (*content.TABLES, *source_data.TABLES, "refused_reasons"):
        manifest, item = flow.manifest(name), dataset(name)
        folder, files = flow.warehouse.place_of(manifest), list(manifest.files)
        with_spark = tables.read_files(spark, item, folder, files).toPandas()
        without = tables.small_table(item, folder, files)
        columns = list(item.columns)
        assert list(without.columns) == list(with_spark.columns) == columns
        pd.testing.assert_frame_equal(without, with_spark, obj=name)
