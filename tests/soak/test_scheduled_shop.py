"""Shops refresh themselves: nobody triggers anything, their schedules tick, and their months are there.

One has orders of its own, one a category of a stand-in for the Hub, and one is on PostgreSQL, as its page tells it:
filled, read by a schedule, and its segments brought back to a table. `make shop` writes their files. Files come and
go. All have one Airflow.
"""

from collections.abc import Iterator

import psycopg
import pytest

import small_java
from cluster.postgres import Postgres, running
from databases.shops import address
from hub.local_hub import LocalHub
from segmentation.common.paths import PROJECT
from segmentation.config.settings import LAST_AS_OF, PINNED_REVISION
from segmentation.config.shops.names import dag_of
from segmentation.sources import demo_shop
from segmentation.warehouse import releases
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse
from soak.shop_on_postgres import SHOP, block, check_figures, ended, fill, in_airflow, last_task, note_of, words_of
from soak.shops_airflow import ShopsAirflow, wait_for

OWN = PROJECT / "docs/how-to/own-orders"
CATEGORY = "Gift_Cards"
# Each runs by itself once it is switched on. One ticks on, but not so soon that its runs keep the others waiting.
SHOPS = {
    # The orders are of 2022 and 2023, and a scheduled run is as of today.
    "tick": {
        "FILES": str(OWN / "orders.csv"), "ORDERS_MAPPING": str(OWN / "mapping.yaml"), "WINDOW_MONTHS": "600",
        "SCHEDULE": "*/10 * * * *",
    },
    "gift_cards": {"CATEGORY": CATEGORY},
}  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalHub]:
    """A Hub whose pinned commit holds a small category."""
    folder = tmp_path_factory.mktemp("category")
    demo_shop.generate(folder, category=CATEGORY, reviews=1000, seed=7, report=lambda _: None)
    files = [path for path in folder.rglob("*") if path.is_file()]
    with LocalHub() as hub:
        hub.commits[PINNED_REVISION] = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
        hub.branches[PINNED_REVISION] = PINNED_REVISION
        yield hub


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres | None]:
    """A PostgreSQL; None where it is not installed."""
    try:
        with running() as made:
            yield made
    except FileNotFoundError:
        yield None


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory, hub: LocalHub, server: Postgres | None) -> Iterator[ShopsAirflow]:
    airflow = ShopsAirflow(tmp_path_factory.mktemp("airflow"), dags=PROJECT / "dags", impatient=False)
    airflow.more = {"HF_ENDPOINT": hub.endpoint, "SPARK_SUBMIT_OPTS": small_java.options()}
    if server:
        airflow.more["AIRFLOW_CONN_SHOP_DB"] = address(server)
    airflow.start(unpause=False)
    yield airflow
    airflow.stop()


def test_shops_refresh_themselves_and_files_come_and_go_without_a_restart(airflow: ShopsAirflow, hub: LocalHub) -> None:
    warehouse = Warehouse(airflow.warehouse)
    assert releases.shops(warehouse) == []
    for name, words in SHOPS.items():
        airflow.make("shop", NAME=name, TITLE=name.title(), K="2", **words)
    for name in SHOPS:
        airflow.switch_on(name)
    made = {}
    for name in SHOPS:
        made[name] = airflow.first_release(name)
        airflow.pause(name)  # so that no further run begins
    assert [one.title for one in made.values()] == [name.title() for name in SHOPS]
    assert (made["tick"].params["source"], made["tick"].params["window_months"]) == ("orders", 600)
    # The pinned commit has ended, so the month is the last one that it has, not the one that is over now.
    assert (made["gift_cards"].params["category"], made["gift_cards"].as_of) == (CATEGORY, LAST_AS_OF.isoformat())
    assert verify(warehouse)[1] == []

    (airflow.shops / "wrong.yaml").write_text("params: {sorce: demo}\n")
    wait_for(lambda: airflow.knows(dag_of("wrong")), "DAG of the file that is wrong")
    page = airflow.rest.ask(f"/api/v2/dags/{dag_of('wrong')}/details")["doc_md"]
    assert "wrong.yaml: params: Unknown param 'sorce'" in page

    (airflow.shops / "tick.yaml").unlink()
    gone = f"/api/v2/dags?dag_id_pattern={dag_of('tick')}"
    wait_for(lambda: not airflow.rest.ask(gone)["dags"], "end of the DAG whose file is gone")
    listed = airflow.rest.read("/segments/").decode()
    assert all(month.versions["report"] in listed for month in made.values())
    ended = made["tick"]
    assert airflow.rest.read(f"/segments/reports/{ended.as_of}/{ended.versions['report']}?shop=tick")


def test_a_shop_on_postgres_gets_its_segments_back_each_once(airflow: ShopsAirflow, server: Postgres | None) -> None:
    if server is None:
        pytest.skip("PostgreSQL is not installed, so no shop is on it.")
    with psycopg.connect(address(server), autocommit=True) as shop_db:
        airflow.dag_id = dag_of(SHOP)
        walk(airflow, server, shop_db)


def walk(airflow: ShopsAirflow, server: Postgres, shop_db: psycopg.Connection) -> None:
    """All steps of the page, and what may go wrong on the way. shop_db: looks into the shop's database from outside."""
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
