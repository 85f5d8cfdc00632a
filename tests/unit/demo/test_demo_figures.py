"""The demo source: the published figures that it is made to match."""

import numpy as np
import pytest
from generated_shop import REVIEWS, Shop, milliseconds, numeric

from segmentation.sources.demo_shop import profile

pytestmark = pytest.mark.slow


def test_verified_and_stars_follow_the_published_counts(shop: Shop) -> None:
    verified = [review["rating"] for review in shop.reviews if review["verified_purchase"]]
    assert len(verified) / len(shop.reviews) == pytest.approx(0.9239, abs=0.008)
    for stars, count in enumerate(profile.RATINGS_VERIFIED, start=1):
        assert verified.count(stars) / len(verified) == pytest.approx(count / profile.VERIFIED, abs=0.012)


def test_votes_and_text_lengths_are_near_the_published_means(shop: Shop) -> None:
    votes = np.array([review["helpful_vote"] for review in shop.reviews])
    assert np.percentile(votes, [25, 50, 75]).tolist() == [0, 0, 0]
    assert votes.mean() == pytest.approx(1.09, abs=0.5)
    lengths = np.array([len(review["text"]) for review in shop.reviews])
    assert lengths.mean() == pytest.approx(241, abs=20)
    assert np.percentile(lengths, 10) < 60
    assert lengths.max() > 1500


def test_price_quartiles_and_mean_are_the_published_ones(shop: Shop) -> None:
    prices = np.array([product["price"] for product in shop.products if numeric(product["price"])])
    assert np.percentile(prices, [25, 50, 75]) == pytest.approx([11.99, 22.9, 59.99], rel=0.05)
    assert prices.mean() == pytest.approx(96.46, rel=0.1)


def test_popular_products_are_mostly_priced(shop: Shop) -> None:
    last_year = [
        numeric(shop.by_parent[review["parent_asin"]]["price"])
        for review in shop.reviews
        if review["timestamp"] >= milliseconds(2022, 9, 14) and review["parent_asin"] in shop.by_parent
    ]
    assert 1 - sum(last_year) / len(last_year) == pytest.approx(0.09, abs=0.015)


def test_one_year_customers_are_as_published(shop: Shop) -> None:
    customers = list(shop.one_year_customers().values())
    assert 8_000 / 50_000 < len(customers) / REVIEWS < 15_000 / 50_000
    end = milliseconds(2023, 9, 14)
    recency = np.array([(end - max(bought)[0] // 86_400_000 * 86_400_000) // 86_400_000 for bought in customers])
    frequency = np.array([len(bought) for bought in customers])
    monetary = np.array([sum(price for _, price in bought) for bought in customers])
    assert (frequency == 1).mean() == pytest.approx(0.85, abs=0.03)
    assert recency.mean() == pytest.approx(229, abs=8)
    assert frequency.mean() == pytest.approx(1.31, abs=0.06)
    assert monetary.mean() == pytest.approx(96.6, rel=0.15)
    # Published clusters: big spenders who came once, and loyal customers.
    once = monetary[frequency == 1]
    assert once[once > 60].mean() == pytest.approx(235, rel=0.2)
    assert (once > 60).sum() / len(customers) == pytest.approx(0.183, abs=0.06)
    assert frequency[frequency > 1].mean() == pytest.approx(2.83, abs=0.3)
    assert monetary[frequency > 1].mean() == pytest.approx(223.8, rel=0.25)
    skew = ((recency - recency.mean()) ** 3).mean() / recency.std() ** 3
    assert skew == pytest.approx(-0.34, abs=0.2)


def test_customers_come_back_and_lapse_and_every_month_brings_new_ones(shop: Shop) -> None:
    months: dict[str, list[int]] = {}
    for review in shop.reviews:
        months.setdefault(review["user_id"], []).append(review["timestamp"])
    for year, month in [(2022, 2), (2022, 9), (2023, 2), (2023, 9)]:
        now, then = milliseconds(year, month, 1), milliseconds(year, month - 1, 1)
        span = 365 * 86_400_000
        seen_now = {user for user, times in months.items() if any(now - span <= t < now for t in times)}
        seen_then = {user for user, times in months.items() if any(then - span <= t < then for t in times)}
        older = {user for user, times in months.items() if min(times) < now - span}
        assert len(seen_now) > 0.12 * REVIEWS
        assert 0.8 < len(seen_now & seen_then) / len(seen_now) < 0.995
        assert seen_then - seen_now
        assert seen_now & older
