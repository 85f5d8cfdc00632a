"""Make the published result of the first notebooks again from generated data, and write README.md beside this file.

    make reproduce REVIEWS=4400000

Runs the stages of the workflow on the demo source in one Spark session: once with the settings of the notebooks, once
with the same but scored by edges, once with the map `eleven` as well, and once with the default map. Then it does the
notebooks' own scoring on the same customers several times, with only the order of the rows or the number of
partitions changed.
"""

import os
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.dataset as parquet
import yaml
from page import write_page
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

import clean
import ingest
import kmeans
import rfm
from segmentation import sources
from segmentation.common.paths import LOCAL
from segmentation.config import settings
from segmentation.config.segment_maps import load_map
from segmentation.engine import stage
from segmentation.engine.session import spark_session
from segmentation.planning.arguments import JobArguments
from segmentation.planning.plan import Plan
from segmentation.running.local.layout import environment
from segmentation.warehouse.versions import Warehouse

HERE = Path(__file__).parent
JOBS = {"ingest": ingest, "clean": clean, "rfm": rfm, "kmeans": kmeans}
KEYS = ["recency_days", "frequency", "monetary"]


@dataclass
class Run:
    """One run's tables, read back without Spark."""

    warehouse: Warehouse
    plan: Plan

    def table(self, name: str) -> pd.DataFrame:
        manifest = self.warehouse.get(name, self.plan.version(name), self.plan.as_of_for(name))
        folder = self.warehouse.place_of(manifest)
        return parquet.dataset([str(folder / path) for path in manifest.files]).to_table().to_pandas()


@dataclass
class Results:
    """All that the page shows.

    published: published.yaml. scored: the customers by user_id, with their scores and segment, in each of four ways.
    clusters, search: tables of the run with the notebooks' settings. again: label -> segments.
    """

    published: dict[str, Any]
    reviews: int
    scored: dict[str, pd.DataFrame]
    clusters: pd.DataFrame
    search: pd.DataFrame
    again: dict[str, pd.Series]


def run(warehouse: Warehouse, as_of: date, stages: list[str], **params: Any) -> Run:
    """Run some stages, as the DAG's tasks do; what stands already is not made again."""
    given = settings.parse({"source": "demo", **params})
    source = sources.fetch(given, warehouse, "reproduce")
    for name in stages:
        print(f"--- {name} {params.get('scoring')} {params.get('segment_map')}", flush=True)
        stage.run(name, JOBS[name].build, JobArguments(given, as_of, source.version, "reproduce"), warehouse)
    return Run(warehouse, Plan(given, as_of, source.version))


def customers(one: Run) -> pd.DataFrame:
    """The customers of a run by user_id."""
    return one.table("customer_rfm").set_index("user_id").sort_index()


def notebook_segments(spark: SparkSession, values: DataFrame, metrics: list[str]) -> pd.Series:
    """The notebooks' scoring, word for word: ntile(5) over everyone, three times, and nothing that breaks ties."""
    directions = {"recency_days": F.desc, "frequency": F.asc, "monetary": F.asc}
    scored = values
    for metric in metrics:
        window = Window.orderBy(directions[metric](metric))
        scored = scored.withColumn(f"{metric}_score", F.ntile(5).over(window))
    cell = F.concat(*[F.col(f"{metric}_score") for metric in KEYS])
    found = scored.select("user_id", cell.alias("cell")).toPandas().set_index("user_id").sort_index()
    names = {one: segment.name for segment in load_map("seed") for one in segment.cells}
    return found["cell"].map(names)


def label_changes(spark: SparkSession, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """The notebooks' labels for the same customers, with only what the names say changed."""
    # By id, which says nothing of a customer: an order as good as any other.
    plain = spark.createDataFrame(rows.reset_index()[["user_id", *KEYS]]).coalesce(1).persist()
    mixed = rows.sample(frac=1, random_state=np.random.RandomState(1))
    shuffled = spark.createDataFrame(mixed.reset_index()[["user_id", *KEYS]]).coalesce(1).persist()
    return {
        "nothing": notebook_segments(spark, plain, KEYS),
        "the rows are in another order": notebook_segments(spark, shuffled, KEYS),
        "the rows are in 8 partitions": notebook_segments(spark, plain.repartition(8), KEYS),
        "the rows are in 200 partitions": notebook_segments(spark, plain.repartition(200), KEYS),
        "monetary is scored first, then frequency, then recency": notebook_segments(spark, plain, KEYS[::-1]),
    }


def main(reviews: int) -> None:
    """Run all ways on a demo of so many reviews and write the page."""
    published = yaml.safe_load((HERE / "published.yaml").read_text(encoding="utf-8"))
    words = dict(published["settings"])
    as_of, words["k"] = words.pop("as_of"), "auto"
    words |= {"k_min": published["k_tried"][0], "k_max": published["k_tried"][-1], "demo_reviews": reviews}
    os.environ |= environment()
    spark = spark_session("reproduce", **{"spark.driver.memory": "8g", "spark.master": "local[*]"})
    warehouse = Warehouse(LOCAL / "reproduction")
    seed = run(warehouse, as_of, list(JOBS), **words)
    edges = run(warehouse, as_of, ["rfm"], **words | {"scoring": "edges"})
    corrected = run(warehouse, as_of, ["rfm"], **words | {"scoring": "edges", "segment_map": "eleven"})
    named = run(warehouse, as_of, ["rfm"], **words | {"scoring": "edges", "segment_map": "came_back"})
    scored = {
        "reproduced": customers(seed),
        "edges": customers(edges),
        "corrected": customers(corrected),
        "came_back": customers(named),
    }
    results = Results(
        published=published,
        reviews=reviews,
        scored=scored,
        clusters=seed.table("cluster_profile").sort_values("cluster"),
        search=seed.table("kmeans_search").sort_values("k"),
        again=label_changes(spark, scored["reproduced"]),
    )
    write_page(results, HERE)


if __name__ == "__main__":
    main(int(sys.argv[1]))
