"""What customers say: from the raw texts to the page, held against plain Python."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from jobs import hostile_texts
from jobs.flow import Flow
from segmentation.engine import tables
from segmentation.planning.datasets import STAGES, dataset
from segmentation.warehouse.manifests import Manifest

AS_OF = "2023-03-15"  # in the middle of a month
PARAMS = {"source": "demo", "demo_reviews": 2500, "k": "2"}
ASKED = {**PARAMS, "sentiment": True, "sentiment_reviews": 100}
SAID = [name for name in STAGES["report"] if dataset(name).only_with == "sentiment"]


@pytest.fixture(scope="module")
def silent(spark, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    flow = Flow(tmp_path_factory.mktemp("warehouse"), AS_OF, **PARAMS)
    flow.run()
    return flow


@pytest.fixture(scope="module")
def asked(silent: Flow) -> Flow:
    flow = Flow(silent.warehouse.root, AS_OF, **ASKED)
    flow.run()
    return flow


@pytest.fixture(scope="module")
def drawn(asked: Flow) -> list[dict]:
    return asked.rows("review_sentiment")


def page(flow: Flow) -> str:
    folder = flow.warehouse.place_of(flow.manifest("report"))
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_run_that_does_not_ask_makes_none_of_it(silent: Flow) -> None:
    assert not set(SAID) & {name for stage in STAGES for name in silent.plan.datasets(stage)}
    assert 'id="said"' not in page(silent)


def test_asking_makes_it_and_another_page_and_nothing_else(silent: Flow, asked: Flow) -> None:
    for stage, names in STAGES.items():
        for name in set(names) - {*SAID, "report"}:
            if name in asked.plan.datasets(stage):
                assert asked.plan.version(name) == silent.plan.version(name)
    assert asked.plan.version("report") != silent.plan.version("report")
    text = page(asked)
    assert 'id="said"' in text
    assert "of each segment 100 at most" in text
    assert '<tr><th scope="row"><bdi>sentiment_reviews</bdi></th><td><bdi>100</bdi>' in text
    charts = asked.warehouse.place_of(asked.manifest("report")) / "charts"
    assert (charts / "sentiment-by-segment.svg").exists()
    assert (charts / "sentiment-over-months.svg").exists()


def test_the_sample_is_of_the_purchases_of_the_window(asked: Flow, drawn: list[dict]) -> None:
    segments = {row["user_id"]: row["segment"] for row in asked.rows("customer_rfm")}
    start, end = asked.plan.window_start, asked.plan.as_of
    window = [
        row for row in asked.rows("purchases")
        if row["user_id"] in segments and start <= row["purchased_at"].date() < end
    ]  # fmt: skip
    written = Counter(segments[row["user_id"]] for row in window)
    assert max(written.values()) > 100 > min(written.values())
    # Each demo review has a text, and none of two share customer, product and millisecond.
    assert Counter(row["segment"] for row in drawn) == {name: min(n, 100) for name, n in written.items()}
    found = {row["segment"]: row for row in asked.rows("segment_sentiment") if row["review_month"] is None}
    assert {name: row["reviews"] for name, row in found.items()} == written


def test_the_means_are_those_of_the_drawn_reviews(asked: Flow, drawn: list[dict]) -> None:
    for row in asked.rows("segment_sentiment"):
        mine = [
            one["sentiment"] for one in drawn
            if one["segment"] == row["segment"] and row["review_month"] in (None, one["review_month"])
        ]  # fmt: skip
        assert row["sampled"] == len(mine)
        if mine:
            assert abs(row["mean_sentiment"] - sum(mine) / len(mine)) <= Decimal("0.00005")
            assert row["positive"] == sum(value >= Decimal("0.05") for value in mine)
    assert {row["review_month"].day for row in drawn} == {1}


def test_the_trust_is_that_of_all_pairs(asked: Flow, drawn: list[dict]) -> None:
    low = [row["sentiment"] for row in drawn if row["stars"] <= 2]
    high = [row["sentiment"] for row in drawn if row["stars"] >= 4]
    wins = sum((b > a) + (b == a) / 2 for a in low for b in high)
    (whole,) = [row for row in asked.rows("sentiment_trust") if row["segment"] is None]
    assert whole["auc"] == pytest.approx(wins / len(low) / len(high), abs=1e-6)
    told = [sum((a < 0) + (a == 0) / 2 for a in low) / len(low), sum((b > 0) + (b == 0) / 2 for b in high) / len(high)]
    assert whole["balanced_accuracy"] == pytest.approx(sum(told) / 2, abs=1e-6)


def test_the_quotes_are_the_farthest_of_each_segment(asked: Flow, drawn: list[dict]) -> None:
    quotes = asked.rows("sentiment_quotes")
    assert max(Counter(row["segment"] for row in quotes).values()) == 5
    for segment in {row["segment"] for row in drawn}:
        apart = {
            row["review_text"]: abs(row["sentiment"] - Decimal(row["stars"] - 3) / 2) for row in drawn
            if row["segment"] == segment and (row["stars"] - 3) * row["sentiment"] < 0
        }  # fmt: skip
        mine = [row["disagreement"] for row in quotes if row["segment"] == segment]
        assert sorted(mine, reverse=True) == sorted(apart.values(), reverse=True)[:5]


def test_the_rows_do_not_depend_on_partitions(asked: Flow, spark, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: asked.manifest(name).rows_checksum for name in SAID}
    texts = sorted(row["review_text"] for row in asked.rows("review_sentiment"))
    monkeypatch.setattr(tables, "fit_shuffles", lambda spark, size: spark.conf.set("spark.sql.shuffle.partitions", 7))
    spark.conf.set("spark.sql.files.maxPartitionBytes", "64k")
    try:
        made = Flow(asked.warehouse.root, AS_OF, **ASKED, force=True).run("report")
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")
    assert {name: made[name].rows_checksum for name in SAID} == before
    assert sorted(row["review_text"] for row in asked.rows("review_sentiment")) == texts


def shop(folder: Path, text: str | None = "as it is") -> dict[str, Manifest]:
    """A run on a shop whose texts are hostile, or all `text`."""
    lines = [json.loads(line) for line in hostile_texts.reviews()]
    if text != "as it is":
        lines = [line | {"text": text} for line in lines]
    for name, rows in (("raw/review_categories/Electronics.jsonl", [json.dumps(line) for line in lines]),
                       ("raw/meta_categories/meta_Electronics.jsonl", hostile_texts.products())):  # fmt: skip
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    params = {"source": "files", "files_path": str(folder), "k": "2", "sentiment": True, "excluded_categories": []}
    flow = Flow(folder / "w", hostile_texts.AS_OF, **params)
    return {"flow": flow, **flow.run()}


def test_texts_that_try_to_be_something_else_are_text(spark, tmp_path: Path) -> None:
    made = shop(tmp_path)
    assert made["review_sentiment"].rows > 30
    text = page(made["flow"])
    assert "<script" not in text
    assert "<img" not in text
    assert "\u202e" not in text


def test_a_source_without_texts_gives_a_page_that_says_so(spark, tmp_path: Path) -> None:
    made = shop(tmp_path, None)
    assert [made[name].rows for name in SAID if name != "segment_sentiment"] == [0, 0, 0, 0]
    assert {row["sampled"] for row in made["flow"].rows("segment_sentiment")} == {0}
    assert "None of them has a text, so there is nothing to say." in page(made["flow"])
