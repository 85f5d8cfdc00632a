"""The views that hand the results of the search on to the SQL of `kmeans`."""

from typing import Any

from segmentation.stages.kmeans.cluster_count import Tried
from segmentation.stages.kmeans.clustering import FEATURES, Search

VIEWS = {
    "tried_k": "algorithm string, k int, wcss double, silhouette double, chosen boolean, reason string",
    "fitted_centroids": ", ".join(f"{name} double" for name in FEATURES),
    "fitted_quality": "measure string, cluster int, value double",
}


def tables(found: Search, others: list[tuple[str, Tried, str | None]]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of VIEWS from the search and from the other algorithms."""
    tried = []
    for one in found.tried:
        is_chosen = one.k == found.chosen
        tried.append(("kmeans", one.k, one.wcss, one.silhouette, is_chosen, found.reason if is_chosen else None))
    tried += [(name, one.k, one.wcss, one.silhouette, False, reason) for name, one, reason in others]
    centroids = [tuple(float(value) for value in centroid) for centroid in found.centroids]
    return {"tried_k": tried, "fitted_centroids": centroids, "fitted_quality": _quality(found)}


def _quality(found: Search) -> list[tuple[Any, ...]]:
    """How far to trust the chosen clusters: of all of them (cluster is None), then of each."""
    judged, stable = found.judged, found.stability
    rows: list[tuple[Any, ...]] = [
        ("silhouette", None, judged.tried.silhouette),
        ("explained_share", None, judged.explained),
        *[("silhouette", cluster, value) for cluster, value in enumerate(judged.silhouettes)],
    ]
    if stable:
        rows += [
            ("stability", None, stable.agreement),
            ("lowest_stability", None, stable.lowest),
            ("resampled_customers", None, float(stable.customers)),
            *[("recovery", cluster, value) for cluster, value in enumerate(stable.recovery)],
        ]
    return rows
