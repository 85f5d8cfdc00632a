"""An Airflow with shops of its own, whose files `make shop` writes and whose schedules tick."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from segmentation.common.paths import PROJECT
from segmentation.config.shops.names import dag_of
from segmentation.running.local.rest import Refused
from segmentation.warehouse import releases
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse
from soak.local_airflow import LocalAirflow

PATIENCE = 3600  # seconds; of a loaded machine


class ShopsAirflow(LocalAirflow):
    """Started as `make up` starts it. more: variables of its processes."""

    more: dict[str, str]

    def environment(self) -> dict[str, str]:
        looks_often = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "10"}
        return super().environment() | looks_often | {"SEGMENTATION_SHOPS": str(self.shops)} | self.more

    @property
    def shops(self) -> Path:
        """The folder of its shop files."""
        return self.local.parent / "shops"

    def make(self, word: str, **words: str) -> str:
        """Carry out `make <word>` with words behind it; what it says."""
        command = [sys.executable, "-m", "segmentation.running.local", word]
        environment = self.environment() | words
        done = subprocess.run(command, env=environment, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def switch_on(self, name: str) -> None:
        """Let a shop run by its schedule, once Airflow knows it."""
        wait_for(lambda: self.knows(dag_of(name)), f"DAG of the shop {name}")
        self.pause(name, False)

    def pause(self, name: str, is_paused: bool = True) -> None:
        """Keep a shop from further runs, or let them come."""
        wait_for(lambda: self._says_paused(name, is_paused), f"answer to whether {name} is paused")

    def _says_paused(self, name: str, is_paused: bool) -> bool:
        try:
            self.rest.ask(f"/api/v2/dags/{dag_of(name)}", {"is_paused": is_paused}, "PATCH")
        except Refused as refused:
            # Its database of one file may be busy with the runs of several shops for longer than Airflow waits.
            if refused.status != 500:
                raise
            return False
        return True

    def knows(self, dag_id: str) -> bool:
        try:
            return bool(self.rest.ask(f"/api/v2/dags/{dag_id}")["dag_id"] == dag_id)
        except Refused:
            return False

    def first_release(self, name: str) -> Release:
        """The first release of a shop, whose run nobody has triggered."""
        made = wait_for(lambda: list(releases.every(Warehouse(self.warehouse), name)), f"release of {name}")[0]
        assert made.run_id.startswith("scheduled__")
        assert (made.shop, made.dag_id) == (name, dag_of(name))
        return made


def wait_for(found: Callable[[], Any], what: str) -> Any:
    """What a function gives, once that is something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(1)
    raise AssertionError(f"there was no {what} within {PATIENCE} s")
