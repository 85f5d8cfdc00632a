"""The page of a shop: its months, what changed between them, what is late or failed."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from months import AUGUST, JULY, SEPTEMBER, Shop, key, many

from segmentation.common.paths import DAG_ID
from segmentation.config.shops.names import dag_of
from segmentation.pages import running, tables, timeline
from segmentation.pages.running import DagState, LastRun
from segmentation.warehouse import published, releases
from segmentation.warehouse.release_file import Release
from yardstick import slowness

OCTOBER = date(2023, 10, 1)
EVIL = "<script>alert(1)</script>\"' {{7777*7}} \u202e\u05d0"
PAGE = "/shops/electronics"
NOW = datetime(2023, 10, 2, 9, tzinfo=UTC)


def released(shop: Shop, as_of: date, segments: dict[str, str], params: dict[str, object] | None = None) -> Release:
    """A month with params of its own."""
    report = shop.month(as_of, segments, released=False)
    draft = shop.draft(report)
    return releases.create(shop.warehouse, replace(draft, params={**draft.params, **(params or {})}))


def test_months_stand_in_order_with_the_figures_of_each_segment(shop: Shop) -> None:
    released(shop, SEPTEMBER, {**many(3), **many(1, "At Risk", "r")})
    released(shop, JULY, many(2))
    found = timeline.timeline(shop.warehouse, "electronics")
    assert found.days == [JULY, SEPTEMBER]
    assert [point.of("Champions", "customers") for point in found.points] == [2, 3]
    assert [point.of("Nobody", "customers") for point in found.points] == [None, None]
    assert [str(point.at_risk)[:6] for point in found.points] == ["0", "0.0625"]  # 20 of 320
    assert [name for name, _ in found.segments] == ["Champions", "Promising", "At Risk", "Lost"]


def test_the_page_links_to_report_lists_and_the_month_before(shop: Shop, client: TestClient) -> None:
    before, now = shop.month(JULY, many(2)), shop.month(AUGUST, many(3))
    text = client.get(PAGE).text
    assert f'href="../reports/{AUGUST}/{now.version}?shop=electronics"' in text
    assert f'href="../reports/{AUGUST}/{now.version}/downloads?shop=electronics"' in text
    assert f'href="../compare?a={key(before)}&amp;b={key(now)}"' in text
    assert text.count('<svg class="timeline"') == 4 + 2 * 4
    assert '<a href="shops/electronics">' in client.get("/").text


def test_the_three_sentences_are_those_of_the_report(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2), released=False)
    said = f"A shop\n\nIn short\n- First & foremost.\n- {EVIL}\n- Third.\n\nWhat stands out\n- Not this.\n"
    files = {"report.html": "<html><body></body></html>", "insights.txt": said}
    told = shop.publish("report", JULY, files, report.inputs, report.settings)
    shop.release(told)
    text = client.get(PAGE).text
    assert "<bdi>First &amp; foremost.</bdi>" in text
    assert "<bdi>Third.</bdi>" in text
    assert "Not this." not in text
    assert "<script>" not in text
    assert "77777" not in text.replace("7777*7", "")


def test_what_is_made_differently_is_told_at_its_month(shop: Shop, client: TestClient) -> None:
    usual = {"source": "demo", "bins": 5, "window_months": 12, "segment_map": "came_back"}
    released(shop, JULY, many(2), usual)
    released(shop, AUGUST, many(2), usual)
    changed = {"source": "files", "bins": 4, "window_months": 24, "segment_map": f"segments: {EVIL}"}
    released(shop, SEPTEMBER, many(2), changed)
    found = timeline.timeline(shop.warehouse, "electronics")
    assert found.marked == [SEPTEMBER]
    assert found.points[2].changes == (
        "Source: source was demo and is files.",
        "What counts: window months was 12 and is 24.",
        "Edges: bins was 5 and is 4.",
        "Segment map: was came_back and is one of your own.",
    )
    text = client.get(PAGE).text
    assert text.count("mark-line") - text.count(".mark-line") == 3 + 2 * 4
    assert "Edges: bins was 5 and is 4." in text


def test_other_rules_are_told_too(shop: Shop) -> None:
    released(shop, JULY, many(2))
    report = shop.month(AUGUST, many(2), released=False)
    rfm = shop.input(report, "customer_rfm")
    other = replace(rfm, version="abcdefabcdef", code={"files": {"370_customer_rfm.sql": "1"}}, seal="")
    attempt = shop.warehouse.attempt("customer_rfm", other.version, AUGUST)
    (attempt.folder / "part-0.parquet").write_bytes(shop.file(rfm, "part-0.parquet").read_bytes())
    shop.warehouse.publish(attempt, other)
    draft = shop.draft(report)
    releases.create(shop.warehouse, replace(draft, versions={**draft.versions, "customer_rfm": other.version}))
    found = timeline.timeline(shop.warehouse, "electronics")
    assert found.points[1].changes == ("Rules: another release of this project made the figures.",)


def test_a_month_that_cannot_be_read_is_named_and_the_others_are_shown(shop: Shop, client: TestClient) -> None:
    shop.month(JULY, many(2))
    report = shop.month(AUGUST, many(3))
    shop.file(shop.input(report, "segment_summary"), "part-0.parquet").write_bytes(b"PAR1")
    text = client.get(PAGE).text
    assert "The figures of the report as of 2023-08-01, Electronics, are damaged." in text
    assert "1 July 2023" in text


def test_a_shop_without_a_month_says_so_and_one_that_is_none_is_not_found(
    shop: Shop, client: TestClient, shops: Path
) -> None:
    shop.month(JULY, many(2))
    for name in ("books", "%2e%2e", "Electronics", "electronics%00", "e" * 300):
        assert client.get(f"/shops/{name}").status_code in (404, 422), name


@pytest.fixture
def shops(tmp_path: Path, monkeypatch) -> Path:
    """A folder with the file of the shop `electronics`."""
    folder = tmp_path / "shops"
    folder.mkdir()
    (folder / "electronics.yaml").write_text("schedule: '@monthly'\nparams: {source: files, files_path: /data}\n")
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(folder))
    return folder


def told(state: DagState | None, months: list[date], now: datetime = NOW) -> list[str]:
    return running.trouble("electronics", months, lambda dag: state if dag == dag_of("electronics") else None, now)


def run(state: str) -> DagState:
    return DagState(False, LastRun("scheduled__1", state, datetime(2023, 10, 1, tzinfo=UTC)))


def test_a_month_that_is_due_is_late_until_it_is_released(shops: Path) -> None:
    late = ["The month as of 2023-10-01 is late: it is due, and nothing is released."]
    assert told(run("success"), [SEPTEMBER]) == late
    assert told(run("success"), [SEPTEMBER, OCTOBER]) == []
    assert told(DagState(False, None), []) == late


def test_a_run_that_goes_on_or_failed_and_a_paused_dag_are_told(shops: Path) -> None:
    assert told(run("running"), []) == ["The month as of 2023-10-01 is due; a run is running: scheduled__1."]
    failed = "The last run failed: scheduled__1 of customer_segmentation_electronics, due 2023-10-01 00:00 (UTC)."
    assert told(run("failed"), [OCTOBER]) == [failed]
    (paused,) = told(DagState(True, None), [])
    assert "is paused, so no run makes it" in paused
    (unknown,) = told(None, [])
    assert "Airflow does not know the DAG" in unknown


@pytest.mark.parametrize(
    ("file", "months"),
    [
        ("schedule: none\nparams: {source: files, files_path: /data}", []),
        ("start: 2023-09-15\nparams: {source: files, files_path: /data}", []),
        ("params: {source: files, files_path: /data, as_of: 2023-02-01}", []),
        ("params: {source: demo}", [SEPTEMBER]),
        ("schedule: '0 0 15 * *'\nparams: {source: files, files_path: /data}", [date(2023, 9, 15)]),
    ],
    ids=["no schedule", "begins later", "one month only", "the demo ends", "another day"],
)
def test_what_is_not_due_is_not_late(shops: Path, file: str, months: list[date]) -> None:
    (shops / "electronics.yaml").write_text(file)
    assert told(run("success"), months) == []


def test_a_wrong_file_and_a_shop_by_hand(shops: Path, shop: Shop, client: TestClient) -> None:
    shop.month(JULY, many(2))
    (shops / "electronics.yaml").write_text("schedule: sometimes\nparams: {source: demo}")
    assert told(None, [])[0].startswith("The shop's file is wrong.")
    assert "The shop&#39;s file is wrong." in client.get(PAGE).text
    (shops / "electronics.yaml").unlink()
    assert told(run("failed"), []) == []


@pytest.mark.parametrize("seen", [{f"{DAG_ID}_books"}], ids=["another shop's"])
def test_another_shops_page_is_not_there(shop: Shop, client: TestClient, seen) -> None:
    shop.month(JULY, many(2))
    shop.release(shop.month(JULY, many(1)), title="Books", name="books", dag_id=f"{DAG_ID}_books")
    assert client.get("/shops/books").status_code == 200
    assert client.get(PAGE).status_code == 404


def test_twelve_segments_with_long_names_in_sixty_months_fit_and_come_at_once(shop: Shop, client: TestClient) -> None:
    names = [f"{'A long name of a segment ' * 3}"[: 40 - len(str(n))] + str(n) for n in range(12)]
    for place in range(62):
        if place != 30:
            segments = {f"c{n}": name for n, name in enumerate(names)}
            released(shop, date(2018 + place // 12, place % 12 + 1, 1), segments)
    found = timeline.timeline(shop.warehouse, "electronics")
    assert len(found.points) == timeline.MOST_MONTHS
    assert found.older == 1
    client.get("/nowhere")  # what the first request of all loads
    for remembering in (published._remember, tables._rows, releases.remembered):
        remembering.cache_clear()
    began = time.process_time()
    answer = client.get(PAGE)
    took = time.process_time() - began
    assert answer.status_code == 200
    assert took < slowness()
    assert all(name in answer.text for name in names)
