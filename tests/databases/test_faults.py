"""What a database refuses, and what breaks off: one sentence each, without a word of the connection."""

import errno
import multiprocessing
import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

import shops
from cluster.postgres import Postgres
from segmentation.common.errors import Unavailable, UserError
from segmentation.sources.databases import landed
from segmentation.warehouse.versions import Warehouse
from shops import Connection, fetch, run_in, to_postgres

MANY = "INSERT INTO orders SELECT gen_random_uuid(), 'c' || n, '2023-01-01'::timestamptz, '2023-01-01', n, 'tea' FROM "


def told(
    kind: type[Exception],
    warehouse: Warehouse,
    connection: Connection,
    has_cause: bool = False,
    **params: object,
) -> str:
    """What a fetch is told. Nothing is visible then, and nothing of the connection is said."""
    with pytest.raises(kind) as fault:
        fetch(warehouse, connection, **params)
    assert not list(warehouse.root.rglob("version=*")) and not list(warehouse.root.rglob("*.part"))
    message = str(fault.value)
    for held in (connection.host, connection.login, connection.password, str(connection.port or "no port")):
        assert not held or held not in message
    assert "Traceback" not in message and (has_cause or fault.value.__cause__ is None) and len(message) < 700
    return message


@pytest.fixture(params=["postgres", "hook", "sqlite", "duckdb"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    if request.param in ("sqlite", "duckdb"):
        return (shops.in_sqlite if request.param == "sqlite" else shops.in_duckdb)(tmp_path)
    server = request.getfixturevalue("server")
    return (shops.in_postgres if request.param == "postgres" else shops.by_hook)(server)


# What the user can mend, by every road
@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"table": "nowhere"}, ["Param query: the database of shop_db refuses it: ", "nowhere"]),
        ({"query": "SELECT nothing FROM orders"}, ["Param query: the database of shop_db refuses it: ", "nothing"]),
        ({"query": "SELECT id FROM"}, ["Param query: the database of shop_db refuses it: "]),
        ({"query": "DELETE FROM orders"}, ["Param query: the database of shop_db refuses it: "]),
        (
            {"query": "SELECT 'ann' AS who"},
            ["Param orders_mapping: time is 'ordered', but the query has no column of that name; it has 'who'."],
        ),
        ({"query": "SELECT o.*, who FROM orders o"}, ["customer is 'who', but the query has more than one column"]),
        ({"mapping": {"amount": "day"}}, ["amount is 'day', but in the query that is a column of"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    shop: Connection, warehouse: Warehouse, params: dict[str, object], words: list[str]
) -> None:
    if "day" in str(params) and shop.conn_type == "sqlite":
        pytest.skip("SQLite has no type for days")
    if "o.*" in str(params) and shop.conn_type in ("sqlite", "duckdb"):
        pytest.skip("SQLite and DuckDB give the second one another name")
    message = told(UserError, warehouse, shop, **params)
    assert all(word in message for word in words), message


def test_nothing_can_be_written(server: Postgres, warehouse: Warehouse) -> None:
    shop = shops.in_postgres(server)
    run_in(server, "CREATE OR REPLACE FUNCTION sneak() RETURNS text LANGUAGE plpgsql VOLATILE AS"
                   " $$BEGIN DELETE FROM orders; RETURN 'x'; END$$")  # fmt: skip
    said = told(UserError, warehouse, shop, query="SELECT id, sneak() AS who, ordered, paid, what FROM orders")
    assert "read-only transaction" in said
    told(UserError, warehouse, shop, query="WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone")
    assert fetch(warehouse, shop).settings["rows"]["orders.parquet"]["rows"] == len(shops.ROWS)


def test_a_duckdb_query_reads_no_other_file(tmp_path: Path, warehouse: Warehouse) -> None:
    (tmp_path / "secret.csv").write_text("id,who,ordered,paid,what\n1,ann,2023-01-01,1,x\n")
    message = told(UserError, warehouse, shops.in_duckdb(tmp_path), query=f"SELECT * FROM '{tmp_path}/secret.csv'")
    assert "disabled" in message


def test_a_number_that_is_none_is_shown_with_its_column(server: Postgres, warehouse: Warehouse) -> None:
    shop = shops.in_postgres(server)
    run_in(server, "UPDATE orders SET paid = 'NaN' WHERE who = 'bob'")
    assert "its column 'paid' holds 'nan', which is no decimal128(12, 2)" in told(UserError, warehouse, shop)


def test_values_of_several_types_are_refused(server: Postgres, warehouse: Warehouse, monkeypatch) -> None:
    from segmentation.sources.databases import hooks

    shop = shops.by_hook(server)
    monkeypatch.setattr(hooks, "type_of_value", shops_type)
    message = told(UserError, warehouse, shop)
    assert message.startswith("Param query: its column 'paid' holds Decimal(")


def shops_type(value: object, name: str) -> object:
    """As if the first amount had been a whole number."""
    import pyarrow as pa

    from segmentation.sources.databases.typed import type_of_value

    return pa.int64() if name == "paid" else type_of_value(value, name)


def test_what_a_statement_says_of_the_connection_is_hidden(server: Postgres, warehouse: Warehouse) -> None:
    shop = shops.in_postgres(server)
    run_in(server, "CREATE OR REPLACE FUNCTION tell() RETURNS text LANGUAGE plpgsql AS"
                   f" $$BEGIN RAISE EXCEPTION 'as airflow with {server.password} at 127.0.0.1'; END$$")  # fmt: skip
    message = told(UserError, warehouse, shop, query="SELECT id, tell() AS who, ordered, paid, what FROM orders")
    assert message == "Param query: the database of shop_db refuses it: as *** with *** at ***."


# The connection
@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"password": "hush"}, UserError, "Param connection: the database of shop_db refuses the login."),
        ({"login": "nobody"}, UserError, "Param connection: the database of shop_db refuses the login."),
        ({"schema": "nowhere"}, UserError, "Param connection: the server of shop_db has no such database."),
        ({"port": 1}, Unavailable, "The database of shop_db cannot be reached (OperationalError)."),
        ({"host": "no-such-host.invalid"}, Unavailable, "The database of shop_db cannot be reached"),
    ],
)
@pytest.mark.parametrize("road", ["postgres", "hook"])
def test_a_connection_that_does_not_lead_there(
    server: Postgres, warehouse: Warehouse, road: str, given: dict[str, object], kind: type[Exception], message: str
) -> None:
    shop = to_postgres(server, **given)
    if road == "hook":
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        hook = PostgresHook(connection=to_postgres(server, **given))
        object.__setattr__(shop, "conn_type", "other")
        object.__setattr__(shop, "get_hook", lambda: hook)
    assert told(kind, warehouse, shop).startswith(message)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_is_not_there(tmp_path: Path, warehouse: Warehouse, kind: str) -> None:
    missing = Connection(conn_id=shops.CONNECTION, conn_type=kind, host=str(tmp_path / "nowhere.db"))
    assert told(UserError, warehouse, missing).startswith("Param connection: 'shop_db' leads to no file")
    (tmp_path / "nowhere.db").write_bytes(b"this is no database" * 1000)
    told(UserError, warehouse, missing)


def test_a_connection_of_another_kind_is_no_database(warehouse: Warehouse) -> None:
    for kind, words in (
        ("http", "no hook for connections of the type 'http'"),
        ("spark_connect", "which is no database"),
    ):
        assert words in told(UserError, warehouse, Connection(conn_id=shops.CONNECTION, conn_type=kind))


# What may pass
def test_a_statement_timeout_is_tried_again(server: Postgres, warehouse: Warehouse) -> None:
    shops.in_postgres(server)
    slow = to_postgres(server, extra='{"options": "-c statement_timeout=200"}')
    query = "SELECT id, who, ordered, paid, what FROM orders, pg_sleep(1)"
    message = told(Unavailable, warehouse, slow, query=query)
    assert message == ("The database of shop_db cancelled the query: canceling statement due to statement timeout.")


@pytest.mark.parametrize("how", ["terminated", "restarted"])
def test_a_database_that_goes_in_the_middle_is_tried_again(
    server: Postgres, warehouse: Warehouse, monkeypatch, how: str
) -> None:
    shop = shops.in_postgres(server, [])
    run_in(server, MANY + "generate_series(1, 400000) AS n")
    seen = threading.Event()
    breaking = threading.Thread(target=_break, args=(server, how, seen))
    breaking.start()

    def watched(self: landed.Lander, batches, checksum) -> object:
        for batch in batches:
            if not seen.is_set():
                seen.set()
                breaking.join()
            yield batch

    monkeypatch.setattr(landed.Lander, "_seen", watched)
    try:
        assert "The database of shop_db broke off" in told(Unavailable, warehouse, shop)
    finally:
        seen.set()
        breaking.join()


def _break(server: Postgres, how: str, seen: threading.Event) -> None:
    seen.wait()
    if how == "restarted":
        server.restart()
        return
    run_in(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'")
    time.sleep(0.2)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_another_program_writes_is_tried_again(
    tmp_path: Path, warehouse: Warehouse, monkeypatch, kind: str
) -> None:
    shop = (shops.in_sqlite if kind == "sqlite" else shops.in_duckdb)(tmp_path)
    if kind == "sqlite":
        from segmentation.sources.databases import sqlite

        monkeypatch.setattr(sqlite, "WAITS", 0.1)
        holder = sqlite3.connect(shop.host)
        holder.execute("BEGIN EXCLUSIVE")
    else:
        import subprocess
        import sys

        program = f"import duckdb, time; d = duckdb.connect({shop.host!r}); print('open', flush=True); time.sleep(60)"
        holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        holder.stdout.readline()
    try:
        told(Unavailable, warehouse, shop)
    finally:
        holder.close() if kind == "sqlite" else (holder.kill(), holder.wait())
    assert fetch(warehouse, shop)


def test_a_full_disk_ends_a_fetch_that_still_has_rows_to_come(
    server: Postgres, warehouse: Warehouse, monkeypatch
) -> None:
    shop = shops.in_postgres(server, [])
    run_in(server, MANY + "generate_series(1, 400000) AS n")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(landed.pq.ParquetWriter, "write_table", full)
    assert told(UserError, warehouse, shop, has_cause=True).startswith("The disk is full")
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_a_bound_date_is_midnight_in_utc_whatever_the_servers_zone(server: Postgres, warehouse: Warehouse) -> None:
    shop = shops.in_postgres(server)
    run_in(server, "ALTER ROLE airflow SET timezone = 'Pacific/Auckland'")
    try:
        query = "SELECT * FROM orders WHERE ordered < :as_of"
        found = fetch(warehouse, shop, query=query, as_of="2023-02-01")
    finally:
        run_in(server, "ALTER ROLE airflow RESET timezone")
    assert [row["id"] for row in shops.landed(warehouse, found)] == [shops.IDS[0]]


def test_a_killed_fetch_leaves_nothing_that_counts(tmp_path: Path, warehouse: Warehouse) -> None:
    shop = shops.in_sqlite(tmp_path)
    child = multiprocessing.get_context("fork").Process(target=_fetch_and_hang, args=(warehouse, shop))
    child.start()
    deadline = time.monotonic() + 60
    while not list(warehouse.root.rglob("*.part")) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.join()
    assert list(warehouse.root.rglob("*.part")) and not list(warehouse.root.rglob("version=*"))
    assert fetch(warehouse, shop).settings["rows"]["orders.parquet"]["rows"] == len(shops.ROWS)
    assert not list(warehouse.root.rglob("*.part"))


def _fetch_and_hang(warehouse: Warehouse, shop: Connection) -> None:
    landed.pq.ParquetWriter.write_table = lambda *_, **__: time.sleep(600)
    fetch(warehouse, shop)
