"""Make `reviews` and `products`, or `orders`, and `rejected_rows` from the raw files of a source version."""

from pathlib import Path

from segmentation import sources, tables
from segmentation.datasets import dataset
from segmentation.ingest import raw_lines, raw_orders
from segmentation.stage import main
from segmentation.work import Work

REFUSED = {"reviews": ("review_lines_refused", "product_lines_refused"), "orders": ("order_lines_refused",)}


def build(work: Work) -> None:
    """Read the raw lines once; read them again for the refused ones only if there are any."""
    kind, source = work.plan.settings.kind, work.plan.source_version
    files = sources.raw_files(work.warehouse, source)
    if kind == "orders":
        given = work.warehouse.get("source", source, None).settings
        raw_orders.register(work.spark, files["orders"], given, work.scratch())
    else:
        _take_plain_reviews(work, files["reviews"])
        raw_lines.register(work.spark, "products", files["products"])
    work.run_sql(until="rejected_rows")
    work.write("reviews", "products", "orders")
    if all(work.figures.get(name) == 0 for name in REFUSED[kind]):
        tables.empty_view(work.spark, dataset("rejected_rows"))
    work.write("rejected_rows")
    work.run_sql()
    work.write("refused_reasons")


def _take_plain_reviews(work: Work, paths: list[Path]) -> None:
    """Have the plain lines written as reviews, and the others registered for the SQL."""
    if {"reviews", "rejected_rows"} & set(work.missing):
        rows_folder = work.folder("reviews") if "reviews" in work.missing else None
        plain = raw_lines.take_plain_reviews(work.spark, paths, rows_folder, work.scratch())
        work.figures.count_also("review_lines", review_lines_read=plain, review_lines_refused=0)


if __name__ == "__main__":
    main("ingest", build)
