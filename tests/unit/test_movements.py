"""The movements in words: who moved, came and left, with numbers worked out by hand here."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from test_report_page import HOSTILE, Page, make, without_previous

from segmentation.stages.report.movements import CAME, LEFT, MOVED, movements
from segmentation.stages.report.page import render
from segmentation.warehouse.words import Words


def move(before: str, now: str, customers: int, spend: Any = "100") -> dict:
    spend = None if spend is None else Decimal(spend)
    return {"segment_previous": before, "segment": now, "customers": customers, "monetary": spend}


def found(*rows: dict, **changes) -> dict[str, tuple[str, ...]]:
    return {one.topic: one.sentences for one in movements(make(migration=rows, **changes))}


def test_each_kind_of_movement_has_its_own_words() -> None:
    rows = [
        move("Champions", "Champions", 600), move("Champions", "Lost", 100, "5000"), move("Champions", "gone", 300),
        move("Lost", "Champions", 7), move("new", "Champions", 1204, "48160.40"), move("Lost", "gone", 312, "9000.10"),
    ]  # fmt: skip
    assert found(*rows) == {
        MOVED: (
            "100 customers moved from Champions to Lost: 10.0% of those who were in Champions, with $5,000 of spend.",
            "7 customers moved from Lost to Champions: 2.2% of those who were in Lost, with $100 of spend.",
        ),
        CAME: ("1,204 new customers start in Champions, spending $48,160.",),
        LEFT: (
            "312 customers of Lost left: no purchase in the window; they had spent $9,000.",
            "300 customers of Champions left: no purchase in the window; they had spent $100.",
        ),
    }


def test_one_customer_and_an_unknown_spend_read_well() -> None:
    rows = [move("A", "B", 1, None), move("A", "A", 4999), move("new", "A", 1, None), move("B", "gone", 1, None)]
    assert found(*rows) == {
        MOVED: ("1 customer moved from A to B: less than 0.1% of those who were in A.",),
        CAME: ("1 new customer starts in A.",),
        LEFT: ("1 customer of B left: no purchase in the window.",),
    }
    orders = found(move("B", "gone", 2), words=Words("order", "orders", "orders"), currency="EUR")
    assert orders[LEFT] == ("2 customers of B left: no order in the window; they had spent EUR\u00a0100.",)


def test_the_ten_largest_by_customers_and_equal_ones_by_name() -> None:
    rows = [move(f"S{n}", "Z", 50 + n) for n in range(10)] + [
        move("B", "C", 55),
        move("B", "A", 55),
        move("A", "B", 55),
    ]
    texts = found(*rows)[MOVED]
    assert len(texts) == 10
    order = [(text.split()[0], text.split("from ")[1].split(":")[0]) for text in texts]
    assert order == [
        ("59", "S9 to Z"), ("58", "S8 to Z"), ("57", "S7 to Z"), ("56", "S6 to Z"), ("55", "A to B"), ("55", "B to A"),
        ("55", "B to C"), ("55", "S5 to Z"), ("54", "S4 to Z"), ("53", "S3 to Z"),
    ]  # fmt: skip
    assert found(*reversed(rows))[MOVED] == texts
    outside = [move("new", f"S{n}", n) for n in range(1, 10)] + [move(f"S{n}", "gone", n) for n in range(1, 10)]
    assert [text.split()[0] for text in found(*outside)[CAME]] == ["9", "8", "7", "6", "5"]
    assert [text.split()[0] for text in found(*outside)[LEFT]] == ["9", "8", "7", "6", "5"]


def test_there_are_none_without_a_month_before_or_when_all_stayed() -> None:
    first = replace(without_previous(), migration=[move("new", "Champions", 5)])  # all are new then
    assert movements(first) == []
    assert found(move("A", "A", 5), move("A", "B", 0)) == {}
    assert "Moved between" not in Page(render(make(migration=[move("A", "A", 5)]))).words


def test_names_are_cleaned_isolated_and_escaped() -> None:
    rows = [move("עברית", "A\u202e\nB", 5), move(HOSTILE, "gone", 5)]
    assert found(*rows)[MOVED][0].startswith(
        "5 customers moved from \u2068עברית\u2069 to A B: 100.0% of those who were in \u2068עברית\u2069, with"
    )
    html = render(make(migration=rows))
    assert "<script>" not in html
    assert "of \u2068&lt;script&gt;alert(1)" in html


def test_huge_numbers() -> None:
    rows = [move("A", "B", 10**15, "9999999999999999.99"), move("A", "A", 10**15)]
    assert found(*rows)[MOVED] == (
        "1,000,000,000,000,000 customers moved from A to B: 50.0% of those who were in A, with"
        " $10,000,000,000,000,000 of spend.",
    )
