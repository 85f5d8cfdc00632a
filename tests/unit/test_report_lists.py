"""The lists of customers and the checks of the data on the report page."""

from segmentation.stages.report.page import render
from unit.test_report_page import HOSTILE, Page, make, without_previous

LISTS = [
    {"name": "champions", "segment": "Champions", "only_moved": False, "customers": 1200},
    {"name": "at-risk", "segment": "At Risk", "only_moved": False, "customers": 500},
    {"name": "moved-into-at-risk", "segment": "At Risk", "only_moved": True, "customers": 41},
]
CHECKS = [
    {"dataset": "reviews", "found": "All are known", "limit": "must hold", "verdict": "passed"},
    {"dataset": "purchases", "found": "9% have no price", "limit": "warns above 5.0%", "verdict": "warning"},
]


def test_the_lists_are_named_with_their_customers_and_their_place() -> None:
    page = Page(render(make(lists=LISTS, lists_folder="exports/as_of=2023-09-01/version=0123456789ab")))
    assert "lists" in page.ids
    assert "#lists" in page.links
    for words in ("moved-into-at-risk 41", "champions 1,200", "exports/as_of=2023-09-01/version=0123456789ab"):
        assert words in " ".join(page.text.split())


def test_without_a_month_before_there_are_no_lists_of_moves() -> None:
    text = Page(render(without_previous(lists=LISTS[:2]))).text
    assert "Moved here" not in text
    assert "All customers of a segment" in text


def test_a_report_without_lists_has_no_section_for_them() -> None:
    assert "lists" not in Page(render(make())).ids


def test_the_checks_are_counted_and_shown() -> None:
    text = " ".join(Page(render(make(checks=CHECKS))).text.split())
    assert "Checks: 2 made, 1 passed" in text
    assert "purchases 9% have no price warns above 5.0% warning" in text


def test_names_and_findings_are_text() -> None:
    lists = [{**LISTS[0], "segment": HOSTILE}]
    checks = [{**CHECKS[0], "found": HOSTILE}]
    html = render(make(lists=lists, checks=checks))
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert Page(html).text.count("<script>alert(1)</script> {{ 7*7 }}") == 2
