"""Insights of odd data: nobody, one segment, missing figures, huge numbers, equal ones and hostile names."""

from decimal import Decimal

import pytest
from test_insights import cluster, found, of, rows_of
from test_report_page import HOSTILE, SEGMENTS, Page, make

from segmentation.stages.report.insights import as_text, insights
from segmentation.stages.report.page import render


@pytest.mark.parametrize("rows", [[], rows_of(("A", "G", 0, "0"), ("B", "At risk", 0, "0"))], ids=["none", "empty"])
def test_without_customers_nothing_stands_out(rows: list[dict]) -> None:
    report = of(rows, clusters=[], edges=[])
    assert insights(report) == []
    assert "What stands out" not in as_text(report) + Page(render(report)).words
    assert "insights" not in Page(render(report)).ids


def test_all_in_one_segment() -> None:
    report = of(rows_of(("Champions", "High value", 4000, "8000"), ("Lost", "Churned", 0, "0")))
    assert found(report) == {
        "Whom to prioritise": "All 4,000 customers are in Champions. First Champions: 4,000 customers who"
        " spent $2.00 each, $8,000.00 in all. Action for Champions.",
        "Groups": "High value: 4,000 customers (100.0%), 100.0% of all spend.",
        "Empty segments": "No customer is in Lost.",
    }


@pytest.mark.parametrize("missing", [None, float("nan"), Decimal("NaN")])
def test_missing_figures_are_left_out(missing) -> None:
    columns = ("avg_monetary", "avg_frequency", "avg_recency_days", "customers_previous", "change")
    report = make(segments=[{**row, **dict.fromkeys(columns, missing)} for row in SEGMENTS])
    assert found(report) == found(make()), "the average follows from the sums"
    unknown = [{**row, "avg_monetary": missing, "total_monetary": missing} for row in SEGMENTS]
    assert found(make(segments=unknown))["Contact first"] == (
        "Start with At Risk: 500 customers. Action for At Risk."
        " Then Can't Lose Them: 100 customers. Action for Can't Lose Them."
    )
    assert not {"Whom to prioritise", "Concentration"} & set(found(make(segments=unknown)))
    assert "spend" not in found(make(segments=unknown))["Groups"]
    assert "nan" not in (as_text(report) + as_text(make(segments=unknown))).lower()
    render(report)


def test_huge_numbers_are_exact() -> None:
    report = of(rows_of(("A", "At risk", 10**12, "9999999999999999.99"), ("B", "G", 3 * 10**12, "1")))
    text = found(report)["Contact first"]
    assert text.startswith(
        "Start with A: 1,000,000,000,000 customers who spent $10,000.00 each, $9,999,999,999,999,999.99"
    )
    assert found(report)["Groups"].endswith("G: 3,000,000,000,000 customers (75.0%), less than 0.1% of all spend.")


def test_equal_ones_go_by_name() -> None:
    parts = [("B", "At risk", 100, "500"), ("A", "At risk", 100, "500"), ("C", "At risk", 100, "500")]
    clusters = [cluster("Y", 150, "5"), cluster("X", 150, "5")]
    for rows in (rows_of(*parts), rows_of(*reversed(parts))):
        topics = found(of(rows, clusters=clusters))
        assert "highest in A: 100" in topics["Whom to prioritise"]
        assert topics["Concentration"].startswith("A and B, the segments")
        assert "Start with A: " in topics["Contact first"]
        assert "Then B: " in topics["Contact first"]
        assert "per customer, X: 150" in topics["Clusters"]


def test_names_are_cleaned_isolated_and_escaped() -> None:
    names = {"Champions": "עברית", "Can't Lose Them": HOSTILE, "New Customers": "A\n\u202eB"}
    rows = [{**row, "segment": names.get(row["segment"], row["segment"]), "action": HOSTILE} for row in SEGMENTS]
    report = make(segments=rows, clusters=[cluster(HOSTILE, 1000, "5"), cluster("עברית", 3000, "1")])
    topics = found(report)
    assert "and \u2068עברית\u2069, the segments" in topics["Concentration"]
    assert topics["Empty segments"] == "No customer is in A B."
    assert "clusters is \u2068עברית\u2069: 3,000" in topics["Clusters"]
    html = render(report)
    assert "<script>" not in html
    assert "Then \u2068&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in html
    assert "<script>" in as_text(report), "plain text stays as it is"
