"""Make `purchases`, and what says how the source looks, from reviews and products."""

from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Run the SQL of `include/sql/20_clean`: first the products and purchases, then what reads them."""
    made = work.plan.datasets("clean")
    for name in [name for name in ("known_products", "purchases") if name in made]:
        work.run_sql(until=name)
        work.write(name)
    work.run_sql()
    work.write(*made)


if __name__ == "__main__":
    main("clean", build)
