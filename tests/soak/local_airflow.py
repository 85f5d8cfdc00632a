"""An Airflow of the soak's own: started as `make up` starts it, asked and told through its REST API."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from segmentation.paths import LOCAL, PROJECT

DAG_ID = "customer_segmentation"


class LocalAirflow:
    """Airflow on a free port of this machine, with its home and warehouse under `folder`."""

    def __init__(self, folder: Path) -> None:
        self.local = folder / "local"
        self.begun = folder / "begun"  # where tasks say that they have begun
        self.warehouse = folder / "warehouse"
        self.address = f"http://127.0.0.1:{_free_port()}"
        self._token = ""

    def environment(self) -> dict[str, str]:
        """What `make up` gets to see: other folders, a DAG that is patient, and a scheduler that is not."""
        here = Path(__file__).parent
        return os.environ | {
            "SEGMENTATION_LOCAL": str(self.local),
            "SEGMENTATION_WAREHOUSE": str(self.warehouse),
            "SOAK_TRIES": str(self.begun),
            "AIRFLOW_HOME": str(self.local / "airflow"),
            "AIRFLOW_PORT": self.address.rpartition(":")[2],
            "AIRFLOW__CORE__DAGS_FOLDER": str(here / "dag"),
            "PYTHONPATH": os.pathsep.join([str(PROJECT / "include"), str(PROJECT / "dags")]),
            # How long a task may be silent before the scheduler takes its process for dead; 300 s by default.
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "10",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        }

    def start(self) -> None:
        """Start it and make the DAG ready for runs. Raises RuntimeError with what it said."""
        self.local.mkdir(parents=True)
        self.begun.mkdir()
        if (LOCAL / "class-cache").exists():
            (self.local / "class-cache").symlink_to(LOCAL / "class-cache")
        try:
            done = self._command("up")
            if done.returncode:
                raise RuntimeError(f"Airflow did not start:\n{done.stdout}{done.stderr}")
            self._enter()
        except BaseException:
            self.stop()
            raise

    def _enter(self) -> None:
        ((user, password),) = json.loads(
            (self.local / "airflow/simple_auth_manager_passwords.json.generated").read_text(encoding="utf-8")
        ).items()
        self._token = self.ask("/auth/token", "POST", {"username": user, "password": password})["access_token"]
        self.ask(f"/api/v2/dags/{DAG_ID}", "PATCH", {"is_paused": False})

    def stop(self) -> None:
        """Stop what `start` started."""
        self._command("down")

    def _command(self, word: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "segmentation.local", word]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)

    def trigger(self, run_id: str, params: dict[str, Any]) -> None:
        """Start a run."""
        content = {"dag_run_id": run_id, "logical_date": None, "conf": params}
        self.ask(f"/api/v2/dags/{DAG_ID}/dagRuns", "POST", content)

    def states(self) -> dict[str, str]:
        """The state of each run."""
        found = self.ask(f"/api/v2/dags/{DAG_ID}/dagRuns?limit=100")["dag_runs"]
        return {run["dag_run_id"]: run["state"] for run in found}

    def tries(self, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run, as the API gives them: id, task_id, try_number, state ..."""
        return self.ask(f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances")["task_instances"]

    def log(self, run_id: str, task: str, attempt: int) -> str:
        """The log of one try of a task."""
        path = f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task}/logs/{attempt}?full_content=true"
        return json.dumps(self.ask(path))

    def ask(self, path: str, method: str = "GET", content: Any = None) -> Any:
        """One call of the REST API. Raises urllib.error.URLError."""
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=json.dumps(content).encode() if content is not None else None,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
