"""Small charts of months: gaps, single months, marks, and layers that fill the whole."""

import re
import xml.etree.ElementTree as ET
from datetime import date

from segmentation.stages.charts import timelines
from segmentation.stages.charts.timelines import EDGE, HEIGHT, WIDTH

JUNE, JULY, AUGUST, OCTOBER = (date(2023, month, 1) for month in (6, 7, 8, 10))


def parts(svg: str, kind: str) -> list[ET.Element]:
    return [node for node in ET.fromstring(svg).iter() if kind in (node.get("class") or "")]


def test_months_that_follow_each_other_are_one_line_and_a_missing_one_is_a_gap() -> None:
    svg = timelines.line([JUNE, JULY, AUGUST, OCTOBER], [1, 2, 3, 4], "high", "A line")
    (drawn,) = parts(svg, "line-high")
    assert drawn.get("d", "").count("L") == 2, "June to August; October stands alone"
    assert len([node for node in ET.fromstring(svg) if node.tag == "circle"]) == 2


def test_a_value_that_is_not_known_is_a_gap_too() -> None:
    svg = timelines.line([JUNE, JULY, AUGUST], [1, None, 3], "high", "A line")
    assert parts(svg, "line-high") == []
    assert parts(svg, "under") == []


def test_the_highest_value_is_on_top_and_zero_on_the_ground() -> None:
    svg = timelines.line([JUNE, JULY], [0, 8], "high", "A line")
    (drawn,) = parts(svg, "line-high")
    (_, low), (right, high) = [map(float, pair) for pair in re.findall(r"([\d.]+) ([\d.]+)", drawn.get("d", ""))]
    assert (low, high, right) == (HEIGHT - 1, 2 * EDGE, WIDTH - EDGE)


def test_one_month_is_a_point_in_the_middle() -> None:
    (dot, last) = [node for node in ET.fromstring(timelines.line([JUNE], [5], "new", "One")) if node.tag == "circle"]
    assert dot.get("cx") == last.get("cx") == f"{WIDTH / 2:.1f}"


def test_nothing_but_zeros_lies_on_the_ground() -> None:
    (drawn,) = parts(timelines.line([JUNE, JULY], [0, 0], "risk", "None"), "line-risk")
    assert set(re.findall(r" ([\d.]+)", drawn.get("d", ""))) == {str(float(HEIGHT - 1))}


def test_layers_reach_from_the_ground_to_the_top() -> None:
    layers = [("high", [1.0, 3.0]), ("risk", [1.0, 1.0])]
    low, high = parts(timelines.stack([JUNE, JULY], layers, "Shares"), "band")
    assert f" {HEIGHT / 2:.1f} L" in low.get("d", ""), "half of June"
    assert f" {HEIGHT / 4:.1f}" in low.get("d", ""), "three quarters of July"
    assert " 0.0 L" in high.get("d", "")


def test_a_month_without_figures_is_a_gap_between_the_layers() -> None:
    layers = [("high", [1.0, None, 3.0]), ("risk", [1.0, None, 1.0])]
    assert len(parts(timelines.stack([JUNE, JULY, AUGUST], layers, "Shares"), "band")) == 4


def test_a_mark_stands_at_its_month_and_years_at_their_beginning() -> None:
    days = [date(2022, 11, 1), date(2022, 12, 1), date(2023, 1, 1)]
    svg = timelines.line(days, [1, 1, 1], "high", "A line", marks=[days[2]])
    (mark,) = parts(svg, "mark-line")
    assert mark.get("d") == f"M{WIDTH - EDGE:.1f} 0 V{HEIGHT}"
    assert len(parts(svg, "grid")) == 2


def test_the_words_for_who_does_not_see_it_are_escaped() -> None:
    assert ET.fromstring(timelines.line([JUNE], [1], "high", 'a "<b>')).get("aria-label") == 'a "<b>'
