"""The datasets about what customers say: drawn in SQL, scored in Python, summed up in SQL."""

from segmentation.engine.spark_paths import literal
from segmentation.engine.stage_run import StageRun
from segmentation.planning.datasets import dataset
from segmentation.stages.sentiment.scoring import COLUMNS, scored

PARAM, FIRST, TEXTS, SCORED = "sentiment", "review_sentiment", "sampled_texts", "scored_reviews"


def names(stage_run: StageRun) -> list[str]:
    """The datasets that are made here; none where the run does not ask for them."""
    return [name for name in stage_run.plan.datasets("report") if dataset(name).only_with == PARAM]


def make(stage_run: StageRun) -> None:
    """Write them, the drawn reviews first: all others are sums of those."""
    if not set(names(stage_run)) & set(stage_run.missing):
        return
    if FIRST in stage_run.missing:
        stage_run.run_sql(until=TEXTS)
        _register_scored(stage_run)
        stage_run.run_sql(until=FIRST)
        stage_run.write(FIRST)
    stage_run.run_sql()
    stage_run.write(*names(stage_run))


def _register_scored(stage_run: StageRun) -> None:
    """Score the drawn texts on the driver, and have Spark find them as `scored_reviews`."""
    import pyarrow.parquet as pq

    texts = stage_run.frame(TEXTS).toArrow()
    stage_run.say_took(f"drew {texts.num_rows:,} reviews")
    folder = stage_run.scratch() / SCORED
    folder.mkdir(parents=True)
    pq.write_table(scored(texts), folder / "rows.parquet")
    stage_run.spark.read.schema(COLUMNS).parquet(literal(folder)).createOrReplaceTempView(SCORED)
    stage_run.say_took("scored them")
