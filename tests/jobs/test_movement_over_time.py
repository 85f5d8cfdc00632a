"""Movement over time: counted again here, in Python, from what each month has released."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from jobs.conftest import RELEASED_DAYS as DAYS
from jobs.conftest import SMALL_DEMO
from jobs.flow import Flow
from segmentation import releasing
from segmentation.plan import months_before


@pytest.fixture
def months(released_months: dict[str, Flow]) -> dict[str, Flow]:
    return released_months


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
    first = months["2022-08-01"]
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
