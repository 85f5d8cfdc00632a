"""Make the K-Means search, its model, each customer's cluster, and how far to trust and how they moved."""

from segmentation.kmeans.algorithms import compare
from segmentation.kmeans.cluster_tables import VIEWS, tables
from segmentation.kmeans.clustering import search
from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Make the features in SQL, search k on them, place and judge the customers in SQL."""
    work.run_sql(until="features")
    features, settings = work.frame("features"), work.plan.settings
    found = search(features, settings)
    work.say_took("searched k")
    others = compare(features, [one.k for one in found.tried]) if settings.compare_algorithms else []
    for view, rows in tables(found, others).items():
        work.register_rows(view, VIEWS[view], rows)
    work.run_sql(until="kmeans_model")
    # Written before anything cached reads it: see `Work.write`.
    work.write("kmeans_search", "kmeans_model")
    work.run_sql()
    work.write(*work.plan.datasets("kmeans"))


if __name__ == "__main__":
    main("kmeans", build)
