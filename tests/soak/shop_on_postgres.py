"""A shop on PostgreSQL, as its page tells it: filled, read by a schedule, and its segments brought back to a table.

The page's own commands, shop section and query are what is run.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import psycopg
import pyarrow as pa
import pytest

from cluster.postgres import Postgres
from databases.shops import address, to_postgres
from segmentation import read
from segmentation.paths import PROJECT
from segmentation.shops.names import dag_of
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse
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


@pytest.fixture
def shop_db(server: Postgres) -> Iterator[psycopg.Connection]:
    """The shop's database, looked into from outside."""
    with psycopg.connect(address(server), autocommit=True) as opened:
        opened.execute("DROP SCHEMA IF EXISTS tea CASCADE")
        yield opened


@pytest.fixture
def airflow(tmp_path: Path, server: Postgres) -> Iterator[ShopsAirflow]:
    airflow = ShopsAirflow(tmp_path, dags=PROJECT / "dags", impatient=False)
    airflow.more = {"AIRFLOW_CONN_SHOP_DB": address(server)}
    airflow.dag_id = dag_of(SHOP)
    airflow.start(unpause=False)
    yield airflow
    airflow.stop()


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


def test_a_shop_on_postgres_gets_its_segments_back_each_once(
    airflow: ShopsAirflow, server: Postgres, shop_db: psycopg.Connection
) -> None:
    fill(airflow)
    fill(airflow)
    assert shop_db.execute("SELECT count(*), count(ordered_at), count(unit_price) FROM tea.orders").fetchall() == [
        (487, 486, 486)
    ]
    airflow.make("shop", **words_of("shop"), K="2")
    with open(airflow.shops / f"{SHOP}.yaml", "a", encoding="utf-8") as file:
        file.write(block("yaml"))
    airflow.switch_on(SHOP)
    made = airflow.first_release(SHOP)
    assert ended(airflow, made.run_id) == "success"
    state, tries, log = last_task(airflow, made.run_id)
    assert (state, tries) == ("success", 1)
    assert f"has the {made.figures['customers']} customers of release 1" in log
    assert server.password not in log
    check_figures(airflow, shop_db, server)
    assert shop_db.execute(block("sql")).fetchall()

    # A second run of the month: nothing is written once more.
    written = shop_db.execute("SELECT DISTINCT xmin::text FROM tea.segments").fetchall()
    airflow.trigger("again", {"as_of": made.as_of})
    assert ended(airflow, "again") == "success"
    assert shop_db.execute("SELECT DISTINCT xmin::text FROM tea.segments").fetchall() == written
    listed = airflow.make("releases", SHOP=SHOP)
    assert "delivered to table tea.segments (shop_db), " in listed
    assert "delivered to table tea.segments (shop_db), as release 1 has, " in listed
    assert server.password not in listed
    assert "delivered to table tea.segments (shop_db), as release 1 has, " in airflow.rest.read("/segments/").decode()

    # A connection that is missing: the delivery fails at once, the release stands, and the task is cleared once it is
    # there. It is kept by Airflow, not by the environment, and somebody has taken a row out of the table meanwhile.
    shop_file = airflow.shops / f"{SHOP}.yaml"
    shop_file.write_text(shop_file.read_text().replace(block("yaml"), block("yaml").replace("shop_db", "crm")))
    airflow.trigger("broken", {"as_of": made.as_of})
    assert ended(airflow, "broken") == "failed"
    state, tries, log = last_task(airflow, "broken")
    assert (state, tries) == ("failed", 1)
    assert "ERROR deliver: table tea.segments of the connection crm: Airflow has no connection 'crm'. Add it" in log
    (failed,) = [line for line in airflow.make("releases", SHOP=SHOP).splitlines() if "not delivered" in line]
    assert failed.strip().startswith("not delivered to table tea.segments (crm), ")
    assert "UTC: Airflow has no connection 'crm'" in failed
    assert note_of(airflow, "broken").startswith(f"Tea shop as of {made.as_of}, release 3")
    shop_db.execute("DELETE FROM tea.segments WHERE user_id = (SELECT max(user_id) FROM tea.segments)")
    airflow.rest.ask("/api/v2/connections", in_airflow("crm", server))
    clear = {"dry_run": False, "dag_run_id": "broken", "task_ids": ["deliver"], "only_failed": True}
    airflow.rest.ask(f"/api/v2/dags/{airflow.dag_id}/clearTaskInstances", clear)
    wait_for(lambda: airflow.states()["broken"] == "success", "end of the run that was mended")
    listed = airflow.make("releases", SHOP=SHOP)
    assert "delivered to table tea.segments (crm), " in listed and "not delivered" not in listed
    check_figures(airflow, shop_db, server)
    assert verify(Warehouse(airflow.warehouse))[1] == []
