"""K-Means on blocks of points: numpy only, and exact sums, so that no result depends on how the rows are cut.

Points are whole millionths of the scaled features, one row of a block for each feature. Sums of whole numbers are
exact in any order; a centroid is a quotient of two of them. Each point's distances are computed on its own. So Lloyd's
iterations give the same centroids whatever the partitions, cores and order of the rows.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# From a block to its points and their labels.
Labeller = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
UNITS = 1_000_000
# Labels of a block go through counts in floats, which hold whole numbers up to 2**53 exactly.
MOST_ROWS = 1 << 16
# So many points at a time stay in the processor's cache while all centroids look at them.
CHUNK = 1 << 13
_HALF_BITS = 26
_SAFE = 1 << 30


def in_units(features: np.ndarray) -> np.ndarray:
    """Features, a row each (features, customers), as whole millionths."""
    return np.rint(np.asarray(features, dtype=np.float64) * UNITS).astype(np.int64)


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The place of each point's nearest centroid by squared Euclidean distance; the first one wins a tie.

    points: (features, n) whole units. centroids: (k, features) in the features' own scale. Returns (n,) places.
    No matrix product: its result may differ in the last digit from machine to machine.
    """
    label = np.zeros(points.shape[1], dtype=np.int64)
    for start in range(0, points.shape[1], CHUNK):
        _label(points[:, start : start + CHUNK] / UNITS, centroids, label[start : start + CHUNK])
    return label


def _label(scaled: np.ndarray, centroids: np.ndarray, label: np.ndarray) -> None:
    """Write the places of the nearest centroids into `label`, which holds zeros."""
    best = _distances(scaled, centroids[0])
    for place, centroid in enumerate(centroids[1:], start=1):
        distance = _distances(scaled, centroid)
        np.putmask(label, distance < best, place)
        np.minimum(best, distance, out=best)


def _distances(scaled: np.ndarray, centroid: np.ndarray) -> np.ndarray:
    total = np.zeros(scaled.shape[1])
    for values, middle in zip(scaled, centroid, strict=True):
        difference = values - middle
        difference *= difference
        total += difference
    return total


def sums(points: np.ndarray, labels: np.ndarray, k: int, squares: bool = True) -> np.ndarray:
    """Exact sums by label: (k, features + 2) Python ints. The columns: customers, the sum of each feature, and the
    sum of squared lengths, zeros without `squares`. Those of several blocks add up.
    """
    columns = [np.bincount(labels, minlength=k).astype(np.int64).astype(object)]
    is_safe = not points.size or int(np.abs(points).max()) < _SAFE
    columns += [_exact_small(values, labels, k) if is_safe else _exact(values, labels, k) for values in points]
    if not squares:
        columns.append(np.zeros(k, dtype=np.int64).astype(object))
    elif is_safe:
        columns.append(_exact((points**2).sum(axis=0), labels, k))
    else:
        columns.append(_exact_slow([int(a) ** 2 for a in points.T.ravel()], len(points), labels, k))
    return np.stack(columns, axis=1)


def _exact_small(values: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """Sums by label of whole numbers below _SAFE: so many of them as a block holds are exact in floats."""
    return np.bincount(labels, values, k).astype(np.int64).astype(object)


def _exact(values: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """Sums of whole numbers by label, in two halves that floats hold exactly."""
    high = np.bincount(labels, values >> _HALF_BITS, k).astype(np.int64).astype(object)
    low = np.bincount(labels, values & ((1 << _HALF_BITS) - 1), k).astype(np.int64).astype(object)
    return high * (1 << _HALF_BITS) + low


def _exact_slow(squares: list[int], features: int, labels: np.ndarray, k: int) -> np.ndarray:
    """The same for squares beyond 64 bits: a customer a thousand deviations away."""
    totals = [0] * k
    for place, square in enumerate(squares):
        totals[labels[place // features]] += square
    return np.array(totals, dtype=object)


@dataclass(frozen=True)
class Clusters:
    """Customers, centroids and sums of the points that were given each label.

    sizes: (k,). centroids: (k, features). squares: (k,) mean squared length of its points.
    """

    sizes: np.ndarray
    centroids: np.ndarray
    squares: np.ndarray

    @property
    def k(self) -> int:
        return len(self.sizes)


def clusters(totals: np.ndarray, otherwise: np.ndarray) -> Clusters:
    """The clusters of `sums`; a label without points keeps its centroid of `otherwise`."""
    sizes = totals[:, 0]
    centroids = [
        [int(value) / (int(size) * UNITS) for value in row] if size else list(old)
        for size, row, old in zip(sizes, totals[:, 1:-1], otherwise, strict=True)
    ]
    squares = [int(sum_) / (int(n) * UNITS**2) if n else 0.0 for n, sum_ in zip(sizes, totals[:, -1], strict=True)]
    return Clusters(sizes.astype(np.int64), np.array(centroids), np.array(squares))


def within(totals: np.ndarray) -> float:
    """The within-cluster sum of squares: of all points to the mean of their label, from exact sums.

    From sums without squares it lacks the points' own squares, the same for every labelling of the same points.
    Added up exactly: two fits that differ in the order of their clusters only are equally good, and the sums of
    Python 3.11 and 3.12 differ in the last digit.
    """
    return math.fsum(
        (int(n) * int(square) - sum(int(value) ** 2 for value in row)) / (int(n) * UNITS**2)
        for n, row, square in zip(totals[:, 0], totals[:, 1:-1], totals[:, -1], strict=True)
        if n
    )


def silhouettes(points: np.ndarray, labels: np.ndarray, found: Clusters) -> np.ndarray:
    """Sums by label of the points' silhouettes with squared Euclidean distance, in whole billionths, (k,) ints.

    The mean squared distance of x to a cluster is |x - centroid|^2 plus the cluster's own mean squared spread, so no
    pairs are needed. A point alone in its cluster counts 0.
    """
    scaled = points / UNITS
    spread = found.squares - (found.centroids**2).sum(axis=1)
    own = np.zeros(points.shape[1])
    other = np.full(points.shape[1], np.inf)
    for place in np.flatnonzero(found.sizes):
        mean = _distances(scaled, found.centroids[place]) + spread[place]
        is_own = labels == place
        own = np.where(is_own, mean, own)
        other = np.where(is_own, other, np.minimum(other, mean))
    size = found.sizes[labels]
    own = own * size / np.maximum(size - 1, 1)
    larger = np.maximum(own, other)
    value = np.divide(other - own, larger, out=np.zeros_like(own), where=(larger > 0) & (size > 1) & np.isfinite(other))
    return _exact(np.rint(value * 1e9).astype(np.int64), labels, found.k)


def by_centroid(block: np.ndarray, centroids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points of a block, and the places of their nearest centroids."""
    return block, nearest(block, centroids)


def by_last_row(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points of a block whose last row is their label, and the labels."""
    return block[:-1], block[-1] // UNITS


def sums_of_all(block: np.ndarray, groupings: list[tuple[Labeller, int]], squares: bool = True) -> list[np.ndarray]:
    """The sums of a block under each of several groupings: a labeller, and the number of its labels."""
    return [sums(*labeller(block), k, squares) for labeller, k in groupings]


def silhouettes_of_all(block: np.ndarray, groupings: list[tuple[Labeller, Clusters]]) -> list[np.ndarray]:
    """The sums of silhouettes of a block under each of several groupings."""
    return [silhouettes(*labeller(block), found) for labeller, found in groupings]
