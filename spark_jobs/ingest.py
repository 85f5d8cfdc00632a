"""Make `reviews` and `products`, `orders` or `given_customers`, and `rejected_rows` from a source version's files."""

from pathlib import Path

from segmentation import sources
from segmentation.engine import tables
from segmentation.engine.stage import main
from segmentation.engine.stage_run import StageRun
from segmentation.planning.datasets import dataset
from segmentation.stages.ingest import raw_lines, raw_orders

OF_REVIEWS, OF_ORDERS = ("review_lines_refused", "product_lines_refused"), ("order_lines_refused",)


def build(stage_run: StageRun) -> None:
    """Read the raw lines once; read them again for the refused ones only if there are any."""
    of_reviews, source = stage_run.plan.kind == "reviews", stage_run.plan.source_version
    files = sources.raw_files(stage_run.warehouse, source)
    if of_reviews:
        _take_plain_reviews(stage_run, files["reviews"])
        raw_lines.register(stage_run.spark, "products", files["products"])
    else:
        given = stage_run.warehouse.get("source", source, None).settings
        raw_orders.register(stage_run.spark, files["orders"], given, stage_run.scratch())
    stage_run.run_sql(until="rejected_rows")
    stage_run.write("reviews", "products", "orders", "given_customers")
    if all(stage_run.figures.get(name) == 0 for name in (OF_REVIEWS if of_reviews else OF_ORDERS)):
        tables.empty_view(stage_run.spark, dataset("rejected_rows"))
    stage_run.write("rejected_rows")
    stage_run.run_sql()
    stage_run.write("refused_reasons")


def _take_plain_reviews(stage_run: StageRun, paths: list[Path]) -> None:
    """Have the plain lines written as reviews, and the others registered for the SQL."""
    if {"reviews", "rejected_rows"} & set(stage_run.missing):
        rows_folder = stage_run.folder("reviews") if "reviews" in stage_run.missing else None
        plain = raw_lines.take_plain_reviews(stage_run.spark, paths, rows_folder, stage_run.scratch())
        stage_run.figures.count_also("review_lines", review_lines_read=plain, review_lines_refused=0)


if __name__ == "__main__":
    main("ingest", build)
