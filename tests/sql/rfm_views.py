"""The SQL of `rfm` from customers' values to scores and bins, for tests with many customers."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from pyspark.sql import SparkSession
from sql_case import register

from segmentation.config.settings import parse
from segmentation.planning.plan import Plan
from segmentation.planning.sql_files import closure


@contextmanager
def scored(
    spark: SparkSession, scoring: str, customers: list[dict[str, Any]], bins: int = 5, **more: Any
) -> Iterator[None]:
    """Register `customer_scores`, `rfm_edges` and what they need, over rows of `customer_values`; `more` are params."""
    params = {"scoring": scoring, "bins": bins, **more}
    if bins not in (3, 4, 5):
        params["segment_map"] = "./a-map-that-is-not-read.yaml"
    plan = Plan(parse(params), date(2023, 9, 1), "0" * 12)
    values = plan.parameters()
    files = closure(plan.files("rfm"), ("customer_scores", "rfm_edges"))
    names = [name for name in files if name not in ("window_purchases", "customer_totals", "customer_values")]
    register(spark, "customer_values", customers)
    register(spark, "frozen_edges", [])
    for name in names:
        frame = spark.sql(files[name].text, args={marker: values[marker] for marker in files[name].markers})
        (frame.persist() if files[name].cache else frame).createOrReplaceTempView(name)
    try:
        yield
    finally:
        spark.catalog.clearCache()
        for name in (*names, "customer_values", "frozen_edges"):
            spark.catalog.dropTempView(name)


def some_customers(count: int, highest: int, draw: random.Random) -> list[dict[str, Any]]:
    """Rows of `customer_values`; a small `highest` makes many ties. Most buy once, as in the true data."""
    return [
        {
            "user_id": f"u{place}",
            "recency_days": draw.randint(1, min(highest, 366)),
            "frequency": draw.choice([1, 1, 1, 1, 2, 3, draw.randint(1, highest)]),
            "monetary": f"{draw.randint(26, 25 + highest) / 100:.2f}",
        }
        for place in draw.sample(range(count), count)
    ]
