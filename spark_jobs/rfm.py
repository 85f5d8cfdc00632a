"""Make `customer_scores` and `rfm_edges` for the as-of date and for the month before it, then `customer_rfm`."""

from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Run the SQL of `include/sql/30_rfm` with the edges or the seed scoring."""
    work.run_sql(until="customer_scores")
    # Written before `customer_rfm` reads it, which else works it out once more.
    work.write("customer_scores", "rfm_edges")
    work.run_sql()
    work.write("customer_rfm")


if __name__ == "__main__":
    main("rfm", build)
