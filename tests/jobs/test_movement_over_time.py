"""Stays and movement over time: the chain of releases, whatever is run when; counted again here, in Python."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jobs.flow import Flow
from segmentation.planning.datasets import STAGES, dataset
from segmentation.planning.earlier import dataset_of
from segmentation.planning.plan import months_before
from segmentation.warehouse import releases, releasing

STAYS = "customer_rfm"
# A year ago, a month that is missing between, and two that follow each other.
DAYS = ("2022-08-01", "2023-06-01", "2023-07-01", "2023-08-01")
SMALL_DEMO: dict[str, Any] = {"source": "demo", "demo_reviews": 1000, "k": "2"}


@pytest.fixture(scope="module")
def months(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flow]:
    """A shop with four released months, by as-of date; the first one has nothing but its customers."""
    root, months = tmp_path_factory.mktemp("months"), {}
    for day in DAYS:
        months[day] = Flow(root, day, **SMALL_DEMO)
        if day == DAYS[0]:
            release_customers(months[day])
        else:
            months[day].run()
    return months


def release_customers(flow: Flow) -> Flow:
    """Run a month as far as `customer_rfm`, and release that alone."""
    flow.run("ingest", "clean", "rfm")
    draft = releasing.draft_of(flow.plan, f"run-{flow.as_of}", "")
    releases.create(flow.warehouse, replace(draft, versions={STAYS: flow.plan.version(STAYS)}))
    return flow


def scored(flow: Flow) -> dict[str, tuple[str, int]]:
    """The segment and the sum of scores of each customer."""
    rows = flow.rows("customer_rfm")
    return {row["user_id"]: (row["segment"], row["r_score"] + row["f_score"] + row["m_score"]) for row in rows}


def moved(flow: Flow, before: Flow) -> Counter[str]:
    """The customers by movement, with the month before as it was released."""
    now, then = scored(flow), scored(before)
    first = {row["user_id"]: row["first_day"] for row in flow.rows("first_purchases")}
    names: Counter[str] = Counter(gone=len(set(then) - set(now)))
    for user, (segment, scores) in now.items():
        if user not in then:
            names["returned" if first[user] < before.as_of else "new"] += 1
        elif then[user][0] == segment:
            names["stayed"] += 1
        else:
            difference = scores - then[user][1]
            names["rose" if difference > 0 else "fell" if difference < 0 else "moved"] += 1
    return names


def test_each_customer_of_both_months_moved_in_one_way(months: dict[str, Flow]) -> None:
    rows = months["2023-08-01"].rows("segment_movement")
    assert {row["as_of_date"] for row in rows} == {date(2023, 8, 1)}
    found = {row["movement"]: row["customers"] for row in rows}
    assert Counter(found) == moved(months["2023-08-01"], months["2023-07-01"])
    assert min(found[name] for name in ("stayed", "rose", "fell", "returned", "new", "gone")) > 0


def test_the_history_is_what_the_shop_has_released_in_a_year(months: dict[str, Flow]) -> None:
    history = {
        (row["as_of_date"], row["movement"]): row["customers"] for row in months[DAYS[-1]].rows("movement_history")
    }
    # The month a year ago compares with the month before it: it is not of this year.
    assert {day for day, _ in history} == {date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)}
    for day in DAYS[1:]:
        own = {(row["as_of_date"], row["movement"]): row["customers"] for row in months[day].rows("segment_movement")}
        assert own == {key: history[key] for key in own}


def test_stays_hold_who_is_there_and_who_has_left(months: dict[str, Flow]) -> None:
    flow, before = months[DAYS[-1]], months["2023-07-01"]
    wanted: Counter[tuple[str, int, bool]] = Counter()
    now = {row["user_id"]: row for row in flow.rows("customer_rfm")}
    for row in now.values():
        wanted[row["segment"], _months(row["segment_since"], flow.as_of), False] += 1
    for row in before.rows("customer_rfm"):
        if now.get(row["user_id"], {}).get("segment") != row["segment"]:
            wanted[row["segment"], _months(row["segment_since"], flow.as_of), True] += 1
    found = {(row["segment"], row["months"], row["ended"]): row["customers"] for row in flow.rows("segment_stays")}
    assert Counter(found) == wanted
    assert {months for _, months, ended in found if not ended} == {0, 1, 2}
    assert {months for _, months, ended in found if ended} == {1, 2}


def _months(since: date, day: date) -> int:
    return next(months for months in range(60) if months_before(day, months) == since)


def test_those_of_a_year_ago_are_somewhere_now(months: dict[str, Flow]) -> None:
    flow, then = months[DAYS[-1]], {user: segment for user, (segment, _) in scored(months["2022-08-01"]).items()}
    now = {user: segment for user, (segment, _) in scored(flow).items()}
    wanted = Counter((then.get(user, "new"), now.get(user, "gone")) for user in then | now)
    found = {(row["segment_year_ago"], row["segment"]): row["customers"] for row in flow.rows("year_migration")}
    assert Counter(found) == wanted


def test_what_is_not_released_is_empty_and_the_page_says_so(months: dict[str, Flow]) -> None:
    first = months["2023-06-01"]
    assert {row["as_of_date"] for row in first.rows("movement_history")} == {first.as_of}
    assert first.rows("year_migration") == []
    assert not any(row["ended"] or row["months"] for row in first.rows("segment_stays"))
    page = (first.warehouse.place_of(first.manifest("report")) / "report.html").read_text()
    assert "The months before appear once this shop has released them." in page
    assert "A year later" not in page and "How long customers" not in page


def test_the_page_of_a_later_month_has_all_of_it(months: dict[str, Flow]) -> None:
    flow = months[DAYS[-1]]
    folder = flow.warehouse.place_of(flow.manifest("report"))
    page = (folder / "report.html").read_text()
    assert "A year later" in page and "How long customers have been in their segment" in page
    assert {"movement-history.svg", "year-migration.svg"} <= {path.name for path in (folder / "charts").iterdir()}
    champions = {
        row["segment"]: row["customers"]
        for row in flow.rows("year_migration")
        if row["segment_year_ago"] == "Champions"
    }
    assert f"Of {sum(champions.values())} customers in Champions a year ago: {champions['Champions']} (" in page


def test_another_history_makes_only_what_rests_on_it_anew(months: dict[str, Flow], tmp_path: Path) -> None:
    alone = Flow(tmp_path, DAYS[-1], **SMALL_DEMO)
    then, now = (releasing.versions_of(flow.plan) for flow in (alone, months[DAYS[-1]]))
    changed = {name for name in then if then[name] != now[name]}
    assert changed == {"customer_rfm", "movement_history", "segment_stays", "year_migration", "exports", "report"}


# Since when customers stay
JUNE, JULY, AUGUST = "2023-06-01", "2023-07-01", "2023-08-01"
Rows = dict[str, dict[str, Any]]


def month(root: Path, as_of: str, **params: Any) -> Flow:
    """Run a month as far as `customer_rfm`."""
    flow = Flow(root, as_of, **{**SMALL_DEMO, **params})
    flow.run("ingest", "clean", "rfm")
    return flow


def without_months(flow: Flow, root: Path) -> Path:
    """A warehouse with the shop's orders, cleaned, as every month has them, and no month."""
    for name in (name for names in STAGES.values() for name in names if not dataset(name).as_of):
        if (flow.warehouse.root / name).exists():
            shutil.copytree(flow.warehouse.root / name, root / name)
    return root


def by_customer(flow: Flow) -> Rows:
    return {row["user_id"]: row for row in flow.rows("customer_rfm")}


@pytest.fixture
def summer(months: dict[str, Flow]) -> list[Flow]:
    return [months[as_of] for as_of in (JUNE, JULY, AUGUST)]


def test_a_stay_begins_where_the_unbroken_chain_of_releases_does(summer: list[Flow]) -> None:
    june, july, august = map(by_customer, summer)
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


def test_the_first_release_of_a_shop_knows_no_earlier_stay(summer: list[Flow]) -> None:
    june = by_customer(summer[0])
    assert {str(row["segment_since"]) for row in june.values()} == {JUNE}
    assert {row["previous_segment"] for row in june.values()} > {None}, "the month before is known all the same"


def test_a_month_alone_is_another_version_of_its_own_with_the_same_segments(summer: list[Flow], tmp_path: Path) -> None:
    alone = month(without_months(summer[2], tmp_path), AUGUST)
    assert alone.plan.version("customer_rfm") != summer[2].plan.version("customer_rfm")
    assert alone.plan.version("customer_scores") == summer[2].plan.version("customer_scores")
    assert alone.manifest("customer_scores").rows_checksum == summer[2].manifest("customer_scores").rows_checksum
    assert {str(row["segment_since"]) for row in by_customer(alone).values()} == {AUGUST}
    assert "previous_customer_rfm" not in alone.manifest("customer_rfm").inputs


def test_a_month_again_is_the_same_version_and_goes_on_when_an_earlier_one_has_come(
    summer: list[Flow], tmp_path: Path
) -> None:
    without_months(summer[2], tmp_path)
    last = release_customers(Flow(tmp_path, AUGUST, **SMALL_DEMO))
    assert month(tmp_path, AUGUST).plan.version("customer_rfm") == last.plan.version("customer_rfm")
    for as_of in (JUNE, JULY):
        release_customers(Flow(tmp_path, as_of, **SMALL_DEMO))
    again = month(tmp_path, AUGUST)
    assert again.plan.version("customer_rfm") == summer[2].plan.version("customer_rfm")
    assert again.manifest("customer_rfm").rows_checksum == summer[2].manifest("customer_rfm").rows_checksum
    # Not replaced: a version's rows never change.
    assert by_customer(last) != by_customer(again)
    assert last.manifest("customer_rfm").rows_checksum != again.manifest("customer_rfm").rows_checksum


def test_another_shop_of_the_same_source_has_its_own_stays(summer: list[Flow]) -> None:
    other = month(summer[0].warehouse.root, AUGUST, shop="another")
    assert {str(row["segment_since"]) for row in by_customer(other).values()} == {AUGUST}


def test_a_release_that_cannot_be_read_or_knows_no_stays_begins_them_anew(
    summer: list[Flow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = summer[0].warehouse

    def released(day: date) -> dict[str, str]:
        found = releasing.released_earlier(warehouse, "demo", day)
        return {label: version for label, version in found.items() if dataset_of(label) == "customer_rfm"}

    assert released(date(2023, 8, 1))["previous_customer_rfm"] == summer[1].plan.version("customer_rfm")
    assert released(date(2024, 6, 1)) == {"released_12_customer_rfm": summer[0].plan.version("customer_rfm")}
    assert released(date(2023, 6, 1)) == {}
    path = releases.place(warehouse, "demo", date(2023, 7, 1), 1)
    text = path.read_text()
    path.write_text(text.replace('"demo"', '"dema"'))
    assert set(released(date(2023, 8, 1))) == {"released_12_customer_rfm"}
    said = capsys.readouterr().out
    assert said.count("WARNING The release as of 2023-07-01 is left out of stays and movements: ") == 1
    path.write_text(text)
