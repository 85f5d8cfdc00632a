"""K-Means on the standardised features: fit every k in the same passes over the customers, choose one, judge it.

Lloyd's iterations on blocks of customers, from the best of several starts on a sample. The customers stay in Spark;
what comes back from a pass is a few sums for each cluster, exact in any order (see `blocks`).
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from pyspark.sql import DataFrame

from segmentation.common.errors import UserError
from segmentation.config.settings import Settings
from segmentation.stages.kmeans.blocks import Labeller, by_centroid, clusters, silhouettes_of_all, sums_of_all, within
from segmentation.stages.kmeans.cluster_count import Tried, choose_k
from segmentation.stages.kmeans.points import Points
from segmentation.stages.kmeans.stability import Stability, stability
from segmentation.stages.kmeans.starts import MOST_ITERATIONS, settle, starts

FEATURES = ["recency_scaled", "frequency_scaled", "monetary_scaled"]
# The sum of the centroids' squared moves, in deviations, below which they count as standing still.
STILL = 1e-5
# What is published is rounded to well before the digits that a float may get wrong.
WCSS_DIGITS = 4
SILHOUETTE_DIGITS = 6
CENTROID_DIGITS = 6


@dataclass(frozen=True)
class Judged:
    """A grouping's figures: the k tried, the mean silhouette of each cluster, and the share of variance explained."""

    tried: Tried
    silhouettes: list[float | None]
    explained: float | None


@dataclass(frozen=True)
class Search:
    """What was tried, which k was chosen and why, and the chosen clusters in the order of their ids.

    centroids: (k, features) in scaled units.
    """

    tried: list[Tried]
    chosen: int
    reason: str
    centroids: np.ndarray
    judged: Judged
    stability: Stability | None


def search(features: DataFrame, settings: Settings) -> Search:
    """Fit each k of the settings once and choose.

    `features` has one row per customer: user_id and the columns FEATURES. Raises UserError if a given k is larger
    than the number of distinct customers.
    """
    points = Points(features, FEATURES)
    try:
        distinct = points.distinct(max(settings.k_max, 50))
        ks = candidates(settings, distinct.shape[1])
        centroids = _fit(points, distinct, ks)
        judged = judge(points, _by_centroids(centroids))
    finally:
        points.close()
    chosen, reason = _choose(settings, distinct.shape[1], [one.tried for one in judged])
    place = ks.index(chosen)
    return Search(
        tried=[one.tried for one in judged],
        chosen=chosen,
        reason=reason,
        centroids=centroids[place],
        judged=judged[place],
        stability=stability(points.sample, centroids[place]),
    )


def candidates(settings: Settings, distinct: int) -> list[int]:
    """The numbers of clusters to try, with so many different customers."""
    if settings.k != "auto":
        if int(settings.k) > distinct:
            raise UserError(
                f"Param k: {settings.k} clusters need as many different customers, but there are only {distinct} "
                f"different combinations of recency, frequency and spend. Choose k up to {distinct}, or auto."
            )
        return [int(settings.k)]
    ks = [k for k in range(settings.k_min, settings.k_max + 1) if k <= distinct]
    return ks or [min(settings.k_min, distinct)]


def _choose(settings: Settings, distinct: int, tried: list[Tried]) -> tuple[int, str]:
    if settings.k != "auto":
        return int(settings.k), "given by the param k"
    chosen, reason = choose_k(tried)
    if distinct < settings.k_max:
        reason += f"; no larger k could be tried, for lack of different customers ({distinct})"
    return chosen, reason


def _fit(points: Points, distinct: np.ndarray, ks: list[int]) -> list[np.ndarray]:
    """The centroids for each k, rounded, in the order in which the model numbers them."""
    # A sample with fewer different points than clusters gets those that it lacks.
    is_poor = np.unique(points.sample, axis=1).shape[1] < max(ks)
    sample = np.hstack([points.sample, distinct]) if is_poor else points.sample
    # Five times as many customers bring a start near to where it will end, so that all need fewer passes.
    tries = [settle(points.many, start, STILL) for k in ks for start in starts(sample, k)]
    wcss = [0.0] * len(tries)
    moving = list(range(len(tries)))
    for number in range(MOST_ITERATIONS):
        groupings = _by_centroids([tries[place] for place in moving])
        # Which of two fits is the better one shows without the squares, which are most of a sum's work.
        totals = points.add_up(partial(sums_of_all, groupings=groupings, squares=False))
        still = set()
        for place, total in zip(moving, totals, strict=True):
            before, wcss[place] = tries[place], within(total)
            tries[place] = clusters(total, before).centroids
            if ((tries[place] - before) ** 2).sum() <= STILL:
                still.add(place)
        moving = [place for place in moving if place not in still]
        print(f"pass {number + 1}: {len(tries) - len(moving)} of {len(tries)} fits stand still", flush=True)
        if not moving:
            break
    best = [min((place for place, one in enumerate(tries) if len(one) == k), key=lambda place: wcss[place]) for k in ks]
    return [_in_order(tries[place]) for place in best]


def _by_centroids(centroids: list[np.ndarray]) -> list[tuple[Labeller, int]]:
    return [(partial(by_centroid, centroids=one), len(one)) for one in centroids]


def _in_order(centroids: np.ndarray) -> np.ndarray:
    """Rounded centroids in the order of 450_kmeans_model.sql: most recent, then most frequent, then biggest spend."""
    rounded = np.round(centroids, CENTROID_DIGITS) + 0.0
    recency, frequency, monetary = rounded.T
    return rounded[np.lexsort((-monetary, -frequency, recency))]


def judge(points: Points, groupings: list[tuple[Labeller, int]]) -> list[Judged]:
    """The figures of several groupings: a labeller, and the number of its labels."""
    totals = points.add_up(partial(sums_of_all, groupings=groupings))
    found = [clusters(total, np.zeros((len(total), total.shape[1] - 2))) for total in totals]
    pairs = [(labeller, one) for one, (labeller, _) in zip(found, groupings, strict=True)]
    billionths = points.add_up(partial(silhouettes_of_all, groupings=pairs))
    judged = []
    for total, one, summed in zip(totals, found, billionths, strict=True):
        k, customers, wcss = one.k, int(one.sizes.sum()), within(total)
        is_one = np.count_nonzero(one.sizes) < 2
        silhouette = None if is_one else round(int(summed.sum()) / 1e9 / customers, SILHOUETTE_DIGITS)
        each = [
            None if is_one or not size else round(int(value) / 1e9 / int(size), SILHOUETTE_DIGITS)
            for value, size in zip(summed, one.sizes, strict=True)
        ]
        in_all = within(total.sum(axis=0, keepdims=True))
        explained = round(1 - wcss / in_all, SILHOUETTE_DIGITS) if in_all else None
        judged.append(Judged(Tried(k, round(wcss, WCSS_DIGITS), silhouette), each, explained))
    return judged
