"""Make `reviews` and `products`, `orders` or `given_customers`, and `rejected_rows` from a source version's files."""

from pathlib import Path

from segmentation import sources, tables
from segmentation.datasets import dataset
from segmentation.ingest import raw_lines, raw_orders
from segmentation.stage import main
from segmentation.work import Work

OF_REVIEWS, OF_ORDERS = ("review_lines_refused", "product_lines_refused"), ("order_lines_refused",)


def build(work: Work) -> None:
    """Read the raw lines once; read them again for the refused ones only if there are any."""
    of_reviews, source = work.plan.kind == "reviews", work.plan.source_version
    files = sources.raw_files(work.warehouse, source)
    if of_reviews:
        _take_plain_reviews(work, files["reviews"])
        raw_lines.register(work.spark, "products", files["products"])
    else:
        given = work.warehouse.get("source", source, None).settings
        raw_orders.register(work.spark, files["orders"], given, work.scratch())
    work.run_sql(until="rejected_rows")
    work.write("reviews", "products", "orders", "given_customers")
    if all(work.figures.get(name) == 0 for name in (OF_REVIEWS if of_reviews else OF_ORDERS)):
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
