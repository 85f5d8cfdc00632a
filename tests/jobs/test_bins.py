"""Another number of bins, from the orders to the segments: deciles by numpy, and a map for ten scores."""

from bisect import bisect_right
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np
import pytest

from jobs.flow import Flow
from segmentation.common.errors import UserError
from segmentation.config import segment_maps

ORDERS = Path(__file__).parents[1] / "data" / "rfm_orders" / "orders.csv"
MAP = """
bins: 10
overlaps: first_wins
segments:
  - {name: Best, group: High value, meaning: m, action: a, rules: [{recency: 10, frequency: 10, monetary: 10}]}
  - {name: Recent, group: New, meaning: m, action: a, rules: [{recency: [6, 10]}]}
others: {name: Rest, group: Churned, meaning: m, action: a}
"""


OWN = """
bins: 3
segments:
  - {name: "Mine & <b>", group: High value, meaning: m., action: a., rules: [{recency: [2, 3]}]}
  - {name: Others, group: Churned, meaning: m., action: a., rules: [{recency: 1}]}
"""


@pytest.fixture(scope="module")
def own(spark, tmp_path_factory) -> Flow:
    """A whole run with a map in a file and bins that are closed on the right."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    given = {"bins": 3, "bins_closed": "right", "frequency_scoring": "quantiles", "k": "2"}
    flow = orders(folder / "warehouse", **given, segment_map=str(folder / "own.yaml"))
    flow.run()
    return flow


def orders(root: Path, **params: object) -> Flow:
    mapping = "{customer: customer_id, time: order_date, amount: revenue}"
    given = {"source": "orders", "files_path": str(ORDERS), "orders_mapping": mapping, "window_months": 600}
    return Flow(root, "2006-12-31", **given, **params)


def test_a_map_of_ones_own_is_named_in_the_report_and_kept_beside_it(own: Flow) -> None:
    folder = own.warehouse.place_of(own.manifest("report"))
    assert (folder / "segment_map.yaml").read_text(encoding="utf-8") == OWN.strip() + "\n"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"one of your own, sha256 {segment_maps.map_hash(OWN)[:12]}" in page
    assert "own.yaml" not in page
    assert "A value on an edge belongs to the bin below it." in page
    assert "Mine &amp; &lt;b&gt;" in page
    assert {row["segment"] for row in own.rows("customer_rfm")} == {"Mine & <b>", "Others"}


def test_edges_of_bins_closed_on_one_side_are_not_taken_for_the_other(own: Flow) -> None:
    version = own.plan.version("rfm_edges")
    with pytest.raises(UserError, match=r"are closed on the right, but bins_closed is left\."):
        orders(own.warehouse.root, bins=3, frozen_edges_from=version).run("rfm")
    frozen = orders(own.warehouse.root, bins=3, bins_closed="right", frozen_edges_from=version)
    frozen.run("ingest", "clean", "rfm")
    scores = [{row["user_id"]: row["rfm_score"] for row in flow.rows("customer_rfm")} for flow in (own, frozen)]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("bins", [3, 4])
def test_a_number_of_bins_alone_is_enough(spark, tmp_path: Path, bins: int) -> None:
    flow = orders(tmp_path, bins=bins)
    flow.run("ingest", "clean", "rfm")
    names = {segment.name for segment in segment_maps.load_map("eleven")}
    assert {row["segment"] for row in flow.rows("customer_rfm")} <= names
    assert {row["f_score"] for row in flow.rows("customer_rfm")} == set(range(1, bins + 1))


@pytest.fixture(scope="module")
def rows(spark, tmp_path_factory) -> list[dict]:
    flow = orders(tmp_path_factory.mktemp("warehouse"), bins=10, segment_map=MAP)
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
