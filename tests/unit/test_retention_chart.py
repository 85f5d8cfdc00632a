"""The chart of those who bought again."""

from datetime import date

import pandas as pd
from chart_boxes import check

from segmentation.stages.charts.retention import cohort_retention


def cohorts(months: int = 14, days: tuple[int, ...] = (30, 90, 180, 365)) -> pd.DataFrame:
    """Months of 100 new customers; the last ones are too young for the longer times."""
    rows = [
        (
            date(2020 + place // 12, 1 + place % 12, 1),
            length,
            100,
            None if place >= months - length // 30 else length // 10,
        )
        for place in range(months)
        for length in days
    ]
    frame = pd.DataFrame(rows, columns=["cohort_month", "days", "customers", "bought_again"])
    return frame.assign(share=frame["bought_again"] / frame["customers"])


def test_it_says_how_many_bought_again() -> None:
    chart = cohort_retention(cohorts())
    assert chart.name == "cohort-retention"
    assert chart.alt == (
        "Lines: who bought again, by month of first purchase, 14 months. 3.0% of 1,300 customers within"
        " 30 days; 9.0% of"
        " 1,100 customers within 90 days; 18.0% of 800 customers within 180 days; 36.0% of 200"
        " customers within 365 days."
    )
    assert "first purchase in all data, not only in the window" in chart.note
    assert all(f"within {days} days" in chart.svg for days in (30, 90, 180, 365))
    check(chart)


def test_it_is_the_same_twice_and_shows_the_last_months_only() -> None:
    assert cohort_retention(cohorts()).svg == cohort_retention(cohorts()).svg
    assert ", 36 months." in cohort_retention(cohorts(50)).alt
    check(cohort_retention(cohorts(50)))


def test_without_a_month_that_is_old_enough_there_is_no_chart() -> None:
    assert cohort_retention(cohorts(1)) is None
    assert cohort_retention(cohorts(0)) is None


def test_one_month_and_nobody_who_came_back_can_be_drawn() -> None:
    one = cohorts(3, (30,)).head(1).assign(bought_again=0, share=0.0)
    chart = cohort_retention(one)
    assert "0.0% of 100 customers within 30 days" in chart.alt
    check(chart)
