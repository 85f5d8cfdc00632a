"""`make preview` of a table with one row per customer shows what a run counts."""

import json
from pathlib import Path

import pytest

from segmentation.running.local.preview import preview

MAPPING = {"level": "customer", "customer": "Who", "last_order": "Last", "orders": "Orders", "amount": "Sum",
           "currency": "EUR", "time_zone": "Europe/Berlin", "except": {"State": "gone"}}  # fmt: skip
# cay is a day too late in Berlin, bob and gus have no spend, dan no order, hal is left out.
CUSTOMERS = """Who,Last,Orders,Sum,State
ann,2023-06-30T21:30:00Z,3,10.00,ok
bob,2023-06-29,2,0.00,ok
cay,2023-06-30T22:30:00Z,1,5.00,ok
dan,2023-05-01,0,7.00,ok
hal,2023-05-01,1,4.00,gone
gus,2023-05-01,1,-4.00,ok
"""


@pytest.fixture
def shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def show(text: str = CUSTOMERS, mapping: dict | None = None, **params: object) -> str:
        (tmp_path / "c.csv").write_text(text)
        given = {
            "files_path": str(tmp_path / "c.csv"),
            "orders_mapping": json.dumps(MAPPING | (mapping or {})),
            **params,
        }
        assert preview(given, None) == 0
        return " ".join(capsys.readouterr().out.split())

    return show


def test_what_counts_and_what_does_not_is_shown(shown) -> None:
    text = shown(as_of="2023-07-01")
    assert "last_order 'Last', such as '2023-06-30T21:30:00Z'" in text
    assert (
        "The first 2 rows that will count row customer time orders amount 2 ann 2023-06-30 23:30 3 EUR 10.00 "
        "4 cay 2023-07-01 00:30 1 EUR 5.00" in text
    )
    assert "1 of 5 lines refused (20.0%), with 26.9% of the amounts that could be read:" in text
    assert "1 orders that are no whole number from 1 to 1,000,000,000: row 5 of c.csv, where the cell holds '0'" in text
    for words in (
        "1 left out by only and except: first row 6 of c.csv",
        "1 with an amount below 0",
        "1 with an amount of 0",
    ):
        assert words in text
    assert "all data 2023-05-01 2023-07-01 2 4 EUR 15.00 the run 2023-05-01 2023-06-30 1 3 EUR 10.00" in text
    assert "1 of 4 customers are left out, because their last order was on 2023-07-01 or later" in text


def test_without_a_day_everybody_counts_and_nobody_is_late(shown) -> None:
    text = shown()
    assert "all data 2023-05-01 2023-07-01 2 4 EUR 15.00" in text
    assert "With AS_OF=2023-07-01 or another day, a run as of it is shown too." in text
    assert "are left out, because" not in text


def test_free_orders_count_where_the_mapping_says_so(shown) -> None:
    assert "2023-07-01 3 6 EUR 15.00" in shown(mapping={"free_orders": "count"})


def test_a_customer_on_several_rows_is_told_before_a_run(shown) -> None:
    text = shown(CUSTOMERS + "ann,2023-01-01,1,2.00,ok\n")
    assert "A run would fail: 1 customers have more than one row, such as ann, who has 2." in text
