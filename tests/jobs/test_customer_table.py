"""A table with one row per customer: the whole flow on a set that others have published figures of, and its edges."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
import yaml

from jobs import stored_checksums
from jobs.flow import Flow
from jobs.test_published_orders import DATA as ORDERS
from jobs.test_published_orders import EDGES, plain, quintiles_and_one, scored
from segmentation.common.errors import UserError
from segmentation.pages import listing
from segmentation.running.local.summary import summary
from segmentation.warehouse import releases

DATA = Path(__file__).parents[1] / "data" / "rfm_customers"
PUBLISHED = yaml.safe_load((DATA / "published.yaml").read_text(encoding="utf-8"))
MAPPING = {"level": "customer", "customer": "customer_id", "last_order": "most_recent_visit",
           "orders": "number_of_orders", "amount": "revenue", "currency": "EUR"}  # fmt: skip
HEADER = "customer_id,most_recent_visit,number_of_orders,revenue"


def table(root: Path, files: Path, as_of: date, mapping: dict | None = None, **params: object) -> Flow:
    given = {"source": "orders", "files_path": str(files), "orders_mapping": json.dumps(MAPPING | (mapping or {}))}
    return Flow(root, as_of.isoformat(), **given, **params)


def customer_lines() -> list[dict[str, str]]:
    with gzip.open(DATA / "customers.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def flow(spark, tmp_path_factory) -> Flow:
    """The published set by the package's own rule: its bins begin at the quintile plus 1."""
    lines, day = customer_lines(), PUBLISHED["analysis_date"]
    values = {
        "recency": [(day - date.fromisoformat(line["most_recent_visit"])).days for line in lines],
        "frequency": [int(line["number_of_orders"]) for line in lines],
        "monetary": [int(line["revenue"]) for line in lines],
    }
    edges = {f"{name}_edges": [plain(edge) for edge in quintiles_and_one(found)] for name, found in values.items()}
    root = tmp_path_factory.mktemp("warehouse")
    flow = table(root, DATA / "customers.csv.gz", day, segment_map="rfm_package", k="4", **edges)
    flow.run()
    return flow


@pytest.fixture(scope="module")
def page(flow: Flow) -> str:
    return (flow.warehouse.place_of(flow.manifest("report")) / "report.html").read_text(encoding="utf-8")


# The published figures
def test_every_row_is_as_the_release_before_had_it(flow: Flow) -> None:
    stored_checksums.check(flow, "customers")


def test_the_eleven_published_segments_have_their_customers(flow: Flow) -> None:
    rows = flow.rows("customer_rfm")
    assert Counter(row["segment"] for row in rows) == PUBLISHED["segments"]
    assert len(rows) == PUBLISHED["customers"]
    assert sum(row["frequency"] for row in rows) == PUBLISHED["transactions"]
    by_id = {row["user_id"]: row for row in rows}
    for customer, *values, score in PUBLISHED["first_rows"]:
        row = by_id[customer]
        assert [row["recency_days"], row["frequency"], row["monetary"]] == values
        assert row["rfm_score"] == str(score)


def test_orders_and_their_sums_per_customer_give_the_same_scores(flow: Flow, tmp_path: Path) -> None:
    bought: dict[str, list[tuple[str, int]]] = defaultdict(list)
    with open(ORDERS / "orders.csv", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            bought[line["customer_id"]].append((line["order_date"], int(line["revenue"])))
    with open(tmp_path / "c.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(HEADER.split(","))
        for who, made in bought.items():
            csv.writer(file).writerow([who, max(day for day, _ in made), len(made), sum(paid for _, paid in made)])
    params = {"segment_map": "rfm_package", **{f"{metric}_edges": values for metric, values in EDGES.items()}}
    one = table(tmp_path / "w", tmp_path / "c.csv", date(2006, 12, 31), **params)
    one.run("ingest", "clean", "rfm")
    # What they were a month before, only orders can say.
    wanted = {who: {**row, "previous_segment": None} for who, row in scored(tmp_path / "o", EDGES).items()}
    assert {row["user_id"]: row for row in one.rows("customer_rfm")} == wanted


# What the run has, and what it cannot have
def test_the_run_makes_no_month_before_and_none_of_the_tables_that_need_one(flow: Flow) -> None:
    there = {path.name for path in flow.warehouse.root.iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert not {"purchases", "orders", "segment_migration", "cluster_movement"} & there
    assert [path.name for path in (flow.warehouse.root / "customer_rfm").glob("as_of=*")] == ["as_of=2007-01-01"]
    assert all(row["change"] is None for row in flow.rows("segment_summary"))
    lists = flow.manifest("exports").files
    assert "champions.csv" in lists
    assert not [name for name in lists if name.startswith("moved-into-")]
    assert flow.run()["report"] == flow.manifest("report"), "a rerun finds everything standing"
    (shop,) = releases.shops(flow.warehouse)
    current = releases.current(flow.warehouse, shop, flow.as_of)
    assert current.versions["given_customers"] == flow.plan.version("given_customers")


def test_the_page_says_what_it_is_of_and_what_it_cannot_tell(page: str) -> None:
    for words in (
        "Own customers", "One row per customer, with a last order up to 31 December 2006",
        "own customers, customers.csv",
        "39,999 customers spent", "says nothing of an earlier month", "no window cuts it", "Rows of customers read",
        "who moved, came or left, and what was bought, is not told here", "mapping: last order", "given_customers",
    ):  # fmt: skip
        assert words in page, words
    for words in ("in the window", "What changed since", "Moved here since", "Lines that count", "window months",
                  "frequency counts", "mapping: returns", "$"):  # fmt: skip
        assert words not in page, words


def test_the_summary_and_the_list_of_reports_know_the_table(flow: Flow) -> None:
    text = summary(flow.warehouse, flow.manifest("report"))
    assert "39,999 customers as of 2007-01-01, who spent EUR" in text
    found = listing.listing(flow.warehouse, releases.shops(flow.warehouse))
    assert ([shop.title for shop in found.shops], found.damaged) == (["customers"], [])
    (month,) = found.shops[0].months
    assert (month.customers, month.currency) == (39999, "EUR")


# Edges
def small(tmp_path: Path, *lines: str, mapping: dict | None = None, **params: object) -> Flow:
    (tmp_path / "c.csv").write_text("\n".join([HEADER, *lines, ""]))
    limits = {"rejected_share_fail": 1, "rows_warn": 1, **params}
    return table(tmp_path / "w", tmp_path / "c.csv", date(2023, 7, 1), mapping, **limits)


def values(flow: Flow) -> dict[str, tuple]:
    flow.run("ingest", "clean", "rfm")
    return {r["user_id"]: (r["recency_days"], r["frequency"], r["monetary"]) for r in flow.rows("customer_rfm")}


def test_every_row_is_a_customer_or_refused_or_left_out_and_counted(spark, tmp_path: Path, capsys) -> None:
    lines = ("ann,2023-06-30T21:30:00Z,3,10.00", "bob,2001-06-30,2,7.50", "cay,2023-06-30T22:30:00Z,1,5",
             "dan,2023-05-01,0,0", "eve,,1,4", "fay,2023-05-01,2.5,4", ",2023-05-01,1,4", "gus,2023-05-01,1,0",
             "hal,2023-05-01,1,-4")  # fmt: skip
    flow = small(tmp_path, *lines, mapping={"time_zone": "Europe/Berlin"})
    assert values(flow) == {"ann": (1, 3, 10), "bob": (8036, 2, 7.5)}, "no window; days in Berlin"
    assert Counter(row["reason"] for row in flow.rows("rejected_rows")) == {
        "orders that are no whole number from 1 to 1,000,000,000": 2, "no time": 1, "no customer": 1,
    }  # fmt: skip
    made = flow.manifest("customer_scores")
    assert {name: made.figures[name] for name in ("customers_given", "customers_late", "customers_without_spend")} == {
        "customers_given": 5, "customers_late": 1, "customers_without_spend": 2,
    }  # fmt: skip
    assert made.checks["ordered_before"]["level"] == "warn"
    assert not made.checks["ordered_before"]["passed"]
    assert (
        "1 of 5 customers are left out, because their last order was on 2023-07-01 or later" in capsys.readouterr().out
    )


def test_an_amount_of_nothing_counts_where_free_orders_do(spark, tmp_path: Path) -> None:
    lines = ("ann,2023-06-01,3,10.00", "gus,2023-05-01,1,0", "hal,2023-05-01,1,-4")
    assert set(values(small(tmp_path, *lines, mapping={"free_orders": "count"}))) == {"ann", "gus"}


def test_a_customer_on_several_rows_is_refused_by_name(spark, tmp_path: Path) -> None:
    flow = small(tmp_path, "ann,2023-06-01,3,10.00", "ann,2023-05-01,1,4.00", "bob,2023-05-01,1,4.00")
    with pytest.raises(UserError, match="1 customers have more than one row, such as ann, who has 2"):
        flow.run("ingest")


def test_rows_that_two_files_have_count_once_where_the_mapping_says_so(spark, tmp_path: Path) -> None:
    for name, lines in (("a", ("ann,2023-06-01,3,10.00", "bob,2023-05-01,1,4.00")), ("b", ("ann,2023-06-01,3,10.00",))):
        (tmp_path / f"{name}.csv").write_text("\n".join([HEADER, *lines, ""]))
    flow = table(tmp_path / "w", tmp_path, date(2023, 7, 1), {"drop_equal_lines": True}, rows_warn=1)
    assert values(flow) == {"ann": (30, 3, 10), "bob": (61, 1, 4)}
    assert flow.manifest("given_customers").figures["order_lines_repeated"] == 1


def test_a_table_from_after_the_as_of_date_fails_and_says_from_when_it_is(spark, tmp_path: Path) -> None:
    flow = small(tmp_path, "ann,2023-08-01,3,10.00", "bob,2023-09-01,1,4.00")
    with pytest.raises(
        UserError, match=r"No customer of the table .* run from 2023-08-01 to 2023-09-01. Choose another"
    ):
        flow.run("ingest", "clean", "rfm")
