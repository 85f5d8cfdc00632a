"""Since when customers stay in their segment: the chain of releases, whatever is run when."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jobs.conftest import SMALL_DEMO
from jobs.flow import Flow
from segmentation import releasing
from segmentation.earlier import dataset_of
from segmentation.warehouse import releases

JUNE, JULY, AUGUST = "2023-06-01", "2023-07-01", "2023-08-01"
Rows = dict[str, dict[str, Any]]


def month(root: Path, as_of: str, **params: Any) -> Flow:
    """Run a month as far as `customer_rfm`."""
    flow = Flow(root, as_of, **{**SMALL_DEMO, **params})
    flow.run("ingest", "clean", "rfm")
    return flow


def release(flow: Flow) -> Flow:
    draft = releasing.draft_of(flow.plan, f"run-{flow.as_of}", "")
    made = {"customer_rfm": flow.plan.version("customer_rfm")}
    releases.create(flow.warehouse, replace(draft, versions=made))
    return flow


def by_customer(flow: Flow) -> Rows:
    return {row["user_id"]: row for row in flow.rows("customer_rfm")}


@pytest.fixture
def months(released_months: dict[str, Flow]) -> list[Flow]:
    return [released_months[as_of] for as_of in (JUNE, JULY, AUGUST)]


def test_a_stay_begins_where_the_unbroken_chain_of_releases_does(months: list[Flow]) -> None:
    june, july, august = map(by_customer, months)
    found = set()
    for user, row in august.items():
        segment = row["segment"]
        chain = [JUNE, JULY, AUGUST]
        if july.get(user, {}).get("segment") != segment:
            chain = [AUGUST]
        elif june.get(user, {}).get("segment") != segment:
            chain = [JULY, AUGUST]
        assert str(row["segment_since"]) == chain[0], user
        assert row["previous_segment"] == july.get(user, {}).get("segment"), user
        found.add(chain[0])
    assert found == {JUNE, JULY, AUGUST}, "each length of a stay is a case of this test"


def test_the_first_release_of_a_shop_knows_no_earlier_stay(months: list[Flow]) -> None:
    june = by_customer(months[0])
    assert {str(row["segment_since"]) for row in june.values()} == {JUNE}
    assert {row["previous_segment"] for row in june.values()} > {None}, "the month before is known all the same"


def test_a_month_alone_is_another_version_of_its_own_with_the_same_segments(months: list[Flow], tmp_path: Path) -> None:
    alone = month(tmp_path, AUGUST)
    assert alone.plan.version("customer_rfm") != months[2].plan.version("customer_rfm")
    assert alone.plan.version("customer_scores") == months[2].plan.version("customer_scores")
    assert alone.manifest("customer_scores").rows_checksum == months[2].manifest("customer_scores").rows_checksum
    assert {str(row["segment_since"]) for row in by_customer(alone).values()} == {AUGUST}
    assert "previous_customer_rfm" not in alone.manifest("customer_rfm").inputs


def test_a_month_again_is_the_same_version_and_goes_on_when_an_earlier_one_has_come(
    months: list[Flow], tmp_path: Path
) -> None:
    last = release(month(tmp_path, AUGUST))
    assert month(tmp_path, AUGUST).plan.version("customer_rfm") == last.plan.version("customer_rfm")
    for as_of in (JUNE, JULY):
        release(month(tmp_path, as_of))
    again = month(tmp_path, AUGUST)
    assert again.plan.version("customer_rfm") == months[2].plan.version("customer_rfm")
    assert again.manifest("customer_rfm").rows_checksum == months[2].manifest("customer_rfm").rows_checksum
    # Not replaced: a version's rows never change.
    assert by_customer(last) != by_customer(again)
    assert last.manifest("customer_rfm").rows_checksum != again.manifest("customer_rfm").rows_checksum


def test_another_shop_of_the_same_source_has_its_own_stays(months: list[Flow]) -> None:
    other = month(months[0].warehouse.root, AUGUST, shop="another")
    assert {str(row["segment_since"]) for row in by_customer(other).values()} == {AUGUST}


def test_a_release_that_cannot_be_read_or_knows_no_stays_begins_them_anew(
    months: list[Flow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = months[0].warehouse

    def released(day: date) -> dict[str, str]:
        found = releasing.released_earlier(warehouse, "demo", day)
        return {label: version for label, version in found.items() if dataset_of(label) == "customer_rfm"}

    assert released(date(2023, 8, 1))["previous_customer_rfm"] == months[1].plan.version("customer_rfm")
    assert released(date(2024, 6, 1)) == {"released_12_customer_rfm": months[0].plan.version("customer_rfm")}
    assert released(date(2023, 6, 1)) == {}
    path = releases.place(warehouse, "demo", date(2023, 7, 1), 1)
    text = path.read_text()
    path.write_text(text.replace('"demo"', '"dema"'))
    assert set(released(date(2023, 8, 1))) == {"released_12_customer_rfm"}
    said = capsys.readouterr().out
    assert said.count("WARNING The release as of 2023-07-01 is left out of stays and movements: ") == 1
    path.write_text(text)
