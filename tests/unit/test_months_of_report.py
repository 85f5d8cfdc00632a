"""Movement over time in the report: sentences, stays and the page, with numbers worked out by hand here."""

from datetime import date
from typing import Any

from test_report_page import HOSTILE, Page, make, without_previous

from segmentation.stages.report import months
from segmentation.stages.report.page import render
from segmentation.stages.report.shown import Report


def stay(segment: str, held: int, customers: int, ended: bool = False) -> dict[str, Any]:
    return {"segment": segment, "months": held, "ended": ended, "customers": customers}


def year(then: str, now: str, customers: int) -> dict[str, Any]:
    return {"segment_year_ago": then, "segment": now, "customers": customers, "monetary": None}


def moved(day: date, **customers: int) -> list[dict[str, Any]]:
    return [{"as_of_date": day, "movement": name, "customers": count} for name, count in customers.items()]


def of_stays(*rows: dict[str, Any]) -> dict[str, months.Stay]:
    return {one.segment: one for one in months.stays(make(stays=rows))}


def test_stays_are_told_by_the_median_and_by_those_who_stay_long() -> None:
    found = of_stays(
        stay("Champions", 0, 2), stay("Champions", 5, 3), stay("Champions", 6, 1), stay("Champions", 12, 4),
        stay("Champions", 1, 3, ended=True), stay("Champions", 9, 1, ended=True), stay("Lost", 0, 7),
    )  # fmt: skip
    assert found["Champions"] == months.Stay("Champions", 10, 5, 5, 4, 4, 1)
    assert found["Lost"] == months.Stay("Lost", 7, 0, 0, 0, 0, None)
    assert "New Customers" not in found, "nobody is in it"


def test_where_nothing_was_released_before_there_is_nothing_to_say_of_stays() -> None:
    assert of_stays(stay("Champions", 0, 2), stay("Lost", 0, 9)) == {}


def test_those_of_a_year_ago_are_told_from_the_largest_move_on() -> None:
    rows = [
        year("Champions", "Champions", 250), year("Champions", "Lost", 120), year("Champions", "At Risk", 120),
        year("Champions", "New Customers", 9), year("Champions", "Can't Lose Them", 1), year("Champions", "gone", 500),
        year("new", "Champions", 7), year("Lost", "gone", 1), year("A segment of then", "Lost", 5),
    ]  # fmt: skip
    assert months.a_year_ago(make(year_migration=rows)) == [
        "Of 1,000 customers in Champions a year ago: 250 (25.0%) still there, 120 (12.0%) in At Risk, 120 (12.0%) in "
        "Lost, 9 (0.9%) in New Customers, 1 (0.1%) in other segments and 500 (50.0%) gone.",
        "Of 1 customer in Lost a year ago: 0 (0.0%) still there and 1 (100.0%) gone.",
    ]


def with_months(name: str = "Champions") -> Report:
    history = moved(date(2023, 9, 1), stayed=5, rose=1234) + moved(date(2023, 7, 1), stayed=4)
    return make(
        movement_history=history,
        stays=[stay(name, 3, 5)],
        year_migration=[year(name, "gone", 5)],
        segments=[{**make().segments[0], "segment": name}],
    )


def test_the_page_shows_the_months_from_the_last_one_on() -> None:
    page = Page(render(with_months()))
    assert "movement" in page.ids
    assert page.words.index("1 September 2023 5 1,234") < page.words.index("1 July 2023 4")
    assert "Of 5 customers in Champions a year ago" in page.words
    assert "movement" not in Page(render(without_previous())).ids


def test_names_on_it_are_only_text() -> None:
    html = render(with_months(HOSTILE))
    assert "<script>" not in html and "onerror=y>" not in html
