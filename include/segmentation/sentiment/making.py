"""The datasets about what customers say: drawn in SQL, scored in Python, summed up in SQL."""

from segmentation.datasets import dataset
from segmentation.sentiment.scoring import COLUMNS, scored
from segmentation.spark_paths import literal
from segmentation.work import Work

PARAM, FIRST, TEXTS, SCORED = "sentiment", "review_sentiment", "sampled_texts", "scored_reviews"


def names(work: Work) -> list[str]:
    """The datasets that are made here; none where the run does not ask for them."""
    return [name for name in work.plan.datasets("report") if dataset(name).only_with == PARAM]


def make(work: Work) -> None:
    """Write them, the drawn reviews first: all others are sums of those."""
    if not set(names(work)) & set(work.missing):
        return
    if FIRST in work.missing:
        work.run_sql(until=TEXTS)
        _register_scored(work)
        work.run_sql(until=FIRST)
        work.write(FIRST)
    work.run_sql()
    work.write(*names(work))


def _register_scored(work: Work) -> None:
    """Score the drawn texts on the driver, and have Spark find them as `scored_reviews`."""
    import pyarrow.parquet as pq

    texts = work.frame(TEXTS).toArrow()
    work.say_took(f"drew {texts.num_rows:,} reviews")
    folder = work.scratch() / SCORED
    folder.mkdir(parents=True)
    pq.write_table(scored(texts), folder / "rows.parquet")
    work.spark.read.schema(COLUMNS).parquet(literal(folder)).createOrReplaceTempView(SCORED)
    work.say_took("scored them")
