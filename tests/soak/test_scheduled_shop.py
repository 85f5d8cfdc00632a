"""Shops refresh themselves: nobody triggers anything, their schedules tick, and their months are there.

One is a demo, one a category of a stand-in for the Hub, one has orders of its own. `make shop` writes their files.
Files come and go.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_airflow import LocalAirflow

from hub.local_hub import LocalHub
from segmentation import demo
from segmentation.local.rest import Refused
from segmentation.paths import PROJECT
from segmentation.settings import LAST_AS_OF, PINNED_REVISION
from segmentation.shops.names import dag_of
from segmentation.warehouse import releases
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse

PATIENCE = 3600  # seconds; of a loaded machine
OWN = PROJECT / "docs/how-to/own-orders"
CATEGORY = "Gift_Cards"
SHOPS = {
    "tick": {"SOURCE": "demo", "DEMO_REVIEWS": "1000"},
    "gift_cards": {"CATEGORY": CATEGORY},
    # The orders are of 2022 and 2023, and a scheduled run is as of today.
    "tea": {"FILES": str(OWN / "orders.csv"), "ORDERS_MAPPING": str(OWN / "mapping.yaml"), "WINDOW_MONTHS": "600"},
}


class ShopsAirflow(LocalAirflow):
    """An Airflow with shops of its own, as `make up` starts it."""

    endpoint: str  # of its Hub

    def environment(self) -> dict[str, str]:
        looks_often = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "2"}
        own = {"SEGMENTATION_SHOPS": str(self.local.parent / "shops"), "HF_ENDPOINT": self.endpoint}
        return super().environment() | looks_often | own

    def write_shop(self, name: str) -> None:
        """`make shop`, with a schedule that ticks each minute."""
        words = {"NAME": name, "TITLE": name.title(), "SCHEDULE": "* * * * *", "K": "2", **SHOPS[name]}
        command = [sys.executable, "-m", "segmentation.local", "shop"]
        subprocess.run(command, env=self.environment() | words, check=True)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    """A Hub whose pinned commit holds a small category."""
    demo.generate(tmp_path / "category", category=CATEGORY, reviews=1000, seed=7, report=lambda _: None)
    files = [path for path in (tmp_path / "category").rglob("*") if path.is_file()]
    with LocalHub() as hub:
        hub.commits[PINNED_REVISION] = {
            path.relative_to(tmp_path / "category").as_posix(): path.read_bytes() for path in files
        }
        hub.branches[PINNED_REVISION] = PINNED_REVISION
        yield hub


@pytest.fixture
def airflow(tmp_path: Path, hub: LocalHub) -> Iterator[ShopsAirflow]:
    airflow = ShopsAirflow(tmp_path, dags=PROJECT / "dags", impatient=False)
    airflow.endpoint = hub.endpoint
    airflow.start(unpause=False)
    yield airflow
    airflow.stop()


def wait_for(found, what: str):
    """What a function gives, once that is something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(1)
    raise AssertionError(f"there was no {what} within {PATIENCE} s")


def knows(airflow: LocalAirflow, dag_id: str) -> bool:
    try:
        return airflow.rest.ask(f"/api/v2/dags/{dag_id}")["dag_id"] == dag_id
    except Refused:
        return False


def switch_on(airflow: ShopsAirflow, name: str) -> None:
    airflow.write_shop(name)
    wait_for(lambda: knows(airflow, dag_of(name)), f"DAG of the shop {name}")
    pause(airflow, name, False)


def pause(airflow: ShopsAirflow, name: str, is_paused: bool) -> None:
    airflow.rest.ask(f"/api/v2/dags/{dag_of(name)}", {"is_paused": is_paused}, "PATCH")


def first_release(airflow: ShopsAirflow, name: str) -> releases.Release:
    """The first release of a shop whose runs nobody triggers; no further one begins."""
    warehouse = Warehouse(airflow.warehouse)
    made = wait_for(lambda: list(releases.every(warehouse, name)), f"release of {name}")[0]
    pause(airflow, name, True)
    assert made.run_id.startswith("scheduled__")
    assert (made.shop, made.title, made.dag_id) == (name, name.title(), dag_of(name))
    return made


def test_shops_refresh_themselves_and_files_come_and_go_without_a_restart(
    airflow: ShopsAirflow, hub: LocalHub, tmp_path: Path
) -> None:
    warehouse = Warehouse(airflow.warehouse)
    assert releases.shops(warehouse) == []
    for name in SHOPS:
        switch_on(airflow, name)
    made = {name: first_release(airflow, name) for name in SHOPS}
    assert made["tick"].params["demo_reviews"] == 1000
    # The pinned commit has ended, so the month is the last one that it has, not the one that is over now.
    assert (made["gift_cards"].params["category"], made["gift_cards"].as_of) == (CATEGORY, LAST_AS_OF.isoformat())
    assert made["tea"].params["source"] == "orders"
    assert verify(warehouse)[1] == []

    (tmp_path / "shops/wrong.yaml").write_text("params: {sorce: demo}\n")
    wait_for(lambda: knows(airflow, dag_of("wrong")), "DAG of the file that is wrong")
    page = airflow.rest.ask(f"/api/v2/dags/{dag_of('wrong')}/details")["doc_md"]
    assert "wrong.yaml: params: Unknown param 'sorce'" in page

    (tmp_path / "shops/tick.yaml").unlink()
    gone = f"/api/v2/dags?dag_id_pattern={dag_of('tick')}"
    wait_for(lambda: not airflow.rest.ask(gone)["dags"], "end of the DAG whose file is gone")
    listed = airflow.rest.read("/segments/").decode()
    assert all(month.versions["report"] in listed for month in made.values())
    ended = made["tick"]
    assert airflow.rest.read(f"/segments/reports/{ended.as_of}/{ended.versions['report']}?shop=tick")
