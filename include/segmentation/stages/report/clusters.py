"""What the report says of the clusters beside their profile: how far to trust them, and who moved between them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from segmentation.common.formatting import count_of, name, number, percent
from segmentation.stages.charts.drawing import GONE, NEW

Row = Mapping[str, Any]
MOVES_SHOWN = 5
# Hennig's rules of thumb for the mean Jaccard index of a cluster over resamples.
STABLE, PATTERN = 0.75, 0.6
ALGORITHMS = {
    "kmeans": "K-Means",
    "bisecting_kmeans": "Bisecting K-Means",
    "gaussian_mixture": "Gaussian mixture",
}


def trust_of(recovery: float | None) -> str:
    """What a cluster's mean Jaccard index over resamples says, in words. Empty where it is not known."""
    if recovery is None or pd.isna(recovery):
        return ""
    return "stable" if recovery >= STABLE else "a pattern, not sharp" if recovery >= PATTERN else "not to be trusted"


def profile_rows(profile: Sequence[Row], quality: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows of cluster_profile with the silhouette, recovery and `trust` of each cluster."""
    values = {(row["measure"], row["cluster"]): row["value"] for row in quality if not pd.isna(row["cluster"])}
    rows = []
    for row in profile:
        recovery = values.get(("recovery", row["cluster"]))
        silhouette = values.get(("silhouette", row["cluster"]))
        rows.append({**row, "silhouette": silhouette, "recovery": recovery, "trust": trust_of(recovery)})
    return rows


def quality_pairs(quality: Sequence[Row], agreement: float) -> list[tuple[str, Any]]:
    """The measures of all clusters with what they are called on the page; those without a value are left out.

    agreement: the adjusted Rand index of clusters and segments.
    """
    values = {row["measure"]: row["value"] for row in quality if pd.isna(row["cluster"])}
    values["segment_agreement"] = agreement
    customers = values.get("resampled_customers")
    resampled = count_of(int(customers), "customer") if customers and not pd.isna(customers) else ""
    labels = {
        "silhouette": "Silhouette: 1 is well separated, 0 is no separation",
        "explained_share": "Share of the variance that the clusters explain",
        "stability": f"Agreement with the clusters of 20 resamples of {resampled} (1: the same, 0: chance)",
        "lowest_stability": "The lowest of these",
        "segment_agreement": "Agreement with the segments (adjusted Rand index; 1: the same, 0: chance)",
    }
    return [(label, values[key]) for key, label in labels.items() if key in values and not pd.isna(values[key])]


def move_sentences(movement: Sequence[Row]) -> list[str]:
    """Who stayed, moved, came and left since last month, then the largest moves. Empty without a month before."""
    before = [row for row in movement if row["cluster_label_previous"] != NEW]
    if not before:
        return []
    there = sum(row["customers"] for row in before)
    gone = sum(row["customers"] for row in before if row["cluster_label"] == GONE)
    stayed = sum(row["customers"] for row in before if row["cluster_label_previous"] == row["cluster_label"])
    came = sum(row["customers"] for row in movement) - there
    sentences = [
        f"Of {count_of(there, 'customer')} a month before, {number(stayed)} ({percent(stayed, there)}) are in the same "
        f"cluster, {number(there - stayed - gone)} in another and {number(gone)} are gone; {number(came)} came."
    ]
    moves = [row for row in before if row["cluster_label"] not in (GONE, row["cluster_label_previous"])]
    moves.sort(key=lambda row: (-row["customers"], row["cluster_label_previous"], row["cluster_label"]))
    sentences += [
        f"{count_of(row['customers'], 'customer')} moved from {name(row['cluster_label_previous'])} to "
        f"{name(row['cluster_label'])}."
        for row in moves[:MOVES_SHOWN]
    ]
    return sentences


def algorithm_rows(search: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows of all algorithms by k, with their names; empty where only K-Means was tried."""
    rows = [{**row, "algorithm": ALGORITHMS[row["algorithm"]]} for row in search]
    order = list(ALGORITHMS.values())
    rows.sort(key=lambda row: (row["k"], order.index(row["algorithm"])))
    return rows if {row["algorithm"] for row in rows} != {ALGORITHMS["kmeans"]} else []
