"""What the workflow makes of a generated shop with the settings of the first notebooks, in plain numpy.

Customers, seed scores, segments and K-Means, straight from the generator's numbers: no texts, no files, no Spark.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import yaml

from segmentation.common.paths import SEGMENT_MAPS
from segmentation.config.categories import NOT_ELECTRONICS
from segmentation.sources.demo_shop import profile
from segmentation.sources.demo_shop.catalogue import Shop, make_catalogue
from segmentation.sources.demo_shop.customers import bought, make_habits, purchases
from segmentation.sources.demo_shop.draws import REVIEWS, stream
from segmentation.sources.demo_shop.reviews import BLOCK
from segmentation.sources.demo_shop.times import DAY_MS
from segmentation.stages.kmeans import blocks as kmeans_blocks
from segmentation.stages.kmeans.cluster_count import Tried
from segmentation.stages.kmeans.starts import starts

AS_OF_DAY = int(np.datetime64("2023-09-14").astype(int))
WINDOW_DAYS = 365


@dataclass(frozen=True)
class Customers:
    """Recency in days, number of purchases and spend in cents of each customer."""

    recency: np.ndarray
    frequency: np.ndarray
    cents: np.ndarray


def one_year_customers(reviews: int, entropy: tuple[int, int], *, keep_unknown: bool = False) -> Customers:
    """The customers of the published year among so many reviews (duplicates and the few odd rows left out)."""
    shop, habits = make_catalogue(entropy, reviews), make_habits()
    # One more product at the end stands for all those that the file does not have.
    cents = np.append(np.where(_counts(shop, keep_unknown), shop.cents, 0), 0)
    parts = []
    for number, first in enumerate(range(0, reviews, BLOCK)):
        rng = stream(entropy, REVIEWS, number)
        rows = min(BLOCK, reviews - first)
        rows -= rows * profile.DUPLICATES // profile.REVIEWS
        # Drawn in the order in which the generator draws, so that these are the very customers of its files.
        owner, kind, moment = purchases(rng, habits, rows)
        paid = cents[np.minimum(bought(rng, shop, kind, moment), len(shop.cents))]
        verified = rng.integers(0, profile.REVIEWS, rows) < profile.VERIFIED
        age = AS_OF_DAY - moment // DAY_MS
        counts = verified & (paid > 25) & (age <= WINDOW_DAYS)
        owner, paid, age = owner[counts], paid[counts], age[counts]
        frequency = np.bincount(owner, minlength=rows)
        recency = np.full(rows, WINDOW_DAYS + 1)
        np.minimum.at(recency, owner, age)
        spent = np.bincount(owner, weights=paid, minlength=rows).astype(np.int64)
        parts.append(np.stack([recency, frequency, spent])[:, frequency > 0])
    return Customers(*np.concatenate(parts, axis=1))


def _counts(shop: Shop, keep_unknown: bool) -> np.ndarray:
    """Which products the workflow keeps."""
    kept = [keep_unknown if name is None else name not in NOT_ELECTRONICS for name, _ in profile.CATEGORIES]
    counts = np.array(kept)[shop.category]
    for line, fields in shop.special.items():
        if "main_category" in fields:
            known = fields["main_category"] not in (None, "", "None")
            counts[line] = known or keep_unknown
        if "price" in fields:
            counts[line] = False
    return counts


def segments(customers: Customers) -> dict[str, np.ndarray]:
    """Each segment of the first notebooks' map as a mask of customers, scored by ntile(5) in its effective order."""
    everyone = np.arange(len(customers.recency))
    by_recency = np.lexsort((everyone, -customers.recency))
    by_frequency = np.lexsort((everyone, -customers.recency, customers.frequency))
    by_spend = np.lexsort((everyone, -customers.recency, customers.frequency, customers.cents))
    cell = 100 * _tiles(by_recency) + 10 * _tiles(by_frequency) + _tiles(by_spend)
    entries = yaml.safe_load((SEGMENT_MAPS / "seed.yaml").read_text(encoding="utf-8"))["segments"]
    return {entry["name"]: np.isin(cell, entry["cells"]) for entry in entries}


def _tiles(order: np.ndarray) -> np.ndarray:
    small, larger = divmod(len(order), 5)
    tiles = np.empty(len(order), dtype=np.int64)
    tiles[order] = np.repeat(np.arange(1, 6), [small + (tile < larger) for tile in range(5)])
    return tiles


def features(customers: Customers) -> np.ndarray:
    """Recency, log frequency and log spend, standardised."""
    raw = np.stack([customers.recency, np.log1p(customers.frequency), np.log1p(customers.cents / 100)], axis=1)
    return (raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1)


def search(points: np.ndarray, ks: Iterable[int]) -> tuple[list[Tried], dict[int, np.ndarray]]:
    """The search for the number of clusters, and the clusters found for each, by the workflow's own K-Means."""
    units = kmeans_blocks.in_units(points.T)
    tried, clusters = [], {}
    for k in ks:
        centroids = starts(units, k)[0]
        clusters[k] = kmeans_blocks.nearest(units, centroids)
        totals = kmeans_blocks.sums(units, clusters[k], k)
        billionths = kmeans_blocks.silhouettes(units, clusters[k], kmeans_blocks.clusters(totals, centroids))
        tried.append(Tried(k, kmeans_blocks.within(totals), int(billionths.sum()) / 1e9 / len(points)))
    return tried, clusters


def named(customers: Customers, cluster: np.ndarray) -> dict[str, np.ndarray]:
    """The four published clusters by their profile, as a mask of customers each."""
    masks = [cluster == number for number in range(4)]
    loyal = max(masks, key=lambda mask: customers.frequency[mask].mean())
    rest = [mask for mask in masks if mask is not loyal]
    big = max(rest, key=lambda mask: customers.cents[mask].mean())
    new, churned = sorted((mask for mask in rest if mask is not big), key=lambda mask: customers.recency[mask].mean())
    return {"Loyal Customer": loyal, "Churned": churned, "One Time Big Spender": big, "New Customer": new}
