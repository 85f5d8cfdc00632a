"""Make `purchases` from reviews and products."""

from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Run the SQL of `include/sql/20_clean`."""
    work.run_sql()
    work.write("purchases")


if __name__ == "__main__":
    main("clean", build)
