"""`make preview` of a database and of a bucket: a mapping is proposed, and a run's account shown, as for files."""

import json
from pathlib import Path

import pytest

import shops
from segmentation.running.local.preview import preview
from segmentation.running.orchestration import connections


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The params of a shop in a file of SQLite, and Airflow's connection to it."""
    found = shops.in_sqlite(tmp_path)
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_DB", json.dumps({"conn_type": "sqlite", "host": found.host}))
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    assert connections.find_connection("shop_db").host == found.host
    query = "SELECT id AS order_id, who AS customer_id, ordered AS order_date, paid AS total, what FROM orders"
    return {"connection": "shop_db", "query": query}


def test_a_mapping_is_proposed_from_the_columns_of_a_query(given: dict[str, str], capsys) -> None:
    assert preview(given) == 0
    said = capsys.readouterr().out
    for line in ("customer: customer_id", "time: order_date", "amount: total", "order: order_id"):
        assert line in said
    assert "1,000,015.61" in said


def test_a_mapping_is_shown_as_a_run_would_count(given: dict[str, str], capsys, tmp_path: Path) -> None:
    mapping = {"customer": "customer_id", "time": "order_date", "amount": "total", "increment": "order_date"}
    assert preview({**given, "orders_mapping": json.dumps(mapping), "as_of": "2023-03-06"}) == 0
    assert "15.60" in capsys.readouterr().out
    assert preview({**given, "orders_mapping": json.dumps({**mapping, "amount": "price"})}) == 2
    assert "amount is 'price', but the query has no column of that name" in capsys.readouterr().out
    assert not list(tmp_path.glob("warehouse/source/version=*"))


def test_what_is_wrong_with_a_connection_is_told(given: dict[str, str], capsys) -> None:
    assert preview({**given, "connection": "nobody"}) == 2
    assert "there is no Airflow connection 'nobody'" in capsys.readouterr().out
    assert preview({"files_path": "s3://nobody@bucket/orders.csv"}) == 2
    assert "there is no Airflow connection 'nobody'" in capsys.readouterr().out


def test_a_database_that_is_away_is_told(given: dict[str, str], capsys, monkeypatch) -> None:
    gone = {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "hushed", "password": "hush"}
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_DB", json.dumps(gone))
    assert preview(given) == 1
    said = capsys.readouterr().out
    assert "The database of shop_db cannot be reached" in said and "hush" not in said
