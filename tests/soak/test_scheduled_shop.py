"""A shop refreshes itself: nobody triggers anything, its schedule ticks, and its month is there. Files come and go."""

import time
from pathlib import Path

import pytest
from local_airflow import LocalAirflow

from segmentation.local.rest import Refused
from segmentation.paths import PROJECT
from segmentation.shops.names import dag_of
from segmentation.warehouse import releases
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse

PATIENCE = 3600  # seconds; of a loaded machine
EACH_MINUTE = "title: Tick\nschedule: '* * * * *'\nparams: {source: demo, demo_reviews: 1000, k: 2}\n"


class ShopsAirflow(LocalAirflow):
    """An Airflow with shops of its own, as `make up` starts it."""

    def environment(self) -> dict[str, str]:
        looks_often = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "2"}
        return super().environment() | looks_often | {"SEGMENTATION_SHOPS": str(self.local.parent / "shops")}


@pytest.fixture
def airflow(tmp_path: Path):
    (tmp_path / "shops").mkdir()
    (tmp_path / "shops/tick.yaml").write_text(EACH_MINUTE)
    airflow = ShopsAirflow(tmp_path, dags=PROJECT / "dags", impatient=False)
    airflow.dag_id = dag_of("tick")
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


def test_a_shop_refreshes_itself_and_files_come_and_go_without_a_restart(airflow: ShopsAirflow, tmp_path: Path) -> None:
    warehouse = Warehouse(airflow.warehouse)
    wait_for(lambda: knows(airflow, airflow.dag_id), "DAG of the shop")
    assert releases.shops(warehouse) == []
    airflow.unpause()
    # Nobody triggers anything from here on.
    made = wait_for(lambda: list(releases.every(warehouse)), "release")[0]
    airflow.rest.ask(f"/api/v2/dags/{airflow.dag_id}", {"is_paused": True}, "PATCH")
    assert made.run_id.startswith("scheduled__")
    assert (made.shop, made.title, made.dag_id) == ("tick", "Tick", dag_of("tick"))
    assert made.params["demo_reviews"] == 1000
    assert verify(warehouse)[1] == []

    (tmp_path / "shops/wrong.yaml").write_text("params: {sorce: demo}\n")
    wait_for(lambda: knows(airflow, dag_of("wrong")), "DAG of the file that is wrong")
    page = airflow.rest.ask(f"/api/v2/dags/{dag_of('wrong')}/details")["doc_md"]
    assert "wrong.yaml: params: Unknown param 'sorce'" in page

    (tmp_path / "shops/tick.yaml").unlink()
    gone = f"/api/v2/dags?dag_id_pattern={dag_of('tick')}"
    wait_for(lambda: not airflow.rest.ask(gone)["dags"], "end of the DAG whose file is gone")
    listed = airflow.rest.read("/segments/").decode()
    assert made.versions["report"] in listed
    assert airflow.rest.read(f"/segments/reports/{made.as_of}/{made.versions['report']}?shop=tick")
