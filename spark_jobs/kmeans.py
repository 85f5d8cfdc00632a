"""Make the K-Means search, its model, each customer's cluster, and how far to trust and how they moved."""

from segmentation.engine.stage import main
from segmentation.engine.stage_run import StageRun
from segmentation.stages.kmeans.cluster_tables import VIEWS, tables
from segmentation.stages.kmeans.clustering import search


def build(stage_run: StageRun) -> None:
    """Make the features in SQL, search k on them, place and judge the customers in SQL."""
    stage_run.run_sql(until="features")
    features, settings = stage_run.frame("features"), stage_run.plan.settings
    found = search(features, settings)
    stage_run.say_took("searched k")
    others = []
    if settings.compare_algorithms:
        # Loads MLlib, which takes seconds.
        from segmentation.stages.kmeans.algorithms import compare

        others = compare(features, [one.k for one in found.tried])
    for view, rows in tables(found, others).items():
        stage_run.register_rows(view, VIEWS[view], rows)
    stage_run.run_sql(until="kmeans_model")
    # Written before anything cached reads it: see `StageRun.write`.
    stage_run.write("kmeans_search", "kmeans_model")
    stage_run.run_sql()
    stage_run.write(*stage_run.plan.datasets("kmeans"))


if __name__ == "__main__":
    main("kmeans", build)
