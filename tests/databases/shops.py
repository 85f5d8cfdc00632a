"""A small shop's orders in databases, with a value of every type that orders have."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import pyarrow.parquet as pq
from airflow.sdk import Connection

from cluster.postgres import Postgres
from segmentation import sources
from segmentation.config.settings import parse
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

CONNECTION = "shop_db"
MAPPING = {
    "customer": "who",
    "order": "id",
    "time": "ordered",
    "amount": "paid",
    "product_name": "what",
    "currency": "EUR",
}
TABLE = "CREATE TABLE orders (id {uuid}, who varchar(20), ordered {instant}, day date, paid numeric(12,2), what text)"
IDS = [f"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a{number:02d}" for number in range(4)]
ROWS = [
    (IDS[0], "ann", "2023-01-31 23:30:00+00:00", "2023-01-31", "12.50", "Assam, 'loose'"),
    (IDS[1], "bob", "2023-02-01 08:00:00+00:00", "2023-02-01", "3.00", None),
    (IDS[2], "ann", "2023-03-05 10:15:30+00:00", "2023-03-05", "0.10", "Grüner Tee"),
    (IDS[3], "cay", "2023-03-06 10:15:30+00:00", "2023-03-06", "1000000.01", "%s :as_of"),
]


def settings_of(mapping: dict[str, Any] | None = None, **params: Any) -> Any:
    """The params of a run on the table, or on a query."""
    given = {"source": "database", "connection": CONNECTION, "as_of": "2023-04-01"}
    given |= {} if "query" in params else {"table": "orders"}
    return parse({**given, "orders_mapping": json.dumps({**MAPPING, **(mapping or {})}), **params})


def fetch(warehouse: Warehouse, connection: Connection, said: list[str] | None = None, **params: Any) -> Manifest:
    settings = settings_of(**params)
    report = (said if said is not None else []).append
    return sources.fetch(settings, warehouse, "run", report, find_connection=lambda _: connection, as_of=settings.as_of)


def landed(warehouse: Warehouse, manifest: Manifest) -> list[dict[str, Any]]:
    """The rows of a source version in the order of their ids, numbers and times as they are typed."""
    paths = sources.raw_files(warehouse, manifest.version)["orders"]
    rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
    return sorted(rows, key=lambda row: (str(row.get("id")), str(row)))


def in_postgres(server: Postgres, rows: list[tuple] = ROWS) -> Connection:
    run_in(server, "DROP TABLE IF EXISTS orders", TABLE.format(uuid="uuid", instant="timestamptz"))
    with adbc.connect(address(server)) as opened, opened.cursor() as cursor:
        for row in rows:
            cursor.execute("INSERT INTO orders VALUES ($1::text::uuid, $2, $3::text::timestamptz, $4::text::date,"
                           " $5::text::numeric, $6)", row)  # fmt: skip
        opened.commit()
    return to_postgres(server)


def to_postgres(server: Postgres, **given: Any) -> Connection:
    words = {"login": "airflow", "password": server.password, "host": "127.0.0.1", "schema": "airflow"}
    return Connection(conn_id=CONNECTION, conn_type="postgres", **{**words, "port": server._port, **given})


def by_hook(server: Postgres, rows: list[tuple] = ROWS) -> Connection:
    """As for a database that has no road of its own: by Airflow's hook for it."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    connection = in_postgres(server, rows)
    object.__setattr__(connection, "conn_type", "other")
    hook = PostgresHook(connection=to_postgres(server))
    object.__setattr__(connection, "get_hook", lambda: hook)
    return connection


def in_sqlite(folder: Path, rows: list[tuple] = ROWS) -> Connection:
    path = folder / "shop.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as opened:
        opened.execute(TABLE.format(uuid="text", instant="text"))
        opened.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", rows)
    opened.close()
    return Connection(conn_id=CONNECTION, conn_type="sqlite", host=str(path))


def in_duckdb(folder: Path, rows: list[tuple] = ROWS) -> Connection:
    path = folder / "shop.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as opened:
        opened.execute(TABLE.format(uuid="uuid", instant="timestamptz"))
        opened.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", rows) if rows else None
    return Connection(conn_id=CONNECTION, conn_type="duckdb", host=str(path))


def address(server: Postgres) -> str:
    return f"postgresql://airflow:{server.password}@127.0.0.1:{server._port}/airflow"


def run_in(server: Postgres, *statements: str) -> None:
    with adbc.connect(address(server), autocommit=True) as opened, opened.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


Shop = Callable[[list[tuple]], Connection]
