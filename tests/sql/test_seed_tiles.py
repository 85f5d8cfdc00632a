"""Seed scoring is ntile(5) in the stated order: a plain sort and a plain cut give the same scores."""

import random
from typing import Any

import pytest
from pyspark.sql import SparkSession
from rfm_views import scored, some_customers

# How many customers, and how many values they may have.
SETS = [(1, 5), (4, 2), (8, 3), (61, 4)]


def tiles(ordered: list[str]) -> dict[str, int]:
    """The tile of each: five runs of the list, the first ones one longer where five does not divide it."""
    size, longer = divmod(len(ordered), 5)
    ends = [size * tile + min(tile, longer) for tile in range(1, 6)]
    return {name: 1 + sum(place >= end for end in ends) for place, name in enumerate(ordered)}


def by_recency(customer: dict[str, Any]) -> tuple:
    """Long ago first, then by id."""
    return -customer["recency_days"], customer["user_id"]


def by_frequency(customer: dict[str, Any]) -> tuple:
    """Seldom first; among equals the recency decides."""
    return customer["frequency"], *by_recency(customer)


def by_spend(customer: dict[str, Any]) -> tuple:
    """Little first; among equals the order by frequency decides."""
    return float(customer["monetary"]), *by_frequency(customer)


@pytest.mark.parametrize(("count", "highest"), SETS)
def test_scores_are_those_of_a_plain_ntile(spark: SparkSession, count: int, highest: int) -> None:
    customers = some_customers(count, highest, random.Random(count))
    orders = [
        tiles([customer["user_id"] for customer in sorted(customers, key=order)])
        for order in (by_recency, by_frequency, by_spend)
    ]
    wanted = {customer["user_id"]: tuple(order[customer["user_id"]] for order in orders) for customer in customers}
    with scored(spark, "seed", customers):
        rows = spark.table("customer_scores").collect()
        bins = spark.sql("SELECT metric, sum(customers) FROM rfm_edges GROUP BY metric").collect()
    assert {row.user_id: (row.r_score, row.f_score, row.m_score) for row in rows} == wanted
    assert len(rows) == count
    assert dict(map(tuple, bins)) == {"recency": count, "frequency": count, "monetary": count}
