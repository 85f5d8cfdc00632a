"""Make `purchases`, and what says how the source looks, from reviews and products."""

from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Run the SQL of `include/sql/20_clean`. Each dataset is written before the next ones read it."""
    for name in work.plan.datasets("clean"):
        work.run_sql(until=name)
        work.write(name)


if __name__ == "__main__":
    main("clean", build)
