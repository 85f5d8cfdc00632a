"""The charts of what customers say."""

import pandas as pd
import pytest
from chart_boxes import HOSTILE, check, texts
from sentiment_tables import MONTHS, row, sentiment

from segmentation.stages.charts.drawing import Chart
from segmentation.stages.charts.sentiment import sentiment_by_segment, sentiment_over_months, signed

GROUPS = {"Champions": "High value", "Lost": "Churned"}


def draw_all(one: str = "Champions", other: str = "Lost") -> list[Chart]:
    found = sentiment(one, other)
    window, months = found[found["review_month"].isna()], found[found["review_month"].notna()]
    return [sentiment_by_segment(window, GROUPS), sentiment_over_months(months, [one, other], GROUPS)]


def test_the_mean_of_each_segment_stands_beside_its_point_and_its_reviews() -> None:
    chart, _ = draw_all()
    check(chart)
    assert chart.alt == (
        "Points with lines: mean sentiment of 2 segments, from -1 to 1. Highest: Champions, +0.65. Lowest: Lost, −0.12."
    )
    shown = texts(chart)
    assert shown.index("+0.65") > shown.index("−0.12")  # the order of the table
    assert "400 reviews" in shown
    assert "95% confidence" in chart.note


def test_the_months_share_one_scale_and_one_with_few_reviews_is_left_out() -> None:
    _, chart = draw_all()
    check(chart)
    assert chart.alt == (
        "Small lines: mean sentiment of 2 segments in 3 months, from Jun 2023 to Aug 2023, all on one scale from"
        " −0.20 to +0.60."
    )
    assert "fewer than 10 reviews" in chart.note
    assert texts(chart).count("Jun 2023") == texts(chart).count("Aug 2023") == 2


def test_hostile_names_are_text() -> None:
    for chart in draw_all(HOSTILE, "x" * 300):
        check(chart)


def test_where_nobody_wrote_there_is_no_chart() -> None:
    none = pd.DataFrame([row("Lost", None, 0, None), row("Lost", MONTHS[0], 0, None)]).astype({"review_month": object})
    assert sentiment_by_segment(none[none["review_month"].isna()], GROUPS) is None
    assert sentiment_over_months(none[none["review_month"].notna()], ["Lost"], GROUPS) is None
    assert sentiment_over_months(none.iloc[:0], ["Lost"], GROUPS) is None


def test_one_review_in_one_month_can_be_drawn() -> None:
    check(sentiment_by_segment(pd.DataFrame([row("Lost", None, 1, "0")]), GROUPS))
    check(sentiment_over_months(pd.DataFrame([row("Lost", MONTHS[0], 10, "0")]), ["Lost"], GROUPS))


@pytest.mark.parametrize(("value", "text"), [(0.5249, "+0.52"), (-0.1, "−0.10"), (-0.001, "0.00"), (0, "0.00")])
def test_a_sentiment_has_its_sign(value: float, text: str) -> None:
    assert signed(value) == text
