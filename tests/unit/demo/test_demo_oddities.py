"""The demo source: the oddities of the real files are all there."""

import json

import pytest
from generated_shop import KEPT, Shop, numeric

from segmentation.sources.demo_shop import profile

pytestmark = pytest.mark.slow


def test_about_one_in_a_hundred_lines_is_an_exact_duplicate(any_shop: Shop) -> None:
    good = [line for line in any_shop.review_lines if line not in any_shop.broken_reviews]
    assert 0.009 < 1 - len(set(good)) / len(good) < 0.012


def test_prices_come_as_number_null_text_and_dash(any_shop: Shop) -> None:
    prices = [product["price"] for product in any_shop.products]
    texts = [price for price in prices if isinstance(price, str)]
    assert texts.count("\u2014") == 1
    assert sum(text.startswith("from ") for text in texts) == 3
    assert "from 34.68" in texts
    assert 0.65 < prices.count(None) / len(prices) < 0.69
    assert min(filter(numeric, prices)) == 0.0
    assert sum(numeric(price) and price <= 0.25 for price in prices) == 2


def test_a_few_ratings_are_zero_and_a_few_votes_negative(any_shop: Shop) -> None:
    different = [json.loads(line) for line in set(any_shop.review_lines) - set(any_shop.broken_reviews)]
    assert sum(review["rating"] == 0.0 for review in different) == 3
    assert {review["rating"] for review in different} == {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}
    assert sum(review["helpful_vote"] < 0 for review in different) == 4


def test_none_is_also_a_legitimate_review_title(any_shop: Shop) -> None:
    different = [json.loads(line) for line in set(any_shop.review_lines) - set(any_shop.broken_reviews)]
    assert sum(review["title"] == "None" for review in different) == 3
    assert sum(review["text"] == "N/A" for review in different) == 1


def test_placeholders_stand_in_product_fields(any_shop: Shop) -> None:
    for field, placeholders in {"title": ["None", "N/A", ""], "store": ["None", "N/A", ""]}.items():
        values = [product[field] for product in any_shop.products]
        assert [values.count(placeholder) for placeholder in placeholders] == [1, 1, 1]
    categories = [product["main_category"] for product in any_shop.products]
    assert (categories.count("None"), categories.count("")) == (1, 1)
    assert 0.05 < categories.count(None) / len(categories) < 0.08
    lost = [product for product in any_shop.products if product["title"] == "[metadata not found]"]
    assert [(product["main_category"], product["store"]) for product in lost] == [(None, None)] * 3


def test_every_excluded_category_has_a_product_and_all_together_are_few(any_shop: Shop) -> None:
    excluded = {category for category, _ in profile.CATEGORIES} - KEPT
    assert len(excluded) == 24
    categories = [product["main_category"] for product in any_shop.products]
    assert excluded <= set(categories)
    assert sum(category in excluded for category in categories) < 0.1 * len(categories)


def test_titles_with_markup_formulas_emoji_and_arabic_are_reviewed_and_priced(any_shop: Shop) -> None:
    reviewed = {review["parent_asin"] for review in any_shop.reviews}
    titles = [p["title"] for p in any_shop.products if p["parent_asin"] in reviewed and numeric(p["price"])]
    assert [titles.count(title) for title in profile.ODD_TITLES] == [1] * len(profile.ODD_TITLES)
    for mark in ["<script>alert(1)</script>", '=HYPERLINK("', '"', "شاحن", "\u202e", "🎧", "\\"]:
        assert any(mark in title for title in profile.ODD_TITLES)


def test_some_reviews_are_of_products_that_are_not_in_the_file(any_shop: Shop) -> None:
    missing = [review for review in any_shop.reviews if review["parent_asin"] not in any_shop.by_parent]
    assert 3 <= len(missing) < 0.006 * len(any_shop.reviews)


def test_a_variant_has_an_asin_of_its_own(any_shop: Shop) -> None:
    variants = [review["asin"] for review in any_shop.reviews if review["asin"] != review["parent_asin"]]
    assert 0.25 < len(variants) / len(any_shop.reviews) < 0.31
    assert not set(variants) & set(any_shop.by_parent)


def test_broken_lines_are_cut_rows_and_garbage(any_shop: Shop) -> None:
    for broken in (any_shop.broken_reviews, any_shop.broken_products):
        assert sum(line.startswith('{"') for line in broken) == len(broken) - 1
        assert sum(not line.startswith("{") for line in broken) == 1
