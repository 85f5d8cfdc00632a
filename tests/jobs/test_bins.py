"""Another number of bins, from the orders to the segments: deciles by numpy, and a map for ten scores."""

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np
import pytest

from jobs.flow import Flow

ORDERS = Path(__file__).parents[1] / "data" / "rfm_orders" / "orders.csv"
MAP = """
bins: 10
overlaps: first_wins
segments:
  - {name: Best, group: High value, meaning: m, action: a, rules: [{recency: 10, frequency: 10, monetary: 10}]}
  - {name: Recent, group: New, meaning: m, action: a, rules: [{recency: [6, 10]}]}
others: {name: Rest, group: Churned, meaning: m, action: a}
"""


@pytest.fixture(scope="module")
def rows(spark, tmp_path_factory) -> list[dict]:
    params = {
        "source": "orders",
        "files_path": str(ORDERS),
        "orders_mapping": "{customer: customer_id, time: order_date, amount: revenue}",
        "window_months": 600,
        "bins": 10,
        "segment_map": MAP,
    }
    flow = Flow(tmp_path_factory.mktemp("warehouse"), date(2006, 12, 31).isoformat(), **params)
    flow.run("ingest", "clean", "rfm")
    return flow.rows("customer_rfm")


def deciles(values: list[int]) -> list[int]:
    """The nine edges of whole hundredths by numpy, in exact fractions, rounded up as in 340_edge_values.sql."""
    fractions = np.array([Fraction(value) for value in values], dtype=object)
    return [ceil(np.quantile(fractions, Fraction(tenth, 10), method="linear")) for tenth in range(1, 10)]


def test_ten_scores_are_the_deciles(rows: list[dict]) -> None:
    days = deciles([100 * row["recency_days"] for row in rows])
    cents = deciles([int(100 * row["monetary"]) for row in rows])
    for row in rows:
        assert row["r_score"] == 10 - bisect_right(days, 100 * row["recency_days"])
        assert row["f_score"] == min(row["frequency"], 10)
        assert row["m_score"] == 1 + bisect_right(cents, int(100 * row["monetary"]))


def test_each_customer_has_the_segment_of_the_cell(rows: list[dict]) -> None:
    for row in rows:
        scores = (row["r_score"], row["f_score"], row["m_score"])
        assert row["rfm_score"] == "".join(map(str, scores))
        wanted = "Best" if scores == (10, 10, 10) else "Recent" if row["r_score"] >= 6 else "Rest"
        assert row["segment"] == wanted
    assert {row["segment"] for row in rows} == {"Best", "Recent", "Rest"}
