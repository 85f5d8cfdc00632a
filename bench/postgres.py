"""Time PostgreSQL to Parquet beside `COPY ... TO STDOUT` as CSV: `python -m bench.postgres LINES`

Starts a server of its own on loopback, from the system's package, in a folder that goes afterwards. Fills it with order
lines, and reads them both ways in turns, each in a program of its own whose peak memory is told.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.errors import BenchError

FILL = """
CREATE TABLE orders AS
SELECT n / 3 AS order_id,
       timestamptz '2022-06-01' + (hashint8(n / 3) & 1073741823) * interval '30 milliseconds' AS ordered,
       'c' || lpad(((hashint8(n / 3 + 7) & 1073741823) % 800000)::text, 7, '0') AS customer,
       'P' || lpad(((hashint8(n) & 1073741823) % 20000)::text, 5, '0') AS product,
       'Category ' || n % 30 AS category,
       (1 + n % 8)::int AS quantity,
       (((hashint8(n + 3) & 1073741823) % 200000) / 100.0)::numeric(12, 2) AS amount,
       (ARRAY['Germany', 'France', 'Spain', 'Italy', 'Poland'])[1 + n % 5] AS country
FROM generate_series(1::bigint, {lines}) AS n
"""
MAPPING = {
    "customer": "customer", "time": "ordered", "order": "order_id", "product": "product", "category": "category",
    "quantity": "quantity", "amount": "amount", "only": {"country": ["Germany"]}, "currency": "EUR",
}  # fmt: skip


def fetch(connection: str, warehouse: str) -> None:
    """Fetch the table as a run does."""
    from airflow.sdk import Connection

    from segmentation import sources
    from segmentation.config.settings import parse
    from segmentation.warehouse.versions import Warehouse

    settings = parse(
        {"source": "database", "connection": "bench", "table": "orders", "orders_mapping": json.dumps(MAPPING)}
    )
    opened = Connection(conn_id="bench", conn_type="postgres", **json.loads(connection))
    began = time.monotonic()
    manifest = sources.fetch(settings, Warehouse(Path(warehouse)), "bench", find_connection=lambda _: opened)
    _told(time.monotonic() - began, manifest.bytes)


def copy(connection: str) -> None:
    """Have the server write the table as CSV, and take it."""
    import psycopg

    given = json.loads(connection)
    size, began = 0, time.monotonic()
    with (
        psycopg.connect(
            host=given["host"],
            port=given["port"],
            user=given["login"],
            password=given["password"],
            dbname=given["schema"],
        ) as opened,
        opened.cursor() as cursor,
        cursor.copy("COPY orders TO STDOUT CSV") as rows,
    ):
        for block in rows:
            size += len(block)
    _told(time.monotonic() - began, size)


def _told(seconds: float, size: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "bytes": size, "peak": peak}), flush=True)


def compare(lines: int, runs: int) -> None:
    """Print what each way took."""
    import adbc_driver_postgresql.dbapi as adbc

    from segmentation.engine.connect.server import free_port

    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "cluster"))
    from postgres import Postgres

    with tempfile.TemporaryDirectory(prefix="bench-postgres-") as folder:
        Path(folder).chmod(0o755)
        port = free_port()
        server = Postgres(Path(folder) / "server", port)
        server.start()
        try:
            server.create_database()
            words = {"host": "127.0.0.1", "port": port, "login": "airflow", "schema": "airflow"}
            connection = json.dumps({**words, "password": server.password})
            address = f"postgresql://airflow:{server.password}@127.0.0.1:{port}/airflow"
            with adbc.connect(address, autocommit=True) as opened, opened.cursor() as cursor:
                cursor.execute(FILL.format(lines=lines))
                cursor.execute("VACUUM ANALYZE orders")
            for number in range(runs):
                for way in ("copy", "fetch"):
                    found = _run(way, connection, f"{folder}/warehouse-{number}")
                    print(
                        f"{way:<6}{found['seconds']:>7.1f} s {lines / found['seconds']:>11,.0f} lines a second "
                        f"{found['bytes'] / 1e6:>7,.0f} MB written {found['peak'] / 1e6:>6,.0f} MB of memory at most",
                        flush=True,
                    )
        finally:
            server.stop()


def _run(way: str, connection: str, warehouse: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.postgres", "0", "--way", way, "--warehouse", warehouse]
    done = subprocess.run(
        command, env={**os.environ, "BENCH_CONNECTION": connection}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(f"{way} failed: {done.stderr[-1000:]}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=int)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--way", choices=("copy", "fetch"))
    parser.add_argument("--warehouse")
    given = parser.parse_args()
    if given.way == "fetch":
        fetch(os.environ["BENCH_CONNECTION"], given.warehouse)
    elif given.way == "copy":
        copy(os.environ["BENCH_CONNECTION"])
    else:
        compare(given.lines, given.runs)
