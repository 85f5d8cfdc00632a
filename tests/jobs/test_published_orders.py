"""Orders that others have published figures of: the workflow gives the same for all customers.

See tests/data/rfm_orders for where they come from. The R package counts recency from the analysis date, which is what
`recency_days` counts up to; no order is on that day, so it being exclusive changes nothing.
"""

import csv
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
import yaml

from jobs.flow import Flow
from segmentation.common.paths import PROJECT

DATA = Path(__file__).parents[1] / "data" / "rfm_orders"
PUBLISHED = yaml.safe_load((DATA / "published.yaml").read_text(encoding="utf-8"))
EDGES = {metric: PUBLISHED[f"{metric}_bins"] for metric in ("recency", "frequency", "monetary")}
METRICS = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}
MAPPING = "{customer: customer_id, time: order_date, amount: revenue}"


def scored(root: Path, edges: dict[str, list], **more: str) -> dict[str, dict]:
    params = {
        "source": "orders",
        "files_path": str(DATA / "orders.csv"),
        "orders_mapping": MAPPING,
        "window_months": 600,
        "segment_map": "rfm_package",
        **{f"{metric}_edges": values for metric, values in edges.items()},
        **more,
    }
    flow = Flow(root, PUBLISHED["analysis_date"].isoformat(), **params)
    flow.run("ingest", "clean", "rfm")
    return {row["user_id"]: row for row in flow.rows("customer_rfm")}


@pytest.fixture(scope="module")
def root(spark, tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("warehouse")


@pytest.fixture(scope="module")
def rows(root: Path) -> dict[str, dict]:
    return scored(root, EDGES)


def test_every_customer_has_the_values_and_scores_of_plain_python(rows: dict[str, dict]) -> None:
    bought: dict[str, list[tuple[date, int]]] = defaultdict(list)
    with open(DATA / "orders.csv", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            bought[line["customer_id"]].append((date.fromisoformat(line["order_date"]), int(line["revenue"])))
    assert len(bought) == PUBLISHED["customers"]
    wanted = {}
    for customer, orders in bought.items():
        days = (PUBLISHED["analysis_date"] - max(day for day, _ in orders)).days
        values = (days, len(orders), sum(revenue for _, revenue in orders))
        bins = [bisect_right(edges, value) for edges, value in zip(EDGES.values(), values, strict=True)]
        wanted[customer] = (*values, f"{5 - bins[0]}{1 + bins[1]}{1 + bins[2]}")
    assert {customer: _shown(row) for customer, row in rows.items()} == wanted


def test_the_published_rows_are_there(rows: dict[str, dict]) -> None:
    for customer, *values, score in PUBLISHED["first_rows"]:
        assert _shown(rows[customer]) == (*values, str(score))


def test_the_published_sums_come_out(rows: dict[str, dict]) -> None:
    assert sum(row["frequency"] for row in rows.values()) == PUBLISHED["transactions"]
    cells: dict[tuple, list] = defaultdict(list)
    for row in rows.values():
        cells[row["f_score"], row["r_score"]].append(Fraction(row["monetary"]))
    assert round(sum(sum(cell) / len(cell) for cell in cells.values())) == PUBLISHED["heatmap_sum"]


def test_the_published_segments_have_their_customers_orders_and_revenue(root: Path, rows: dict[str, dict]) -> None:
    """By the map `rfm_package`, whose rules are the package's own.

    This table of the package rests on its bins before they are rounded: the quintile plus 1.
    """
    edges = {metric: quintiles_and_one([int(row[name]) for row in rows.values()]) for metric, name in METRICS.items()}
    assert {metric: [round(edge) for edge in values] for metric, values in edges.items()} == EDGES
    found: dict[str, Counter] = defaultdict(Counter)
    for row in scored(root, {metric: [plain(edge) for edge in values] for metric, values in edges.items()}).values():
        found[row["segment"]].update(customers=1, orders=row["frequency"], revenue=int(row["monetary"]))
    shown = {segment: [sums["customers"], sums["orders"], sums["revenue"]] for segment, sums in found.items()}
    assert shown == PUBLISHED["segment_summary"]


def test_the_page_gives_the_edges_of_the_package(rows: dict[str, dict]) -> None:
    """As its recipe in R makes them: the quintile plus 1, rounded up, frequency to whole numbers."""
    page = (PROJECT / "docs/how-to/scores.md").read_text(encoding="utf-8")
    for metric, name in METRICS.items():
        given = re.search(rf"'{metric.upper()}_EDGES=([\d.;]+)'", page)[1].split(";")
        assert [Decimal(edge) for edge in given] == quintiles_and_one([int(row[name]) for row in rows.values()])


def test_qcut_of_pandas_and_the_package_itself_are_as_near_as_the_page_says(root: Path, rows: dict[str, dict]) -> None:
    found = scored(root, {}, bins_closed="right", frequency_scoring="quantiles")
    table = pd.DataFrame(found.values()).set_index("user_id")
    cuts = {"r_score": ("recency_days", [5, 4, 3, 2, 1]), "f_score": ("frequency", [1, 2, 3, 4, 5])}
    cuts["m_score"] = ("monetary", [1, 2, 3, 4, 5])
    edges = {metric: quintiles_and_one([int(row[name]) for row in rows.values()]) for metric, name in METRICS.items()}
    package = scored(root, {metric: [plain(edge) for edge in values] for metric, values in edges.items()})
    differ = set()
    for score, (name, labels) in cuts.items():
        theirs = pd.qcut(table[name].astype(float), 5, labels=labels).astype(int)
        assert (theirs == table[score]).all(), name
        differ |= {customer for customer, row in package.items() if row[score] != found[customer][score]}
    page = (PROJECT / "docs/how-to/scores.md").read_text(encoding="utf-8")
    assert f"{len(differ)} of {len(rows)} customers get another score" in page


def quintiles_and_one(values: list[int]) -> list[Decimal]:
    """The four quintiles by linear interpolation (type 7 of R), plus 1, exactly."""
    ordered = [Decimal(value) for value in sorted(values)]
    edges = []
    for fifth in (1, 2, 3, 4):
        rank, rest = divmod((len(ordered) - 1) * fifth, 5)
        edges.append(ordered[rank] + (ordered[rank + 1] - ordered[rank]) * rest / 5 + 1)
    return edges


def plain(edge: Decimal) -> int | str:
    """A whole number where it is one, as the edges of frequency have to be."""
    return int(edge) if edge == int(edge) else str(edge)


def _shown(row: dict) -> tuple:
    return row["recency_days"], row["frequency"], row["monetary"], row["rfm_score"]
