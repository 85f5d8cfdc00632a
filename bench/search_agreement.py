"""Do two K-Means searches agree? They start differently by design, so there are bounds instead of equality.

scikit-learn stops by default while the centroids still move a little, and where the sum of squares is flat that moves
a few customers in a hundred. So before the clusters are compared, its chosen fit is taken on until no customer moves.
That is not timed. The workflow's clusters count as it has written them.
"""

import duckdb
import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from bench.errors import BenchError
from bench.outputs import Output
from bench.peers.search import features

# How much more WCSS the workflow may have for a k, and how alike the clusters must be.
WORST_WCSS = 1.005
LEAST_ALIKE = 0.99


def check_search(con: duckdb.DuckDBPyConnection, one: Output, other: Output) -> None:
    """Same k tried and chosen, no worse WCSS in the workflow, and alike clusters. Raises BenchError otherwise.

    A script may choose another k where it has worse WCSS for some k: that bends the curve by which a k is chosen.
    """
    query = "SELECT k, wcss, chosen FROM {} ORDER BY k"
    tried, theirs = (con.execute(query.format(output.table("kmeans_search"))).fetchall() for output in (one, other))
    chosen, theirs_chosen = ([k for k, _, is_chosen in rows if is_chosen] for rows in (tried, theirs))
    ratios = {k: wcss / their_wcss for (k, wcss, _), (_, their_wcss, _) in zip(tried, theirs, strict=False)}
    worse = [f"{k} (by {1 / ratio - 1:.1%})" for k, ratio in ratios.items() if ratio < 1 / WORST_WCSS]
    if [k for k, *_ in tried] != [k for k, *_ in theirs] or (chosen != theirs_chosen and not worse):
        raise BenchError(
            f"The k search differs: {one.title} tried {[k for k, *_ in tried]} and chose {chosen}, "
            f"{other.title} tried {[k for k, *_ in theirs]} and chose {theirs_chosen}."
        )
    for k, ratio in ratios.items():
        # scikit-learn has one start by default, and where that lands depends on the order of the rows.
        if ratio > WORST_WCSS and one.name == "product":
            raise BenchError(
                f"The k search differs: for k = {k} the WCSS of {one.title} is {ratio:.4f} times that of "
                f"{other.title}; at most {WORST_WCSS} is allowed."
            )
    note = f"; worse WCSS for k = {', '.join(worse)}" if worse else ""
    if chosen != theirs_chosen:
        print(
            f"  k search of {other.title}: k = {theirs_chosen[0]}, not {chosen[0]}{note}; clusters not compared",
            flush=True,
        )
        return
    points, first, second = _placed(con, one, other)
    as_written = adjusted_rand_score(first, second)
    at_rest = adjusted_rand_score(
        first if one.name == "product" else stand_still(points, first), stand_still(points, second)
    )
    if at_rest < LEAST_ALIKE:
        raise BenchError(
            f"The clusters differ: the adjusted Rand index of {one.title} and {other.title} is {at_rest:.4f} with "
            f"scikit-learn's fit at rest ({as_written:.4f} as written); it must be {LEAST_ALIKE} at least."
        )
    print(
        f"  k search of {other.title}: also k = {chosen[0]}, adjusted Rand index {as_written:.4f} as written, "
        f"{at_rest:.4f} at rest{note}",
        flush=True,
    )


def _placed(con: duckdb.DuckDBPyConnection, one: Output, other: Output) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The features of the customers, (customers, 3), and the cluster of each in both outputs, (customers,)."""
    rows = con.execute(f"""
        SELECT recency_days, frequency, (monetary * 100)::BIGINT AS cents, a.cluster AS first, b.cluster AS second
        FROM {one.table("customer_rfm")}
        JOIN {one.table("customer_clusters")} AS a USING (user_id)
        JOIN {other.table("customer_clusters")} AS b USING (user_id)
    """).fetchnumpy()  # noqa: S608
    return features(rows["recency_days"], rows["frequency"], rows["cents"]), rows["first"], rows["second"]


def stand_still(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The labels after Lloyd's iterations from the means of the labels, until no customer moves."""
    means = np.array([points[labels == label].mean(axis=0) for label in np.unique(labels)])
    return KMeans(len(means), init=means, n_init=1, tol=0, max_iter=1000).fit(points).labels_
