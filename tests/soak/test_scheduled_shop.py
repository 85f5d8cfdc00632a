"""Shops refresh themselves: nobody triggers anything, their schedules tick, and their months are there.

One is a demo, one a category of a stand-in for the Hub, one has orders of its own. `make shop` writes their files.
Files come and go.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.local_hub import LocalHub
from segmentation import demo
from segmentation.paths import PROJECT
from segmentation.settings import LAST_AS_OF, PINNED_REVISION
from segmentation.shops.names import dag_of
from segmentation.warehouse import releases
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse
from soak.shops_airflow import ShopsAirflow, wait_for

OWN = PROJECT / "docs/how-to/own-orders"
CATEGORY = "Gift_Cards"
SHOPS = {
    "tick": {"SOURCE": "demo", "DEMO_REVIEWS": "1000"},
    "gift_cards": {"CATEGORY": CATEGORY},
    # The orders are of 2022 and 2023, and a scheduled run is as of today.
    "tea": {"FILES": str(OWN / "orders.csv"), "ORDERS_MAPPING": str(OWN / "mapping.yaml"), "WINDOW_MONTHS": "600"},
}


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
    airflow.more = {"HF_ENDPOINT": hub.endpoint}
    airflow.start(unpause=False)
    yield airflow
    airflow.stop()


def test_shops_refresh_themselves_and_files_come_and_go_without_a_restart(
    airflow: ShopsAirflow, hub: LocalHub, tmp_path: Path
) -> None:
    warehouse = Warehouse(airflow.warehouse)
    assert releases.shops(warehouse) == []
    for name, words in SHOPS.items():
        airflow.make("shop", NAME=name, TITLE=name.title(), SCHEDULE="* * * * *", K="2", **words)
        airflow.switch_on(name)
    made = {}
    for name in SHOPS:
        made[name] = airflow.first_release(name)
        airflow.pause(name)  # so that no further run begins
    assert [one.title for one in made.values()] == [name.title() for name in SHOPS]
    assert made["tick"].params["demo_reviews"] == 1000
    # The pinned commit has ended, so the month is the last one that it has, not the one that is over now.
    assert (made["gift_cards"].params["category"], made["gift_cards"].as_of) == (CATEGORY, LAST_AS_OF.isoformat())
    assert made["tea"].params["source"] == "orders"
    assert verify(warehouse)[1] == []

    (tmp_path / "shops/wrong.yaml").write_text("params: {sorce: demo}\n")
    wait_for(lambda: airflow.knows(dag_of("wrong")), "DAG of the file that is wrong")
    page = airflow.rest.ask(f"/api/v2/dags/{dag_of('wrong')}/details")["doc_md"]
    assert "wrong.yaml: params: Unknown param 'sorce'" in page

    (tmp_path / "shops/tick.yaml").unlink()
    gone = f"/api/v2/dags?dag_id_pattern={dag_of('tick')}"
    wait_for(lambda: not airflow.rest.ask(gone)["dags"], "end of the DAG whose file is gone")
    listed = airflow.rest.read("/segments/").decode()
    assert all(month.versions["report"] in listed for month in made.values())
    ended = made["tick"]
    assert airflow.rest.read(f"/segments/reports/{ended.as_of}/{ended.versions['report']}?shop=tick")
