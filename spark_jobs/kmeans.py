"""Make the K-Means search, its model, and each customer's cluster."""

from segmentation.clustering import FEATURES, search
from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Make the features in SQL, search k with MLlib, place the customers in SQL."""
    work.run_sql(until="features")
    found = search(work.frame("features"), work.plan.settings)
    rows = [
        (
            one.k,
            one.wcss,
            one.silhouette,
            one.k == found.chosen,
            found.reason if one.k == found.chosen else None,
        )
        for one in found.tried
    ]
    work.register_rows("tried_k", "k int, wcss double, silhouette double, chosen boolean, reason string", rows)
    work.register_rows("fitted_centroids", ", ".join(f"{name} double" for name in FEATURES), found.centroids)
    work.run_sql()
    work.write("kmeans_search", "kmeans_model", "customer_clusters", "cluster_profile")


if __name__ == "__main__":
    main("kmeans", build)
