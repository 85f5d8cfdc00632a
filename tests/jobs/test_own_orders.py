"""The whole flow on the shop of the how-to guide, held against plain Python; other layouts; hostile cells."""

import csv
import json
import random
import re
import runpy
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from markupsafe import escape

from jobs import orders_by_hand, stored_checksums
from jobs.flow import Flow
from jobs.orders_by_hand import AS_OF, SHOP, raw_lines, usable
from segmentation.common.errors import UserError
from segmentation.config.segment_maps import load_map
from segmentation.running.local.summary import summary
from segmentation.sources.order_lines import times
from segmentation.warehouse import releases

MAPPING = yaml.safe_load((SHOP / "mapping.yaml").read_text(encoding="utf-8"))
IGNORE = {**MAPPING, "returns": {**MAPPING["returns"], "do": "ignore"}}
ROWS = raw_lines()


def shop(root: Path, files: Path = SHOP / "orders.csv", mapping: dict = MAPPING, **params: object) -> Flow:
    given = {"source": "orders", "files_path": str(files), "orders_mapping": json.dumps(mapping), "k_max": 4, **params}
    return Flow(root, AS_OF.isoformat(), **given)


def values(flow: Flow) -> dict[str, tuple]:
    return {r["user_id"]: (r["recency_days"], r["frequency"], r["monetary"]) for r in flow.rows("customer_rfm")}


@pytest.fixture(scope="module")
def flow(spark, tmp_path_factory) -> Flow:
    flow = shop(tmp_path_factory.mktemp("warehouse"), orders_mapping=str(SHOP / "mapping.yaml"))
    flow.run()
    return flow


@pytest.fixture(scope="module")
def page(flow: Flow) -> str:
    return (flow.warehouse.place_of(flow.manifest("report")) / "report.html").read_text(encoding="utf-8")


def test_every_row_is_as_the_release_before_had_it(flow: Flow) -> None:
    stored_checksums.check(flow, "orders")


# The shipped file
def test_the_shipped_file_is_what_its_generator_writes(tmp_path: Path) -> None:
    runpy.run_path(str(SHOP / "make_orders.py"))["write"](tmp_path / "orders.csv")
    assert (tmp_path / "orders.csv").read_bytes() == (SHOP / "orders.csv").read_bytes()


def test_the_shop_has_what_the_tests_are_about() -> None:
    lines = list(usable(ROWS))
    assert len(ROWS) - len(lines) > 10, "lines that are refused"
    assert sum(line.is_return for line in lines) > 30
    assert len({tuple(row.values()) for row in ROWS}) < len(ROWS), "equal lines"
    assert any("\n" in row["Item"] for row in ROWS)
    found = [orders_by_hand.customers(ROWS, counts, True) for counts in ("orders", "days", "lines")]
    assert found[0] != found[1] != found[2]
    assert orders_by_hand.without_spend(ROWS, subtract=True) > 0


# Values
@pytest.mark.parametrize("counts", ["orders", "days", "lines"])
@pytest.mark.parametrize("mapping", [MAPPING, IGNORE], ids=["subtracted", "ignored"])
def test_every_customer_has_the_values_of_plain_python(flow: Flow, mapping: dict, counts: str) -> None:
    other = shop(flow.warehouse.root, mapping=mapping, frequency_counts=counts)
    other.run("ingest", "clean", "rfm")
    subtract = mapping is MAPPING
    assert values(other) == orders_by_hand.customers(ROWS, counts, subtract)
    figures = other.manifest("customer_scores").figures
    assert figures["customers_without_spend"] == orders_by_hand.without_spend(ROWS, subtract)
    if subtract:
        assert other.manifest("purchases") == flow.manifest("purchases"), "what frequency counts is no matter of clean"


def test_every_line_is_an_order_line_or_refused_with_a_reason(flow: Flow) -> None:
    rejected = flow.rows("rejected_rows")
    assert flow.manifest("orders").rows + len(rejected) == len(ROWS)
    assert flow.manifest("orders").rows == len(list(usable(ROWS)))
    guests = sum(not row["Customer"] for row in ROWS)
    reasons = [row["reason"] for row in rejected]
    assert reasons.count("no customer") == guests
    assert {"a time that cannot be read", "no amount that is a number"} == set(reasons) - {"no customer"}
    assert {row["file"] for row in rejected} == {"orders.csv"}


def test_ignored_returns_are_dropped_and_counted(flow: Flow) -> None:
    ignoring = shop(flow.warehouse.root, mapping=IGNORE)
    returned = sum(line.is_return for line in usable(ROWS))
    figures = [one.run("ingest", "clean")["purchases"].figures for one in (flow, ignoring)]
    assert [(one["returns_ignored"], one["returns_subtracted"]) for one in figures] == [(0, returned), (returned, 0)]
    assert flow.manifest("purchases").rows - ignoring.manifest("purchases").rows == returned
    assert all(row["price"] >= 0 for row in ignoring.rows("purchases"))


def test_purchases_have_the_columns_of_reviews_and_the_order(flow: Flow) -> None:
    (row,) = [row for row in flow.rows("purchases") if row["order_id"] == "36001"]
    assert (row["user_id"], row["parent_asin"], row["product_name"]) == ("17058", "2001", "Coffee, whole beans")
    assert (row["rating"], row["helpful_vote"]) == (None, None)
    assert row["purchased_at"].isoformat() == "2022-10-28T14:08:00+00:00"  # 16:08 of summer time in Berlin


# The page and the words at the end
def test_the_report_speaks_of_orders_in_their_currency(flow: Flow, page: str) -> None:
    spend = sum(value[2] for value in values(flow).values())
    assert f"EUR\u00a0{spend:,.2f}" in page
    assert "$" not in page
    ours = page
    for name in ("purchases", "first_purchases", "second_purchase"):  # the names of datasets
        ours = ours.replace(f"<bdi>{name}</bdi>", "")
    for segment in load_map("came_back"):
        ours = ours.replace(str(escape(segment.meaning)), "").replace(str(escape(segment.action)), "")
    assert re.findall(r".{0,40}(?:purchase|review).{0,40}", ours, re.IGNORECASE) == []
    for words in ("Orders from 1 July 2022", "Orders per customer", "own orders, orders.csv", "Order lines read",
                  "mapping: unit price", "Returns take their amount off"):  # fmt: skip
        assert words in page, words
    assert "Electronics" not in page


def test_the_summary_names_the_currency(flow: Flow) -> None:
    text = summary(flow.warehouse, flow.manifest("report"))
    spend = sum(value[2] for value in values(flow).values())
    assert f"who spent EUR\u00a0{spend:,.2f}" in text
    assert "$" not in text


def test_a_rerun_without_the_files_finds_everything_standing(flow: Flow) -> None:
    """Later tasks read the mapping from the source version; only `fetch` needs the files."""
    assert flow.run()["report"] == flow.manifest("report")
    (shop,) = releases.shops(flow.warehouse)
    current = releases.current(flow.warehouse, shop, flow.as_of)
    assert current.versions["orders"] == flow.plan.version("orders")
    assert "reviews" not in current.versions


# Layouts
def test_several_files_in_another_order_give_the_same_rows(flow: Flow, tmp_path: Path) -> None:
    header, rows = list(ROWS[0]), [list(row.values()) for row in ROWS]
    random.Random(5).shuffle(rows)
    turned = [list(reversed(header)), *[list(reversed(row)) for row in rows[300:]]]
    for name, lines in (("a.csv", [header, *rows[:100]]), ("b.csv", [header, *rows[100:300]]), ("c.csv", turned)):
        with open(tmp_path / name, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(lines)
    same_rows(flow, shop(tmp_path / "warehouse", tmp_path))


def test_parquet_with_types_gives_the_same_rows(flow: Flow, tmp_path: Path) -> None:
    def at(text: str) -> datetime | None:
        try:
            return datetime.strptime(text, "%d.%m.%Y %H:%M")
        except ValueError:
            return None

    frame = pd.DataFrame(ROWS)
    frame["Ordered"] = pd.to_datetime(frame["Ordered"].map(at))
    for column, kind in (("Customer", float), ("Quantity", "int64"), ("Unit Price", float)):
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(kind)
    # Local times and instants, as pandas and as Spark write them, and prices as numbers and as texts.
    instants = frame.assign(Ordered=frame["Ordered"].dt.tz_localize("Europe/Berlin"))
    texts = frame["Unit Price"].map(lambda price: None if pd.isna(price) else f"{price:.2f}")
    frame[:100].to_parquet(tmp_path / "one.parquet")
    frame[100:200].to_parquet(tmp_path / "two.parquet", coerce_timestamps="us")
    instants[200:300].to_parquet(tmp_path / "three.parquet")
    instants[300:400].to_parquet(tmp_path / "four.parquet", coerce_timestamps="ms")
    instants[400:].assign(**{"Unit Price": texts[400:]}).to_parquet(
        tmp_path / "five.parquet", use_deprecated_int96_timestamps=True
    )
    same_rows(flow, shop(tmp_path / "warehouse", tmp_path))


def same_rows(one: Flow, other: Flow) -> None:
    made = other.run("ingest", "clean", "rfm")
    assert other.source.version != one.source.version
    for name in ("orders", "purchases", "customer_rfm", "rfm_edges"):
        assert made[name].rows_checksum == one.manifest(name).rows_checksum, name
    assert made["rejected_rows"].rows == one.manifest("rejected_rows").rows


# What a file may hold
HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("x")',
    "'; DROP TABLE x; --",
    "{{ 7*7 }}",
    "${jndi:x}",
    "a\"b'c\\",
]


def test_hostile_cells_and_names_stay_texts(spark, tmp_path: Path) -> None:
    column = "<img src=x onerror=alert(1)> `when`.it's"
    with open(tmp_path / "o.csv", "w", encoding="utf-8", newline="") as file:
        lines = [[text, f"2023-06-{day:02}", day, text, text] for day, text in enumerate(HOSTILE, 1)]
        csv.writer(file).writerows([["who", column, "sum", "no", "name"], *lines])
    mapping = {"customer": "who", "time": column, "amount": "sum", "order": "no", "product_name": "name",
               "category": "name", "currency": "<b>$"}  # fmt: skip
    flow = shop(tmp_path / "w", tmp_path / "o.csv", mapping)
    flow.run()
    rows = flow.rows("purchases")
    assert {row["user_id"] for row in rows} == set(HOSTILE)
    assert all(row["user_id"] == row["order_id"] == row["product_name"] == row["main_category"] for row in rows)
    page = (flow.warehouse.place_of(flow.manifest("report")) / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "<script" not in page
    assert "<b>$" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; `when`.it&#39;s" in page


def test_odd_lines_are_kept_aside_and_a_quoted_line_end_is_no_end(spark, tmp_path: Path) -> None:
    lines = [
        "who,when,sum",
        '"ann\nlee",2023-06-01,"1,000.50"',
        "bob,2023-06-01",
        "bob,2023-06-01,1,2",
        "",
        '"say ""hi""",2023-06-02,3',  # the last line has no end
    ]
    (tmp_path / "o.csv").write_bytes("\r\n".join(lines).encode())
    mapping = {"customer": "who", "time": "when", "amount": "sum"}
    flow = shop(tmp_path / "w", tmp_path / "o.csv", mapping, rejected_share_fail=1)
    flow.run("ingest")
    assert {(row["user_id"], str(row["amount"])) for row in flow.rows("orders")} == {
        ("ann\nlee", "1000.50"), ('say "hi"', "3.00"),
    }  # fmt: skip
    assert sorted(row["line_text"] for row in flow.rows("rejected_rows")) == ["bob,2023-06-01", "bob,2023-06-01,1,2"]


def test_files_without_a_line_that_can_be_used_fail_and_say_why(spark, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("who,when,sum\nann,1.6.2023,5\n")
    flow = shop(tmp_path / "w", tmp_path / "o.csv", {"customer": "who", "time": "when", "amount": "sum"})
    with pytest.raises(
        UserError,
        match=r"orders has no rows.*rejected_rows says why.*1 line of 1 .*refused.*'1.6.2023' in row 2 of o.csv",
    ):
        flow.run("ingest")


PATTERNS = [
    "yyyy-MM-dd HH:mm:ss", "d.M.yyyy H:mm", "M/d/yy h:mm a", "MM/dd/yyyy hh:mm:ss a", "yyyyMMdd", "yyyyMMddHHmmss",
    "dd MMM yyyy HH:mm", "MMMM d, yyyy K:mm a", "yyyy-DDD", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "d/M/yyyy k:mm",
    "yyyy-MM-dd HH:mm:ss VV", "yyyy-MM-dd HH:mm:ssx", "'on' yyyy-MM-dd",
]  # fmt: skip
MOMENTS = ["2023-06-01 08:05:09.123", "2022-12-31 23:59:59", "2024-02-29 00:00:00", "2023-01-01 12:30:00"]


def test_a_pattern_reads_back_what_spark_writes_with_it(spark) -> None:
    """Also where it writes less than the moment: a day, or no seconds. Then Spark and we read the same."""
    for pattern in PATTERNS:
        rows = spark.sql(
            "SELECT text, unix_micros(try_to_timestamp(text, :pattern)) AS micros FROM ("
            "SELECT date_format(cast(moment AS TIMESTAMP), :pattern) AS text "
            "FROM (SELECT explode(:moments) AS moment))",
            args={"pattern": pattern, "moments": MOMENTS},
        ).collect()
        read = times.from_texts(pa.array([row.text for row in rows]), times.reading("UTC", None, pattern, {}))
        assert [None if fault else int(at) for at, fault in zip(read.instants, read.faults, strict=True)] == [
            row.micros for row in rows
        ], pattern
