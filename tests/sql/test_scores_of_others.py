"""docs/how-to/scores.md: what it says of pandas holds, with pandas itself, with equal values and without."""

import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from rfm_views import scored, some_customers

from segmentation.common.paths import PROJECT

PAGE = (PROJECT / "docs/how-to/scores.md").read_text(encoding="utf-8")
METRICS = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}
AS_QCUT = {"bins_closed": "right", "frequency_scoring": "quantiles"}
Rows = list[dict[str, Any]]


def customers(count: int, ties: bool, seed: int) -> Rows:
    """With ties: few different values, which still lie on more than one quantile. Without: all values differ."""
    draw = random.Random(seed)
    days, times, cents = (
        [draw.randint(1, 30) for _ in range(count)] if ties else draw.sample(range(1, 20 * count), count)
        for _ in range(3)
    )
    return [
        {"user_id": f"u{place}", "recency_days": days[place], "frequency": times[place],
         "monetary": f"{cents[place] / 100:.2f}"}
        for place in range(count)
    ]  # fmt: skip


def table_of(rows: Rows) -> pd.DataFrame:
    """As somebody has it in a notebook, amounts as floats."""
    table = pd.DataFrame(rows).rename(columns={name: metric for metric, name in METRICS.items()})
    return table.assign(monetary=table.monetary.astype(float)).set_index("user_id")


def here(spark: SparkSession, rows: Rows, bins: int = 5, **params: object) -> pd.DataFrame:
    with scored(spark, "edges", rows, bins, **params):
        found = [
            (row.user_id, row.r_score, row.f_score, row.m_score) for row in spark.table("customer_scores").collect()
        ]
    return pd.DataFrame(found, columns=["user_id", *METRICS]).set_index("user_id").loc[[row["user_id"] for row in rows]]


def by(table: pd.DataFrame, cut: Callable[[pd.Series], pd.Series], bins: int = 5) -> pd.DataFrame:
    """The scores by a way to cut that numbers its bins from 0, few days being good."""
    places = table[list(METRICS)].apply(cut)
    return places.assign(recency=bins - places.recency, frequency=places.frequency + 1, monetary=places.monetary + 1)


def edges_of_the_page() -> Callable[..., str]:
    """The function that the page gives, as it stands there."""
    code = next(block for block in re.findall(r"```python\n(.*?)```", PAGE, re.S) if "def edges(" in block)
    found: dict[str, Any] = {}
    exec(code, found)
    return found["edges"]


def edges_of(table: pd.DataFrame, scores: pd.DataFrame, bins: int = 5) -> dict[str, str]:
    edges = edges_of_the_page()
    return {f"{metric}_edges": edges(table[metric], scores[metric], bins, metric == "recency") for metric in METRICS}


@pytest.mark.parametrize(
    ("count", "ties", "bins"), [(101, True, 5), (101, False, 5), (96, False, 5), (137, True, 4), (89, False, 8)]
)
def test_closed_on_the_right_with_quantiles_is_qcut(spark: SparkSession, count: int, ties: bool, bins: int) -> None:
    rows = customers(count, ties, seed=count)
    table = table_of(rows)
    theirs = by(table, lambda values: pd.qcut(values, bins, labels=False), bins)
    more = {"segment_map": "./none.yaml"} if bins not in (4, 5) else {}
    ours = here(spark, rows, bins, **AS_QCUT, **more)
    assert (ours == theirs).all(axis=None)
    # Amounts and days lie on edges, or the sides would not matter.
    if ties:
        left = here(spark, rows, bins, frequency_scoring="quantiles", **more)
        assert (left != theirs).any(axis=None)


def test_ranks_that_break_ties_lie_between_the_two_sides_and_are_one_without_ties(spark: SparkSession) -> None:
    for ties in (True, False):
        rows = customers(131, ties, seed=2)
        table = table_of(rows)
        theirs = by(table, lambda values: pd.qcut(values.rank(method="first"), 5, labels=False))
        right, left = here(spark, rows, **AS_QCUT), here(spark, rows, frequency_scoring="quantiles")
        up = ["frequency", "monetary"]
        assert ((right[up] <= theirs[up]) & (theirs[up] <= left[up])).all(axis=None)
        assert ((left.recency <= theirs.recency) & (theirs.recency <= right.recency)).all()
        assert (right == theirs).all(axis=None) != ties
        if ties:
            for metric in METRICS:
                with pytest.raises(SystemExit, match=r"have different scores; no edges can give that"):
                    edges_of_the_page()(table[metric], theirs[metric], recency=metric == "recency")


@pytest.mark.parametrize(
    "cut",
    [
        lambda values: pd.qcut(values, 5, labels=False, duplicates="drop"),
        lambda values: pd.cut(values.rank(pct=True), [0, 0.2, 0.4, 0.6, 0.8, 1], labels=False),
        lambda values: pd.cut(values, [0, 1, 5, 40, 100, np.inf], labels=False) if values.max() > 100 else values // 20,
    ],
    ids=["qcut without the equal edges", "ranks that keep ties", "cuts of one's own"],
)
def test_edges_from_a_table_give_its_scores(spark: SparkSession, cut: Callable[[pd.Series], pd.Series]) -> None:
    """Most bought once, so that quantiles fall together."""
    rows = [row | {"frequency": min(row["frequency"], 99)} for row in some_customers(200, 60, random.Random(4))]
    table = table_of(rows)
    with pytest.raises(ValueError, match="Bin edges must be unique"):
        pd.qcut(table.frequency, 5)
    # Numbered without gaps, as the page asks for.
    theirs = by(table, lambda values: pd.Series(pd.factorize(cut(values), sort=True)[0], index=values.index))
    found = edges_of(table, theirs)
    assert all(len(edges.split(";")) == 4 for edges in found.values())
    assert (here(spark, rows, **found) == theirs).all(axis=None)


def test_with_three_bins_the_table_gives_what_pandas_rounds(spark: SparkSession) -> None:
    """100 customers: ranks of 33 and 66 are cuts, on which 1/3 as a float falls short."""
    rows = customers(100, ties=False, seed=3)
    table = table_of(rows)
    theirs = by(table, lambda values: pd.qcut(values, 3, labels=False), 3)
    ours = here(spark, rows, 3, **AS_QCUT)
    differ = (ours != theirs).sum()
    assert 0 < differ.max() <= 2, "as many as there are cuts"
    assert (here(spark, rows, 3, **edges_of(table, theirs, 3)) == theirs).all(axis=None)


def test_the_table_is_refused_where_more_is_not_better() -> None:
    edges = edges_of_the_page()
    with pytest.raises(SystemExit, match="A higher value has a lower score"):
        edges([1, 2, 3], [1, 3, 2])
    with pytest.raises(SystemExit, match="A higher value has a lower score"):
        edges([1, 2, 3], [1, 2, 3], 3, recency=True)
    with pytest.raises(SystemExit, match="Nobody is in bin 2 of 4"):
        edges([1, 2, 3], [1, 3, 4])
    assert edges([Decimal("0.50"), Decimal("1.25")], [1, 2], 3) == "1.25;999990"


def test_where_most_bought_once_the_left_side_gives_them_the_best_score(spark: SparkSession) -> None:
    rows = [row | {"frequency": 1 if place < 90 else 2} for place, row in enumerate(customers(100, True, seed=5))]
    left, right = here(spark, rows, frequency_scoring="quantiles"), here(spark, rows, **AS_QCUT)
    assert set(left.frequency[:90]) == {5}
    assert set(right.frequency[:90]) == {1}
