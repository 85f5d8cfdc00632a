"""Make `reviews`, `products` and `rejected_rows` from the raw files of a source version."""

from segmentation import raw_lines, sources, tables
from segmentation.datasets import dataset
from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Read the raw lines once; read them again for the refused ones only if there are any."""
    files = sources.raw_files(work.warehouse, work.plan.source_version)
    raw_lines.register(work.spark, files)
    work.run_sql()
    work.write("reviews", "products")
    if work.figure("review_lines_refused") == work.figure("product_lines_refused") == 0:
        tables.empty_view(work.spark, dataset("rejected_rows"))
    work.write("rejected_rows")


if __name__ == "__main__":
    main("ingest", build)
