"""The section of the page about the source: the figures of the tables, in words and safe."""

import re
from decimal import Decimal

import pytest
import source_tables
from test_report_page import HOSTILE, Page, make

from segmentation.stages.report.page import render
from segmentation.stages.report.source_data import exact, view

pytestmark = pytest.mark.slow


def html(**changes) -> str:
    data = view({**source_tables.tables(), **changes})
    return render(make(data=data, charts=data.charts))


def page(**changes) -> Page:
    return Page(html(**changes))


def test_the_section_shows_the_figures_of_the_tables() -> None:
    words = page().words
    for text in (
        "Reviews before this date: 1,919,316 in all (88.4% of them verified), 1,909,316 in the last year (88.6%",
        "The last year is the 12 months before 1 September 2023.",
        "USB-C Hub 100 $12.34 5,000 $60,000 90,000",
        "USB-C Hub 1 left out by the settings 101",
        "5 1,054,998 62.3% 135,960 62.6% 1,055,998",
        "Most purchases, last year 1 USB-C Hub Computers 1,233,567 2 USB-C Hub",
        "Most expensive 1 USB-C Hub Computers $30,999.00",
        "Highest rated 1 USB-C Hub (unknown) 4.9 stars, 1,034,896 ratings",
        "USB-C Hub USB-C Hub 46,841 1 no 2015-03-02",
        "reviews, before cleaning, 43,886,944 rows",
        "title text 0 – ≈ 19,258,533 – – – – – – –",
        "reviewed_at time 0 – ≈ 42,534,478 1996-11-18 – – – 2023-09-12 – –",
        "purchases, after cleaning",
        "price number 5 – 371 0 11.99 22.9 59.99 30,999 96.4577 319.1738",
    ):
        assert text in words, text
    assert words.index("title text") < words.index("reviewed_at time") < words.index("price number")


def test_the_charts_are_in_the_section_once() -> None:
    text = html()
    section = text[text.index('id="data"') : text.index('id="quality"')]
    for title in ("Ratings, last year", "Most popular products, last year", "Top categories, last year"):
        assert text.count(f"<h3>{title}</h3>") == section.count(f"<h3>{title}</h3>") == 1
    assert 'id="more"' not in text


def test_the_page_stays_well_built_with_the_section() -> None:
    shown = page()
    assert shown.open == []
    assert len(shown.ids) == len(set(shown.ids))
    names = [tag for tag, _ in shown.tags]
    assert names.count("table") == names.count("caption")
    assert names.count("details") == names.count("summary") == 4
    assert all(values.get("scope") for tag, values in shown.tags if tag == "th")
    assert "#data" in shown.links


def test_without_the_tables_there_is_no_section() -> None:
    shown = Page(render(make()))
    assert "data" not in shown.ids
    assert "#data" not in shown.links


def test_names_of_products_categories_and_headings_are_never_markup() -> None:
    plain, hostile = page(), page(**source_tables.tables(HOSTILE))
    assert {tag for tag, _ in hostile.tags} == {tag for tag, _ in plain.tags}
    assert not [name for name in hostile.attributes if name.startswith("on")]
    assert hostile.text.count("<script>alert(1)</script>") > 20
    assert "\u202e" not in hostile.text


def test_names_are_cut_and_missing_ones_replaced() -> None:
    assert "x" * 71 not in page(**source_tables.tables("x" * 500)).words
    words = page(
        popular_products=source_tables.popular(None, 1),
        category_summary=source_tables.categories().assign(main_category=None),
        helpful_reviews=source_tables.helpful(None, None),
        notable_products=source_tables.notable(None),
    ).words
    assert "1 P01 Computers 1,233,567" in words
    assert "(unknown) 100 $12.34" in words
    assert "– P01 46,841" in words
    assert not re.search(r"\b(nan|None|NaT)\b", words.replace("None or N/A", ""))


def test_a_source_with_next_to_nothing_can_be_shown() -> None:
    empty = {name: frame.iloc[:0] for name, frame in source_tables.tables().items()}
    shown = page(**empty)
    assert "Reviews before this date: 0 in all (– of them verified)" in shown.words
    assert "Most helpful reviews" not in shown.words
    assert "Popular and notable products" not in shown.words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.5000"), "1,234.5"),
        (Decimal("0.0000"), "0"),
        (Decimal("100.0000"), "100"),
        (Decimal("-4.0000"), "−4"),
        (0.000001, "0.000001"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_a_number_has_the_decimals_it_has(value: object, text: str) -> None:
    assert exact(value) == text
