"""The k search on one machine: scikit-learn's KMeans on all customers, and the silhouette in closed form."""

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans

from segmentation.stages.kmeans.cluster_count import Tried, choose_k

KS = range(2, 11)
SEED = 42


@dataclass(frozen=True)
class Found:
    """The k tried, the one chosen and why, and each customer's cluster.

    clusters: (customers,) ids in the order of the centroids, as the workflow numbers them. labels: one for each id.
    """

    tried: list[Tried]
    chosen: int
    reason: str
    clusters: np.ndarray
    labels: list[str]


def search(recency: np.ndarray, frequency: np.ndarray, cents: np.ndarray, k: int | None = None) -> Found:
    """Fit each k of KS once and choose one, or fit the one that is given.

    The three values of each customer, (customers,); spend in cents.
    """
    points = features(recency, frequency, cents)
    # By value: DuckDB and Polars hand over the rows in another order each time, and where scikit-learn starts depends
    # on the order. So that a script finds the same clusters each time.
    order = np.lexsort(points.T)
    points = points[order]
    fits = {each: KMeans(each, random_state=SEED).fit(points) for each in ((k,) if k else KS)}
    tried = [Tried(each, float(fit.inertia_), silhouette(points, fit.labels_, each)) for each, fit in fits.items()]
    chosen, reason = (k, "given") if k else choose_k(tried)
    in_order, labels = _named(fits[chosen])
    clusters = np.empty_like(in_order)
    clusters[order] = in_order
    return Found(tried, chosen, reason, clusters, labels)


def features(recency: np.ndarray, frequency: np.ndarray, cents: np.ndarray) -> np.ndarray:
    """(customers, 3): recency, log(1 + frequency), log(1 + spend); mean 0, sample standard deviation 1."""
    values = np.column_stack([recency, np.log1p(frequency).round(7), np.log1p(cents / 100).round(7)])
    return ((values - values.mean(axis=0)) / values.std(axis=0, ddof=1)).round(6)


def silhouette(points: np.ndarray, labels: np.ndarray, k: int) -> float:
    """The mean silhouette with squared Euclidean distance.

    The mean squared distance of x to a cluster is |x - centroid|^2 plus the cluster's mean squared spread, so no pairs
    are needed. points: (n, features). labels: (n,) from 0 to k - 1. A point alone in its cluster counts 0.
    """
    sizes = np.bincount(labels, minlength=k)
    centroids = np.column_stack([np.bincount(labels, column, k) for column in points.T]) / sizes[:, None]
    lengths = (points**2).sum(axis=1)
    spread = np.bincount(labels, lengths, k) / sizes - (centroids**2).sum(axis=1)
    means = lengths[:, None] - 2 * points @ centroids.T + (centroids**2).sum(axis=1) + spread
    rows = np.arange(len(points))
    own = means[rows, labels] * sizes[labels] / np.maximum(sizes[labels] - 1, 1)
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    value = np.divide(other - own, larger, out=np.zeros_like(own), where=(larger > 0) & (sizes[labels] > 1))
    return float(value.mean())


def _named(fit: KMeans) -> tuple[np.ndarray, list[str]]:
    """Clusters numbered by their centroids (most recent, most frequent, biggest spend), and labels that say so."""
    recency, frequency, monetary = fit.cluster_centers_.T
    order = np.lexsort((-monetary, -frequency, recency))
    names = [
        f"{'Recent' if r <= 0 else 'Lapsed'} {'frequent' if f > 0 else 'occasional'} "
        f"{'big' if m > 0 else 'small'} spenders"
        for r, f, m in fit.cluster_centers_[order]
    ]
    labels = [
        name if names.count(name) == 1 else f"{name} {names[: place + 1].count(name)}"
        for place, name in enumerate(names)
    ]
    return np.argsort(order)[fit.labels_], labels
