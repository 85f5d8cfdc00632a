"""The charts about the source: what they say, in which order, and that no name breaks them."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
import source_tables

from segmentation.stages.charts import drawing as chart_drawing
from segmentation.stages.charts import source as data_charts
from segmentation.stages.charts.drawing import Chart
from segmentation.stages.charts.palette import PALETTE

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert('x')</script> {{ 7*7 }} \"$1 & $2\" \u202eעברית\x00"


def texts(chart: Chart) -> list[str]:
    return [node.text for node in ET.fromstring(chart.svg).iter(chart_drawing.SVG + "text")]


def draw_all(name: str | None = "USB-C Hub") -> list[Chart]:
    return [
        data_charts.rating_distribution(source_tables.ratings()),
        data_charts.popular_products(source_tables.popular(name)),
        data_charts.top_categories(source_tables.categories(name)),
    ]


def bars(chart: Chart) -> list[str]:
    return [text for text in texts(chart) if re.match(r"[\d,]+( \(.*%\))?$", text)]


def test_each_chart_is_an_svg_with_its_alt_text_and_the_same_twice() -> None:
    drawn = draw_all()
    assert [chart.name for chart in drawn] == ["rating-distribution", "popular-products", "top-categories"]
    for chart in drawn:
        assert ET.fromstring(chart.svg).get("aria-label") == chart.alt
    assert [chart.svg for chart in draw_all()] == [chart.svg for chart in drawn]


def test_ratings_have_a_bar_for_each_status_five_stars_first() -> None:
    chart = draw_all()[0]
    stars = [text for text in texts(chart) if text.endswith(("star", "stars"))]
    assert stars == ["5 stars", "4 stars", "3 stars", "2 stars", "1 star"]
    assert sorted(bars(chart)) == sorted([
        "1,054,998 (62.3%)", "135,960 (62.6%)", "161,945 (9.6%)", "36,558 (16.8%)", "109,692 (6.5%)", "14,635 (6.7%)",
        "96,773 (5.7%)", "9,063 (4.2%)", "268,795 (15.9%)", "20,897 (9.6%)",
    ])  # fmt: skip
    assert {"Verified", "Not verified"} <= set(texts(chart))
    assert "1,909,316 reviews of the last year" in chart.alt
    assert "Verified: 1,692,203, of which 62.3% with five stars." in chart.alt
    for name in ("high", "risk"):
        assert f"fill: var(--chart-{name}, {PALETTE[name][0]})" in chart.svg


def test_ratings_count_the_last_year_only() -> None:
    frame = source_tables.ratings(before=10**9)
    assert data_charts.rating_distribution(frame).svg == draw_all()[0].svg


def test_products_are_sorted_by_place_and_no_more_than_fit() -> None:
    chart = draw_all()[1]
    assert bars(chart) == [f"{1_234_567 - 1000 * place:,}" for place in range(1, 11)]
    assert "the 10 most bought products" in chart.alt
    assert "First: USB-C Hub, 1,233,567 purchases" in chart.alt


def test_categories_are_sorted_and_the_note_says_what_is_left_out() -> None:
    chart = draw_all()[2]
    assert bars(chart) == [f"{5_000 - 7 * n:,}" for n in range(10)]
    assert chart.note == "Not shown: 2 more with 9,853 purchases."
    assert "59,538 purchases of the last year by main category. Largest: USB-C Hub, 5,000 (8.4%)." in chart.alt
    assert data_charts.top_categories(source_tables.categories(count=10)).note == ""


def test_equal_categories_are_in_the_order_of_their_names() -> None:
    frame = source_tables.categories(count=3).assign(purchases_last_year=5)
    shown = [text for text in texts(data_charts.top_categories(frame)) if not text[0].isdigit()]
    assert shown == ["Books", "Computers", "Computers 1", "Computers 2"]
    assert data_charts.top_categories(frame.iloc[::-1]).svg == data_charts.top_categories(frame).svg


@pytest.mark.parametrize("name", [None, "", "\u202e\x00"])
def test_what_has_no_name_is_shown_by_its_id_or_as_unknown(name: str | None) -> None:
    popular = data_charts.popular_products(source_tables.popular(name, count=1))
    assert "P01" in texts(popular)
    categories = source_tables.categories(count=1).assign(main_category=[name, "Books"])
    assert "(unknown)" in texts(data_charts.top_categories(categories))


def test_nothing_bought_gives_no_chart_and_no_reviews_an_empty_one() -> None:
    assert data_charts.popular_products(source_tables.popular(count=0)) is None
    assert data_charts.top_categories(source_tables.categories(count=0)) is None
    chart = data_charts.rating_distribution(source_tables.ratings(dict.fromkeys(range(1, 6), (0, 0))))
    assert bars(chart) == ["0"] * 10
    assert "0 reviews of the last year" in chart.alt


def test_a_long_name_is_wrapped_and_cut() -> None:
    for name in ("W" * 500, "many words " * 50, "日本語" * 90):
        chart = data_charts.popular_products(source_tables.popular(name, count=1))
        lines = [text for text in texts(chart) if not text[0].isdigit()]
        assert len(lines) == 2
        assert len(lines[0]) <= (19 if name[0] == "m" else 11 if name[0] == "W" else 9)
        assert lines[-1].endswith("…")
        assert len(chart.alt) < 200


def test_names_are_text_never_markup() -> None:
    for chart in draw_all(HOSTILE):
        tags = {node.tag.removeprefix(chart_drawing.SVG) for node in ET.fromstring(chart.svg).iter()}
        assert tags <= {"svg", "g", "path", "text", "tspan", "defs", "use", "clipPath", "rect"}, chart.name
        assert "<script" not in chart.svg
        assert "\u202e" not in chart.svg
        assert not re.search(r"(fill|stroke): (#|white|black)", chart.svg), "a colour that is no variable"


def test_labels_end_inside_the_picture() -> None:
    """The text of a bar begins at its end; with the widest character it must not pass the right edge."""
    frames = source_tables.ratings({5: (98_765_432, 12_345_678), 1: (1, 98_765_432)})
    for chart in (data_charts.rating_distribution(frames), *draw_all()[1:]):
        for node in ET.fromstring(chart.svg).iter(chart_drawing.SVG + "text"):
            if node.text in bars(chart):
                place = re.search(r"translate\(([\d.]+)", node.get("transform", "")) or [0, node.get("x")]
                assert float(place[1]) + chart_drawing.text_width(node.text) <= chart_drawing.WIDTH + 4, node.text


def test_the_tables_of_this_test_have_the_columns_of_the_datasets() -> None:
    from segmentation.planning.datasets import dataset

    for name, frame in source_tables.tables().items():
        assert set(frame.columns) <= set(dataset(name).columns), name
        assert isinstance(frame, pd.DataFrame)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one", ["one"]),
        ("aaa bbb", ["aaa bbb"]),
        ("aaaa bbbb", ["aaaa", "bbbb"]),
        ("aaaaaaaaa", ["aaaaaaaa", "a"]),
        ("aaaa bbbb cccc", ["aaaa", "bbbb…"]),
        ("aaaa bbbbbbbb c", ["aaaa", "bbbbbb…"]),
        ("littleillitle", ["littleillit", "le"]),
        ("WWWWWW", ["WWWW", "WW"]),
        ("日本語日本", ["日本語日", "本"]),
    ],
)
def test_a_name_is_wrapped_by_its_width(text: str, lines: list[str]) -> None:
    assert chart_drawing.wrap_by_width(text, 8, 2) == lines
