"""K-Means on a sample that fits in memory: where the search on all customers starts from. Numpy only."""

import numpy as np

from segmentation.stages.kmeans.blocks import UNITS, clusters, nearest, sums, within

SEED = 42
STARTS = 10
# Optima that are worse than the best by less than this share may change places with it on all customers.
NEAR = 0.005
# The sum of the centroids' squared moves, in deviations, below which they count as standing still.
STILL = 1e-4
MOST_ITERATIONS = 100


def starts(points: np.ndarray, k: int) -> list[np.ndarray]:
    """Centroids to start from, (k, features) each: the best of STARTS fits, and a second optimum if it is near.

    points: (features, n) whole units, with k different points at least.
    """
    found: dict[float, np.ndarray] = {}
    for number in range(STARTS):
        centroids, wcss = fit(points, k, np.random.Generator(np.random.PCG64([SEED, k, number])))
        found.setdefault(float(f"{wcss:.4g}"), centroids)
    ranked = sorted(found)
    return [found[wcss] for wcss in ranked[:2] if wcss <= ranked[0] * (1 + NEAR)]


def fit(points: np.ndarray, k: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Lloyd's iterations from a random start until the centroids stand still: they, and the sum of squares."""
    centroids = settle(points, _spread_out(points, k, rng), STILL)
    return centroids, within(sums(points, nearest(points, centroids), k))


def settle(points: np.ndarray, centroids: np.ndarray, still: float) -> np.ndarray:
    """Lloyd's iterations until the sum of the centroids' squared moves is at most `still`."""
    for _ in range(MOST_ITERATIONS):
        totals = sums(points, nearest(points, centroids), len(centroids), squares=False)
        before, centroids = centroids, clusters(totals, centroids).centroids
        if ((centroids - before) ** 2).sum() <= still:
            break
    return centroids


def _spread_out(points: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """k points that lie far apart: greedy k-means++ (Arthur and Vassilvitskii, 2007), the best of a few draws each."""
    draws = 2 + int(np.log(k))
    chosen = [points[:, rng.integers(points.shape[1])]]
    distance = _squared(points, chosen[0])
    running = np.cumsum(distance)
    while len(chosen) < k:
        places = np.searchsorted(running, rng.random(draws) * running[-1], side="right")
        places = np.minimum(places, points.shape[1] - 1)
        tried = [np.minimum(distance, _squared(points, points[:, place])) for place in places]
        # Added up one by one: how numpy adds up otherwise is the machine's.
        sums_so_far = [np.cumsum(one) for one in tried]
        best = int(np.argmin([one[-1] for one in sums_so_far]))
        chosen.append(points[:, places[best]])
        distance, running = tried[best], sums_so_far[best]
    return np.array(chosen) / UNITS


def _squared(points: np.ndarray, one: np.ndarray) -> np.ndarray:
    return (((points - one[:, None]) / UNITS) ** 2).sum(axis=0)
