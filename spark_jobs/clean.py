"""Make `purchases`, and what says how the source looks, from reviews and products."""

from segmentation.engine.stage import main
from segmentation.engine.stage_run import StageRun

# Begun first, it does not end alone.
TAKES_LONGEST = "data_profile"


def build(stage_run: StageRun) -> None:
    """Run the SQL of `include/sql/20_clean`: first the products and purchases, then what reads them."""
    made = stage_run.plan.datasets("clean")
    for name in [name for name in ("known_products", "purchases") if name in made]:
        stage_run.run_sql(until=name)
        stage_run.write(name)
    stage_run.run_sql()
    stage_run.write(*sorted(made, key=lambda name: name != TAKES_LONGEST))


if __name__ == "__main__":
    main("clean", build)
