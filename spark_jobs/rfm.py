"""Make `customer_scores` and `rfm_edges` for the as-of date and for the month before it, then `customer_rfm`."""

from segmentation.engine.stage import main
from segmentation.engine.stage_run import StageRun


def build(stage_run: StageRun) -> None:
    """Run the SQL of `include/sql/30_rfm` with the edges or the seed scoring."""
    stage_run.run_sql(until="customer_scores")
    # Written before `customer_rfm` reads it, which else works it out once more.
    stage_run.write("customer_scores", "rfm_edges")
    stage_run.run_sql()
    stage_run.write("customer_rfm")


if __name__ == "__main__":
    main("rfm", build)
