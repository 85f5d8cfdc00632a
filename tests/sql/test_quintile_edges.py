"""The edges of recency and spend are numpy's quintiles, in whole cents, and the scores follow from them."""

import math
import random
from bisect import bisect_right
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from pyspark.sql import SparkSession
from rfm_views import scored, some_customers

FREQUENCY_EDGES = [2, 3, 4, 6]
# How many customers, and how many values they may have.
SETS = [(2, 1_000), (6, 3), (11, 10), (137, 40), (300, 1_000_000)]


def hundredths_of_quintiles(values: list[int]) -> list[int]:
    """The four quintiles of whole hundredths by numpy, in exact fractions, rounded up to a hundredth."""
    fractions = np.array([Fraction(value) for value in values], dtype=object)
    return [math.ceil(np.quantile(fractions, Fraction(fifth, 5), method="linear")) for fifth in (1, 2, 3, 4)]


@pytest.mark.parametrize(("count", "highest"), SETS)
def test_edges_and_scores_are_those_of_numpy(spark: SparkSession, count: int, highest: int) -> None:
    customers = some_customers(count, highest, random.Random(count))
    days = [100 * customer["recency_days"] for customer in customers]
    cents = [int(customer["monetary"].replace(".", "")) for customer in customers]
    times = [100 * customer["frequency"] for customer in customers]
    edges = {
        "recency": hundredths_of_quintiles(days),
        "monetary": hundredths_of_quintiles(cents),
        "frequency": [100 * edge for edge in FREQUENCY_EDGES],
    }
    wanted_scores = {
        customer["user_id"]: (
            5 - bisect_right(edges["recency"], day),
            1 + bisect_right(edges["frequency"], time),
            1 + bisect_right(edges["monetary"], cent),
        )
        for customer, day, time, cent in zip(customers, days, times, cents, strict=True)
    }
    with scored(spark, "edges", customers):
        found = {name: [0] * 4 for name in edges}
        for metric, edge, value in spark.table("edge_values").collect():
            found[metric][edge - 1] = int(value * 100)
        scores = {
            row.user_id: (row.r_score, row.f_score, row.m_score) for row in spark.table("customer_scores").collect()
        }
        bins = {(row.metric, row.score): row.customers for row in spark.table("rfm_edges").collect()}
    assert found == edges
    assert scores == wanted_scores
    for place, metric in enumerate(("recency", "frequency", "monetary")):
        counts = Counter(score[place] for score in wanted_scores.values())
        assert {score: bins[metric, score] for score in range(1, 6)} == {score: counts[score] for score in range(1, 6)}


def test_the_quintiles_of_this_file_are_those_of_floats_too() -> None:
    cents = [int(customer["monetary"].replace(".", "")) for customer in some_customers(137, 40, random.Random(1))]
    floats = np.quantile(cents, [0.2, 0.4, 0.6, 0.8], method="linear")
    assert hundredths_of_quintiles(cents) == [math.ceil(round(value, 6)) for value in floats]
