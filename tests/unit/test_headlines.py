"""The three sentences on top of the page say what the tables say."""

from decimal import Decimal

from test_report_page import SEGMENTS, Page, make, segment, without_previous

from segmentation.stages.report.insights import headlines
from segmentation.stages.report.page import render


def test_headlines_give_the_numbers_of_the_tables():
    assert headlines(make()) == [
        "Since 1 August 2023 the number of customers grew by 200 (5.3%) to 4,000: 330 came and 130 left;"
        " Champions grew most (+200) and At Risk shrank most (−100).",
        "The most spend comes from Champions: 1,200 customers (30.0%) account for $60,000.00, 60.0% of all spend.",
        "600 customers (15.0%) are at risk, with 19.0% of all spend; contact At Risk first:"
        " 500 customers who spent $20.00 each.",
    ]


def test_headlines_without_a_previous_month():
    sentence = headlines(without_previous())[0]
    assert sentence == ("4,000 customers spent $100,000.00 in this window; there is no earlier month to compare with.")


def test_headlines_when_nothing_changed_or_all_shrank():
    same = [{**row, "customers_previous": row["customers"], "change": 0} for row in SEGMENTS]
    assert headlines(make(segments=same, migration=[]))[0] == (
        "Since 1 August 2023 the number of customers stayed at 4,000."
    )
    fewer = [{**row, "customers_previous": row["customers"] + 10, "change": -10} for row in SEGMENTS]
    assert "fell by 50 (1.2%) to 4,000; " in headlines(make(segments=fewer, migration=[]))[0]
    assert "grew" not in headlines(make(segments=fewer, migration=[]))[0]


def test_headlines_keep_their_order_with_an_override_mark():
    rows = [{**row, "segment": "\u202e" + row["segment"]} for row in SEGMENTS]
    assert headlines(make(segments=rows)) == headlines(make())


def test_headlines_isolate_a_right_to_left_name():
    rows = [{**SEGMENTS[0], "segment": "עברית"}, *SEGMENTS[1:]]
    assert "from \u2068עברית\u2069: 1,200 customers" in headlines(make(segments=rows))[1]


def test_headlines_without_customers_at_risk_or_at_all():
    safe = [row for row in SEGMENTS if row["segment_group"] != "At risk"]
    assert headlines(make(segments=safe))[2] == "No customer is in a segment at risk."
    nobody = [segment(row["segment"], row["segment_group"], 0, None, "0", None) for row in SEGMENTS]
    empty = make(segments=nobody, customers=0, total_monetary=Decimal(0), previous_as_of=None, migration=[])
    assert headlines(empty)[1] == "No segment has customers."
    assert "No segment has customers." in Page(render(empty)).words


def test_headlines_name_the_first_of_equals():
    rows = [{**SEGMENTS[0], "segment": name} for name in ("B", "A")]
    grown, spent, _ = headlines(make(segments=rows))
    assert "; A grew most (+200)." in grown
    assert spent.startswith("The most spend comes from A:")
    rows = [{**row, "change": -5, "segment_group": "At risk"} for row in rows]
    assert "; A shrank most (−5)." in headlines(make(segments=rows))[0]
    assert "contact A first" in headlines(make(segments=rows))[2]


def test_headlines_when_an_average_is_missing():
    rows = [{**row, "avg_monetary": None} for row in SEGMENTS]  # then it follows from spend and customers
    assert headlines(make(segments=rows))[2].endswith("first: 500 customers who spent $20.00 each.")
    rows = [{**row, "avg_monetary": None, "total_monetary": float("nan")} for row in SEGMENTS]
    assert headlines(make(segments=rows))[2].endswith("contact At Risk first: 500 customers.")
