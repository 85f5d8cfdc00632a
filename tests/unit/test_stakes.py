"""Whom to contact first, by what is at stake; who comes back; names that do not fit. Figures are worked out by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from test_insights import found, of, rows_of
from test_report_page import Page, make

from segmentation.stages.report.facts import segments
from segmentation.stages.report.fits import found_sentence, with_claims
from segmentation.stages.report.insights import as_text, headlines
from segmentation.stages.report.page import key_figures, render
from segmentation.stages.report.stakes import at_risk, at_stake, return_rate


def history(
    row: dict, once: int, spend_once: str, back: int, spend_back: str, days: float | None, recency: float
) -> dict:
    return row | {
        "bought_once": once, "monetary_once": Decimal(spend_once), "came_back": back,
        "monetary_came_back": Decimal(spend_back), "median_days_to_return": days, "avg_recency_days": recency,
    }  # fmt: skip


def cohort(month: int, days: int, customers: int, again: int | None) -> dict:
    share = None if again is None else again / customers
    return {
        "cohort_month": date(2022, month, 1),
        "days": days,
        "customers": customers,
        "bought_again": again,
        "share": share,
    }


def shop(**changes):
    """Many small one-time buyers in one segment at risk, few who come back in another, and the rest."""
    many, few, late, rest = rows_of(
        ("Many", "At risk", 600, "6000"), ("Few", "At risk", 50, "5000"), ("Late", "At risk", 50, "7000"),
        ("Rest", "High value", 300, "22000"),
    )  # fmt: skip
    rows = [
        history(many, 590, "5310", 20, "400", 40.0, 200.0),
        history(few, 0, "0", 50, "5000", 64.0, 280.0),
        history(late, 0, "0", 50, "7000", 90.0, 60.0),  # usually takes longer than it has been
        history(rest, 100, "2000", 250, "20000", 30.0, 10.0),
    ]
    changes = {"cohorts": [cohort(1, 365, 200, 20), cohort(2, 365, 300, 40)], **changes}
    return of(rows, **changes)


def test_a_year_of_new_customers_says_how_many_come_back() -> None:
    assert return_rate(shop()) == 60 / 500
    assert return_rate(shop(cohorts=[])) is None
    young = [cohort(1, 365, 200, None), cohort(1, 30, 200, 100)]
    assert return_rate(shop(cohorts=young)) is None, "30 days are no year, and this month is too young"
    assert return_rate(shop(cohorts=[cohort(m, 365, 100, 0 if m == 1 else 10) for m in range(1, 13)])) == 110 / 1200


def test_what_is_at_stake_is_what_those_spent_who_come_back() -> None:
    report = shop()
    stakes = {part.name: round(float(at_stake(report, part)), 2) for part in segments(report)}
    # 400 and 12% of 5,600; all of it; all of it; 20,000 and 12% of 2,000.
    assert stakes == {"Many": 1072.0, "Few": 5000.0, "Late": 7000.0, "Rest": 20240.0}
    # Late has more at stake, but is not overdue.
    assert [part.name for part in at_risk(report)] == ["Few", "Many", "Late"]


def test_contact_first_says_why() -> None:
    assert found(shop())["Contact first"] == (
        "Start with Few: 50 customers who spent $100.00 each, $5,000.00 in all. At stake: $5,000, what those"
        " spent who ever"
        " came back: 50 of 50. Half of those who came back did so within 64 days; the segment has been away"
        " for 280 days on"
        " average. So they are overdue. Action for Few."
        " Then Many: 600 customers who spent $10.00 each, $6,000.00 in all. At"
        " stake: $1,072, all"
        " that those spent who ever came back, 20 of 600, and 12.0% of the rest, as many new customers buy"
        " again within a"
        " year. Half of those who came back did so within 40 days; the segment has been away for 200 days on"
        " average. So they are overdue. It is"
        " large because of one-time small buyers: 590 (98.3%) bought once, for $9.00 each; the average of"
        " all is $40.00."
        " Action for Many."
    )


def test_who_is_not_overdue_is_said_so() -> None:
    late = [row for row in shop().segments if row["segment"] in ("Late", "Rest")]
    assert (
        "away for 60 days on average. So they are not overdue yet. Action for Late." in found(of(late))["Contact first"]
    )


def test_a_segment_that_nobody_came_back_of() -> None:
    row = history(rows_of(("Lone", "At risk", 40, "400"))[0], 40, "400", 0, "0", None, 100.0)
    text = found(of([row], cohorts=[cohort(1, 365, 100, 25)]))["Contact first"]
    assert "At stake: $100: none of them ever came back; 25.0% of new customers buy again within a year." in text
    assert "At stake: $0: 0 customers" in found(of([row]))["Contact first"]


def test_what_is_at_risk_says_how_much_of_it_ever_came_back() -> None:
    report = shop()
    # 120 of 700 customers, 12,400 of 18,000.
    said = "17.1% of them ever came back, with 68.9% of that spend"
    assert (
        f"700 customers (70.0%) are at risk, with 45.0% of all spend ({said}); contact Few first"
        in headlines(report)[2]
    )
    assert f"At risk: 700 customers (70.0%), 45.0% of all spend; {said}." in found(report)["Groups"]
    (note,) = [note for label, _, note in key_figures(report) if label == "At risk: share of spend"]
    assert note == "700 customers, $18.0K, 68.9% of it of customers who ever came back"


def test_a_shop_of_one_time_buyers_is_told_what_frequency_says() -> None:
    edges = [
        {"metric": "frequency", "score": 1, "lower": None, "upper": Decimal(2), "customers": 690},
        {"metric": "frequency", "score": 2, "lower": Decimal(2), "upper": None, "customers": 310},
    ]
    assert (
        "In all data up to this month 370 of them (37.0%) bought on two days or more: a window that reaches back to the"
        " beginning would score so many as having come back."
    ) in found(shop(edges=edges))["Bought once"]


def test_how_many_come_back_and_after_how_long() -> None:
    cohorts = [cohort(1, 30, 200, 10), cohort(2, 30, 300, 20), cohort(1, 365, 200, 40), cohort(2, 365, 300, None)]
    seconds = [
        {"segment": "Rest", "days": 30, "customers": 500, "came_back": 30, "median_days": 9.0},
        {"segment": "Rest", "days": 365, "customers": 40, "came_back": 10, "median_days": 64.5},
        {"segment": "Many", "days": 365, "customers": 160, "came_back": 0, "median_days": None},
        {"segment": "Few", "days": 365, "customers": 29, "came_back": 9, "median_days": 2.0},  # too few to say
    ]
    assert found(shop(cohorts=cohorts, second_purchases=seconds))["Coming back"] == (
        "Of new customers 6.0% within 30 days and 20.0% within 365 days bought again, on a later day; new"
        " are those whose"
        " first purchase in all data, not only in the window, lies in the last 12 months for which so many days have"
        " passed. After a first basket that makes Many, 0.0% of 160 customers bought again within 365 days."
        " After a first"
        " basket that makes Rest, 25.0% of 40 customers bought again within 365 days, half of them within 64 days."
    )
    assert "Coming back" not in found(shop(cohorts=[cohort(1, 30, 29, 9)]))


def claim(segment: str, number: int, held: bool | None, text: str = "all bought at least twice") -> dict:
    return {
        "segment": segment,
        "claim_number": number,
        "claim": text,
        "held": held,
        "found": f"{number}.0% bought at least twice",
    }


def misfits():
    """Few has two claims that do not hold, of three; of Many nothing is known."""
    claims = [claim("Few", 3, False), claim("Few", 1, False), claim("Few", 2, True), claim("Many", 1, None)]
    return replace(shop(), segments=with_claims(shop().segments, claims))


def test_a_name_that_does_not_fit_is_said_beside_the_segment() -> None:
    report = misfits()
    assert found(report)["Names that do not fit"] == (
        "Few: claimed is that all bought at least twice; found: 1.0% bought at least twice. 1 claim more does not hold."
        " Look at what was found before you act on such a name."
    )
    page = Page(render(report)).words
    assert page.count("The name does not fit its customers this month.") == 1
    assert "Claimed: all bought at least twice. Found: 1.0% bought at least twice." in page
    assert "Names that do not fit: Few: claimed is that" in as_text(report)
    assert "Names that do not fit" not in found(shop())


def test_advice_does_not_go_against_what_was_found() -> None:
    text = found(misfits())["Contact first"]
    assert "Action for Few" not in text
    assert "Its name does not fit its customers, so look before you act on it: 1.0% bought at least twice." in text
    assert "Action for Many." in text


def test_what_was_found_stands_beside_what_the_map_says() -> None:
    report = shop()
    # 10 each of an average of 40.
    assert found_sentence(report, report.segments[0]) == (
        "Found: 98.3% bought once; 3.3% ever came back; $10.00 spent on average, 0.2 times what all did;"
        " last here 200 days"
        " ago on average."
    )
    nobody = make().segments[1]
    assert found_sentence(make(), nobody) == ""
    assert "Found: 98.3% bought once;" in Page(render(report)).words
