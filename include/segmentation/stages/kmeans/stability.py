"""How much the clusters depend on which customers happen to be there: fit again on resamples. Numpy only."""

import math
from dataclasses import dataclass

import numpy as np

from segmentation.stages.kmeans.blocks import nearest
from segmentation.stages.kmeans.starts import SEED, fit

RESAMPLES = 20
STARTS = 3
DIGITS = 4


@dataclass(frozen=True)
class Stability:
    """What the resamples say, 1 the best.

    agreement: the mean adjusted Rand index between the clusters and those of a resample; lowest: the smallest one.
    recovery: for each cluster the mean Jaccard index with the cluster of a resample that is most like it.
    customers: how many were resampled.
    """

    agreement: float
    lowest: float
    recovery: list[float]
    customers: int


def stability(points: np.ndarray, centroids: np.ndarray) -> Stability | None:
    """Draw as many customers with replacement, fit as many clusters to them, place all customers, and compare.

    points: (features, n) whole units. centroids: (k, features). None for one cluster, which cannot differ.
    After Hennig, "Cluster-wise assessment of cluster stability" (2007), who calls a mean Jaccard index of 0.75 or more
    stable and one below 0.6 not to be trusted.
    """
    k = len(centroids)
    if k == 1:
        return None
    here = nearest(points, centroids)
    indices, recovered = [], []
    for number in range(RESAMPLES):
        rng = np.random.Generator(np.random.PCG64([SEED, k, RESAMPLES, number]))
        resample = points[:, np.sort(rng.integers(points.shape[1], size=points.shape[1]))]
        there = nearest(points, min((fit(resample, k, rng) for _ in range(STARTS)), key=lambda found: found[1])[0])
        table = np.zeros((k, k), dtype=np.int64)
        np.add.at(table, (here, there), 1)
        indices.append(adjusted_rand_index(table))
        recovered.append(_best_jaccard(table))
    return Stability(
        agreement=_mean(indices),
        lowest=round(min(indices), DIGITS),
        recovery=[_mean(values) for values in np.transpose(recovered).tolist()],
        customers=points.shape[1],
    )


def _mean(values: list[float]) -> float:
    return round(math.fsum(values) / len(values), DIGITS)


def adjusted_rand_index(table: np.ndarray) -> float:
    """The adjusted Rand index of two groupings (Hubert and Arabie, 1985) from the counts of their pairs of groups.

    1: the same groups. 0: no more alike than chance. Two groupings of one group each are the same.
    """
    both, rows, columns = (float(_pairs(counts).sum()) for counts in (table, table.sum(axis=1), table.sum(axis=0)))
    everyone = float(_pairs(np.array([table.sum()])).sum())
    by_chance = rows * columns / everyone if everyone else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == by_chance else (both - by_chance) / (most - by_chance)


def _pairs(counts: np.ndarray) -> np.ndarray:
    counts = counts.astype(object)
    return counts * (counts - 1) // 2


def _best_jaccard(table: np.ndarray) -> np.ndarray:
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return np.divide(table, union, out=np.zeros(table.shape), where=union > 0).max(axis=1)
