"""Some cases of exports in Spark: the customers are those of DuckDB, and a user's mistake stays one sentence."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.flow import Flow
from orders_cases import AS_OF, FOLDER, Case, all_cases
from segmentation.common.errors import UserError
from segmentation.stages.ingest import raw_orders

NAMES = (
    "zones_of_every_kind", "many_decimals", "first_rows_of_orders", "filters_of_whole_orders", "odd_quotes",
    "kinds_of_parquet", "nobody", "refunds_told_by_a_column",
)  # fmt: skip
CASES = {case.folder.name: case for case in reversed(all_cases()) if case.folder.name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_spark_and_duckdb_give_the_same_customers(spark: SparkSession, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    flow = Flow(tmp_path, AS_OF, **case.params)
    flow.run("ingest", "clean", "rfm")
    rows = {
        row["user_id"]: (row["recency_days"], row["frequency"], row["monetary"]) for row in flow.rows("customer_rfm")
    }
    assert rows == case.expected
    refused = {row["reason"]: row["lines"] for row in flow.rows("refused_reasons")}
    assert refused == (case.said.get("refused") or {})


def test_a_mistake_that_a_task_finds_is_one_sentence(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files too large for the driver are read by Python workers, whose errors Spark would wrap in its own."""
    monkeypatch.setattr(raw_orders, "ON_DRIVER", 0)
    said = {"files_path": "orders.csv", "mapping": {"customer": "Customer", "time": "When", "amount": "Amount"}}
    said["mapping"] |= {"decimal": ".", "currency": "EUR"}
    case = Case("", FOLDER / "a_quote_that_never_closes", said)
    flow = Flow(tmp_path, AS_OF, **case.params)
    with pytest.raises(UserError) as refused:
        flow.run("ingest")
    assert str(refused.value).startswith(
        "Param files_path: orders.csv cannot be read from row 3 on: a quote is opened there and not closed"
    )
    assert "\n" not in str(refused.value)


def test_large_files_are_read_by_tasks_with_the_same_result(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_orders, "ON_DRIVER", 0)
    case = CASES["zones_of_every_kind"]
    flow = Flow(tmp_path, AS_OF, **case.params)
    flow.run("ingest")
    assert sum(row["lines"] for row in flow.rows("refused_reasons")) == 2
    assert flow.manifest("orders").rows == len(case.said["counted"])
