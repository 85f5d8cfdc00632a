"""What stands out: the sentences hold numbers worked out by hand here, and change with the tables."""

import re
from decimal import Decimal

import pytest
from test_report_page import SEGMENTS, Page, make, segment, without_previous

from segmentation.stages.report.insights import as_text, headlines, insights
from segmentation.stages.report.page import render
from segmentation.stages.report.shown import Report
from segmentation.warehouse.words import Words

FREQUENCY_SAYS = (
    "So frequency says who came back, and hardly how often: a score of frequency parts few from the many, and recency "
    "and spend tell the many apart."
)


def found(report: Report) -> dict[str, str]:
    """The text of each topic."""
    topics = {one.topic: one.text for one in insights(report)}
    assert len(topics) == len(insights(report))
    return topics


def of(rows: list[dict], **changes) -> Report:
    """A report of these segments; customers and spend are their sums. There is no month before."""
    customers = sum(row["customers"] for row in rows)
    spend = sum((row["total_monetary"] for row in rows), Decimal(0))
    return make(segments=rows, customers=customers, total_monetary=spend, previous_as_of=None, migration=[], **changes)


def rows_of(*parts: tuple[str, str, int, str]) -> list[dict]:
    """Segments from (name, group, customers, spend)."""
    return [
        segment(name, group, n, (Decimal(spend) / n).quantize(Decimal("0.01")) if n else None, spend, None)
        for name, group, n, spend in parts
    ]


def cluster(label: str, customers: int, each: str) -> dict:
    sums = {"customers": customers, "total_monetary": Decimal(each) * customers}
    judged = {"silhouette": None, "recovery": None, "trust": ""}
    return {
        "label": label,
        **judged,
        **sums,
        "avg_monetary": Decimal(each),
        "avg_recency_days": 9.0,
        "avg_frequency": 1.0,
    }


def frequency(*bins: tuple[str | None, str | None, int]) -> list[dict]:
    """Bins of frequency from (lower, upper, customers), and one of recency that must not count."""
    edges = [
        {"metric": "frequency", "score": score, "lower": lower and Decimal(lower), "upper": upper and Decimal(upper),
         "customers": customers}
        for score, (lower, upper, customers) in enumerate(bins, 1)
    ]  # fmt: skip
    return [*edges, {"metric": "recency", "score": 5, "lower": None, "upper": Decimal(2), "customers": 99}]


def test_the_topics_and_their_order() -> None:
    report = make(clusters=[cluster("A", 1000, "9"), cluster("B", 3000, "30")], edges=frequency((None, "2", 3000)))
    assert list(found(report)) == [
        "Whom to prioritise", "Groups", "Concentration", "Bought once", "Contact first", "Clusters", "Empty segments",
    ]  # fmt: skip
    assert insights(report) == insights(report)


def test_whom_to_prioritise() -> None:
    # At risk: 19,000 / 600 = 31.67. Champions bring most in all, Can't Lose Them most each, but they are at risk.
    assert found(make())["Whom to prioritise"] == (
        "Most spend, in all and per customer, comes from High value: 1,200 customers (30.0%) bring 60.0% of all spend,"
        " $50.00 each. Of all segments, spend per customer is highest in Can't Lose Them: 100 customers (2.5%) bring"
        " 9.0% of all spend, $90.00 each. First Champions: 1,200 customers who spent $50.00 each, $60,000.00 in all."
        " Action for Champions."
    )


def test_whom_to_prioritise_when_one_group_gives_most_and_another_most_each() -> None:
    rows = rows_of(("A", "Many", 300, "300"), ("B", "Rich", 100, "200"))
    text = found(of(rows))["Whom to prioritise"]
    assert text == (
        "Most spend in all comes from Many: 300 customers (75.0%) bring 60.0% of all spend, $1.00 each."
        " Spend per customer is highest in Rich: 100 customers (25.0%) bring 40.0% of all spend, $2.00 each."
        " Of all segments, spend per customer is highest in B: 100 customers (25.0%) bring 40.0% of all spend,"
        " $2.00 each. First A: 300 customers who spent $1.00 each, $300.00 in all. Action for A. Then B: 100 customers"
        " who spent $2.00 each, $200.00 in all. Action for B."
    )


def test_groups_have_their_shares_and_an_empty_or_unknown_one_has_no_sentence() -> None:
    assert found(make())["Groups"] == (
        "High value: 1,200 customers (30.0%), 60.0% of all spend. At risk: 600 customers (15.0%), 19.0% of all spend."
        " Churned: 2,200 customers (55.0%), 21.0% of all spend."
    )


def test_the_sentences_change_with_the_data() -> None:
    rows = [dict(row) for row in SEGMENTS]
    rows[1] |= {"customers": 1000, "total_monetary": Decimal("25000.00"), "avg_monetary": Decimal("25.00")}
    before, after = found(make()), found(of(rows))
    assert "New: 1,000 customers (20.0%), 20.0% of all spend." in after["Groups"]
    assert "High value: 1,200 customers (24.0%), 48.0% of all spend." in after["Groups"]
    assert "Empty segments" in before
    assert "Empty segments" not in after


def test_groups_of_a_map_of_your_own() -> None:
    report = of(rows_of(("Gold", "Stammkunden", 50, "500"), ("Tin", "Laufkundschaft", 150, "500")))
    assert found(report)["Groups"] == (
        "Stammkunden: 50 customers (25.0%), 50.0% of all spend."
        " Laufkundschaft: 150 customers (75.0%), 50.0% of all spend."
    )
    assert "Contact first" not in found(report)
    assert not re.search("High value|At risk|Churned", as_text(report))


def test_concentration_takes_the_fewest_segments_that_bring_half() -> None:
    # By spend per customer: Can't Lose Them 9,000 is too little, with Champions it is 69,000 of 100,000.
    assert found(make())["Concentration"] == (
        "Can't Lose Them and Champions, the segments with the most spend per customer, hold 32.5% of customers and"
        " bring 69.0% of all spend."
    )
    one = found(of(rows_of(("A", "G", 100, "500"), ("B", "G", 300, "500"))))
    assert one["Concentration"] == (
        "A, the segment with the most spend per customer, holds 25.0% of customers and brings 50.0% of all spend."
    )
    many = rows_of(*[(f"S{n}", "G", 100, str(100 + n)) for n in range(10)])  # 109 + ... + 105 = 535 of 1,045
    assert found(of(many))["Concentration"] == (
        "The 5 segments with the most spend per customer, of 10, hold 50.0% of customers and bring 51.2% of all spend."
    )
    assert "Concentration" not in found(of(rows_of(("A", "G", 100, "500")))), "one segment has all"
    assert "Concentration" not in found(of(rows_of(("A", "G", 100, "300"), ("B", "G", 300, "700"))))


SCORED = {
    "edges": {"scoring": "edges"},
    "right": {"scoring": "edges", "bins_closed": "right"},
    "seed": {"scoring": "seed"},
}


def test_bought_once() -> None:
    bins = frequency((None, "2", 3120), ("2", "3", 600), ("3", None, 280))
    assert found(make(edges=bins))["Bought once"] == (
        "3,120 of 4,000 customers (78.0%) made one purchase only in the window. " + FREQUENCY_SAYS
    )
    few = frequency((None, "2", 2400), ("2", None, 1600))
    assert found(make(edges=few))["Bought once"].endswith("(60.0%) made one purchase only in the window.")
    days = make(edges=bins, words=Words("order", "orders", "days with an order"))
    assert found(days)["Bought once"].endswith("(78.0%) bought on one day only in the window. " + FREQUENCY_SAYS)
    lines = make(edges=bins, words=Words("order", "orders", "order lines"))
    assert found(lines)["Bought once"].endswith("(78.0%) bought one order line only in the window. " + FREQUENCY_SAYS)


@pytest.mark.parametrize(
    ("scoring", "bins", "said"),
    [
        ("edges", [(None, "3", 3120), ("3", None, 880)], ""),  # once or twice
        ("edges", [(None, None, 4000)], ""),
        ("edges", [(None, "2", 0), ("2", None, 4000)], ""),
        ("edges", [], ""),
        ("seed", [("1", "1", 800), ("1", "1", 800), ("1", "2", 800)], ""),  # the cut goes through those with one
        ("seed", [("1", "1", 800), ("1", "1", 800), ("2", "9", 2400)], "1,600 of 4,000 customers (40.0%)"),
        ("seed", [("1", "2", 800), ("2", "9", 3200)], ""),
        ("right", [(None, "1", 3120), ("1", "3", 600), ("3", None, 280)], "3,120 of 4,000 customers (78.0%)"),
        ("right", [(None, "1", 3120), ("1", "1", 0), ("1", None, 880)], "3,120 of"),  # as quantiles give it
        ("right", [(None, "2", 3120), ("2", None, 880)], ""),  # once or twice
        ("edges", [(None, "1", 0), ("1", "1", 0), ("1", "2", 3120), ("2", None, 880)], "3,120 of"),
    ],
)
def test_bought_once_is_said_only_of_bins_with_exactly_one(scoring: str, bins: list, said: str) -> None:
    text = found(make(edges=frequency(*bins), settings=SCORED[scoring])).get("Bought once", "")
    assert text.startswith(said)
    assert bool(text) == bool(said)


def test_contact_first() -> None:
    assert found(make())["Contact first"] == (
        "Start with At Risk: 500 customers who spent $20.00 each, $10,000.00 in all. Action for At Risk."
        " Then Can't Lose Them: 100 customers who spent $90.00 each, $9,000.00 in all. Action for Can't Lose Them."
    )
    row = {**segment("Nearly gone", "At risk", 40, Decimal(3), "120", None), "action": "Write to them"}
    assert found(of([row]))["Contact first"].endswith("$120.00 in all. Write to them.")


def test_clusters() -> None:
    two = [cluster("Rich", 1000, "70"), cluster("Many", 3000, "10")]
    assert found(make(clusters=two))["Clusters"] == (
        "The largest of 2 clusters is Many: 3,000 customers (75.0%) bring 30.0% of all spend, $10.00 each."
        " Spend per customer is highest in Rich: 1,000 customers (25.0%) bring 70.0% of all spend, $70.00 each."
    )
    same = [cluster("Both", 3000, "30"), cluster("Rest", 1000, "10")]
    assert found(make(clusters=same))["Clusters"] == (
        "The largest of 2 clusters is also the one with the most spend per customer, Both: 3,000 customers (75.0%)"
        " bring 90.0% of all spend, $30.00 each."
    )
    assert "Clusters" not in found(make(clusters=two[:1]))


def test_empty_segments() -> None:
    assert found(make())["Empty segments"] == "No customer is in New Customers."
    rows = rows_of(("A", "G", 90, "9"), ("B", "G", 0, "0"), ("C", "G", 0, "0"), ("D", "G", 0, "0"))
    assert found(of(rows))["Empty segments"] == "No customer is in B, C or D."


def test_few_customers_are_a_warning() -> None:
    few, enough = rows_of(("A", "At risk", 29, "900"), ("B", "Rest", 71, "100")), rows_of(("A", "At risk", 30, "900"))
    topics = found(of(few))
    for topic in ("Whom to prioritise", "Groups", "Concentration", "Contact first"):
        assert "Take care: " in topics[topic]
        assert topics[topic].endswith("has fewer than 30 customers.")
    assert "Take care: A has" in topics["Contact first"]
    assert "Take care" not in as_text(of([*enough, *few[1:]]))
    clusters = [cluster("Tiny", 2, "70"), cluster("Small", 29, "10")]
    assert found(make(clusters=clusters))["Clusters"].endswith(
        "Take care: Small and Tiny have fewer than 30 customers."
    )


def test_few_customers_in_all_are_one_warning_on_top() -> None:
    report = of(rows_of(("A", "At risk", 12, "60"), ("B", "Rest", 17, "50")))
    assert (
        insights(report)[0].text
        == "There are 29 customers in all. With fewer than 30, every figure here is only a hint."
    )
    assert "Take care" not in as_text(report)
    assert "Few customers" not in found(of(rows_of(("A", "At risk", 30, "60"))))


def test_one_customer_reads_well() -> None:
    rows = rows_of(("Champions", "High value", 1, "12.50"), ("Lost", "Churned", 0, "0"))
    report = of(rows, edges=frequency((None, "2", 1)))
    assert [one.text for one in insights(report)] == [
        "There is 1 customer in all. With fewer than 30, every figure here is only a hint.",
        "The one customer is in Champions. First Champions: 1 customer who spent $12.50. Action for Champions.",
        "High value: 1 customer (100.0%), 100.0% of all spend.",
        "1 of 1 customer (100.0%) made one purchase only in the window. " + FREQUENCY_SAYS,
        "No customer is in Lost.",
    ]
    assert headlines(report)[0].startswith("1 customer spent $12.50 in this window;")
    assert ": 1 customer (100.0%) accounts for $12.50, " in headlines(report)[1]


def test_one_customer_among_others_reads_well() -> None:
    report = of(rows_of(("Slipping", "At risk", 1, "50"), ("Rest", "Rest", 99, "50")))
    assert "Slipping: 1 customer (1.0%) brings 50.0% of all spend, $50.00. " in found(report)["Whom to prioritise"]
    assert found(report)["Contact first"].startswith("Start with Slipping: 1 customer who spent $50.00. Action")
    assert headlines(report)[2].startswith("1 customer (1.0%) is at risk, with 50.0% of all spend; contact Slipping")
    assert headlines(report)[2].endswith(" first: 1 customer who spent $50.00.")
    assert not re.search(r"(?<![\d,.])1 customers", as_text(report) + Page(render(report)).words)


def test_text_for_an_email() -> None:
    lines = as_text(make()).splitlines()
    assert lines[:5] == [
        "Customer segmentation: Electronics",
        "Electronics, as of 1 September 2023. Purchases from 1 September 2022 to 31 August 2023 (UTC). Source: demo.",
        "Generated demo data: these customers and purchases are made up.",
        "",
        "In short",
    ]
    assert lines[5:8] == [f"- {sentence}" for sentence in headlines(make())]
    assert lines[8:10] == ["", "What stands out"]
    assert "- Empty segments: No customer is in New Customers." in lines
    assert lines[-5:] == [
        "New since last month", "- 330 new customers start in Champions, spending $3.", "",
        "Left since last month", "- 130 customers of Lost left: no purchase in the window; they had spent $4.",
    ]  # fmt: skip
    assert as_text(make()).endswith(".\n")
    alone = as_text(without_previous(generated_data=False))
    assert "month\n" not in alone
    assert "demo data" not in alone
