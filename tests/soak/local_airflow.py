"""An Airflow of a test's own, asked and told through its REST API; the soak's is started as `make up` starts it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from segmentation.common.paths import DAG_ID, PROJECT
from segmentation.config.shops.names import DEMO, dag_of
from segmentation.engine.connect.server import free_port
from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.running.local import layout
from segmentation.running.local.rest import Rest

SOAKED = Path(__file__).parent / "dag"
BREAKPOINTS = Path(__file__).parent / "breakpoints"


class Airflow:
    """An Airflow at `address` whose SEGMENTATION_LOCAL is `local`."""

    local: Path
    address: str
    rest: Rest
    dag_id = DAG_ID

    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        raise NotImplementedError

    @property
    def passwords(self) -> Path:
        """Where it keeps its login."""
        return self.local / "airflow/simple_auth_manager_passwords.json.generated"

    def log_in(self) -> None:
        """Be its user from now on."""
        self.rest = Rest(self.address, self.passwords)

    def unpause(self) -> None:
        """Let the DAG run."""
        self.rest.ask(f"/api/v2/dags/{self.dag_id}", {"is_paused": False}, "PATCH")

    def backfill(self, params: dict[str, str], say: Callable[[str], None]) -> int:
        """Carry out `make backfill`, saying its lines as they come; returns its exit code."""
        command = [sys.executable, "-m", "segmentation.running.local", "backfill"]
        # Only a shop's DAG has months.
        self.dag_id = dag_of(DEMO)
        self.unpause()
        environment = self.environment() | params
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as job:
            for line in job.stdout or ():
                say(line.rstrip())
        return job.returncode

    def trigger(self, run_id: str, params: dict[str, Any]) -> None:
        """Start a run."""
        content = {"dag_run_id": run_id, "logical_date": None, "conf": params}
        self.rest.ask(f"/api/v2/dags/{self.dag_id}/dagRuns", content)

    def states(self) -> dict[str, str]:
        """The state of each run."""
        return {run["dag_run_id"]: run["state"] for run in self.rest.runs(self.dag_id)}

    def tries(self, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run, as the API gives them: id, task_id, try_number, state ..."""
        return self.rest.ask(f"/api/v2/dags/{self.dag_id}/dagRuns/{quote(run_id)}/taskInstances")["task_instances"]


class LocalAirflow(Airflow):
    """Airflow on a free port of this machine, with its home and warehouse under `folder`."""

    def __init__(self, folder: Path, dags: Path = SOAKED, impatient: bool = True, held: Path | None = None) -> None:
        self.dags = dags
        self.impatient = impatient  # takes a task that is silent for seconds for dead
        self.local = folder / "local"
        self.held = held  # where tries stop to be killed
        self.begun = folder / "begun"  # where tasks say that they have begun
        self.warehouse = folder / "warehouse"
        self.address = f"http://127.0.0.1:{free_port()}"

    def environment(self) -> dict[str, str]:
        """What `make up` gets to see: other folders, a DAG that is patient, and a scheduler that is not."""
        own = {
            "SEGMENTATION_LOCAL": str(self.local),
            "SEGMENTATION_WAREHOUSE": str(self.warehouse),
            "SOAK_TRIES": str(self.begun),
            "AIRFLOW_HOME": str(self.local / "airflow"),
            "AIRFLOW_PORT": self.address.rpartition(":")[2],
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "SPARK_SUBMIT_OPTS": os.environ.get("SPARK_SUBMIT_OPTS") or layout.environment()[SMALL_JOB_OPTIONS],
            "PYTHONPATH": os.pathsep.join([str(PROJECT / "include"), str(PROJECT / "dags")]),
        }
        if self.held:
            own |= {"SOAK_HELD": str(self.held), "PYTHONPATH": f"{own['PYTHONPATH']}{os.pathsep}{BREAKPOINTS}"}
        return os.environ | own | (self._impatience() if self.impatient else {})

    def _impatience(self) -> dict[str, str]:
        return {
            # How long a task may be silent before the scheduler takes its process for dead; 300 s by default. Where
            # the moments of kills are held, a slow machine may be slow.
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40" if self.held else "10",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        }

    def start(self, unpause: bool = True) -> None:
        """Start it and make the DAG ready for runs. Raises RuntimeError with what it said."""
        self.local.mkdir(parents=True)
        self.begun.mkdir()
        if self.held:
            self.held.mkdir()
        try:
            done = self._command("up")
            if done.returncode:
                raise RuntimeError(f"Airflow did not start:\n{done.stdout}{done.stderr}")
            self.log_in()
            if unpause:
                self.unpause()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop what `start` started."""
        self._command("down")

    def _command(self, word: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "segmentation.running.local", word]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)

    def log(self, run_id: str, task: str, attempt: int) -> str:
        """The log of one try of a task."""
        path = (
            f"/api/v2/dags/{self.dag_id}/dagRuns/{quote(run_id)}/taskInstances/{task}/logs/{attempt}?full_content=true"
        )
        return json.dumps(self.rest.ask(path))
