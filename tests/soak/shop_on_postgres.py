"""A shop on PostgreSQL, as its page tells it: its commands, shop section and query are what is run."""

import os
import re
import shlex
import subprocess
import sys

import adbc_driver_postgresql.dbapi as adbc
import psycopg
import pyarrow as pa

from cluster.postgres import Postgres
from databases.shops import address, to_postgres
from segmentation import read
from segmentation.common.paths import PROJECT
from soak.shops_airflow import ShopsAirflow, wait_for

PAGE = (PROJECT / "docs/how-to/shop-on-postgres.md").read_text(encoding="utf-8")
SHOP = "tea"
# What the rows of the table and the released ones have in common.
SAME = (
    "user_id, recency_days, frequency, monetary, orders, r_score, f_score, m_score, rfm_score, segment, "
    "previous_segment, segment_since"
)
# The spend of each customer, worked out by the database itself.
SPEND = """
SELECT customer, sum(quantity * unit_price) AS spend FROM tea.orders
WHERE customer IS NOT NULL AND ordered_at IS NOT NULL AND unit_price IS NOT NULL
GROUP BY customer HAVING sum(quantity * unit_price) > 0
"""


def block(kind: str) -> str:
    """The one block of a kind that the page has."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return found


def words_of(word: str) -> dict[str, str]:
    """What stands behind a `make` of the page."""
    (line,) = re.findall(rf"^ +make {word} (.*)$", PAGE, re.MULTILINE)
    return dict(one.split("=", 1) for one in shlex.split(line))


def ended(airflow: ShopsAirflow, run_id: str) -> str:
    """How a run has ended."""
    return wait_for(lambda: (s := airflow.states().get(run_id)) in ("success", "failed") and s, f"end of {run_id}")


def last_task(airflow: ShopsAirflow, run_id: str) -> tuple[str, int, str]:
    """State, try and log of a run's delivery."""
    (one,) = [one for one in airflow.tries(run_id) if one["task_id"] == "deliver"]
    return one["state"], one["try_number"], airflow.log(run_id, "deliver", one["try_number"])


def note_of(airflow: ShopsAirflow, run_id: str) -> str:
    """What Airflow shows beside a run."""
    return airflow.rest.ask(f"/api/v2/dags/{airflow.dag_id}/dagRuns/{run_id}")["note"]


def fill(airflow: ShopsAirflow) -> None:
    (script,) = re.findall(r"^ +\.venv/bin/python (\S+)$", PAGE, re.MULTILINE)
    subprocess.run([sys.executable, PROJECT / script], env=os.environ | airflow.more, check=True)


def in_airflow(name: str, server: Postgres) -> dict[str, object]:
    """A connection as *Admin, Connections* keeps it."""
    given = to_postgres(server)
    words = {"host": given.host, "port": given.port, "login": given.login, "password": given.password}
    return {"connection_id": name, "conn_type": given.conn_type, "schema": given.schema, **words}


def check_figures(airflow: ShopsAirflow, shop_db: psycopg.Connection, server: Postgres) -> None:
    """Compare the delivered table with the release, and with what the orders come to: in the database."""
    released = pa.table(read.table("customer_rfm", SHOP, warehouse=str(airflow.warehouse)).to_table())
    with adbc.connect(address(server)) as opened, opened.cursor() as cursor:
        cursor.adbc_ingest("released", released, mode="replace", db_schema_name="tea")
        opened.commit()
    delivered = f"SELECT {SAME} FROM tea.segments"
    for one, other in (
        (delivered, f"SELECT {SAME} FROM tea.released"),
        (f"SELECT {SAME} FROM tea.released", delivered),
    ):
        assert shop_db.execute(f"({one}) EXCEPT ALL ({other})").fetchall() == []
    spent = shop_db.execute(f"SELECT count(*), sum(spend) FROM ({SPEND}) AS spends").fetchone()
    ours = "SELECT count(*), count(DISTINCT user_id), count(segment), count(cluster), sum(monetary) FROM tea.segments"
    customers, *others, spend = shop_db.execute(ours).fetchone()
    assert (customers, spend) == spent
    assert others == [customers] * 3
