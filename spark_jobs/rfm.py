"""Make `customer_rfm` and `rfm_edges` for the as-of date, and for the month before it."""

from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Run the SQL of `include/sql/30_rfm` with the edges or the seed scoring."""
    work.run_sql()
    work.write("customer_rfm", "rfm_edges")


if __name__ == "__main__":
    main("rfm", build)
