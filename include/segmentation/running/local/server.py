"""Airflow with its pages on this machine, for this machine only: start it, wait for it, stop it."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from segmentation.common.children import end_group, group_alive
from segmentation.common.errors import UserError
from segmentation.common.paths import DAG_ID, LOCAL
from segmentation.common.terminal import bold, clock
from segmentation.engine.connect import standing
from segmentation.running.local import layout
from segmentation.running.local.apart import migrate
from segmentation.running.local.rest import login
from segmentation.running.local.run import prepare
from segmentation.warehouse.locks import locked

PID_FILE = LOCAL / "airflow.pid"
PASSWORDS = layout.AIRFLOW_HOME / "simple_auth_manager_passwords.json.generated"
START_SECONDS = 600
STOP_SECONDS = 60
PARTS = ("metadatabase", "scheduler", "dag_processor")


def address() -> str:
    """Where the pages are: loopback, on the port AIRFLOW_PORT or 8080."""
    return f"http://127.0.0.1:{os.environ.get('AIRFLOW_PORT', '8080')}"


def up() -> None:
    """Start Airflow in the background, make the DAG ready, and say where it is and how to log in."""
    if _running():
        print(f"Airflow runs already: {address()}")
        return
    environment = prepare()
    # Tasks call the API at the base URL, so both must name the port.
    environment |= {"AIRFLOW__API__PORT": address().rpartition(":")[2], "AIRFLOW__API__BASE_URL": address()}
    with locked(LOCAL / "prepare.lock"), clock("preparing Airflow's database"):
        migrate(environment)
    environment["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] = "True"
    log = layout.LOGS / "airflow.log"
    # Airflow writes the login into both, and its secrets into its home.
    for secret in (PASSWORDS, log):
        secret.touch(mode=0o600)
        secret.chmod(0o600)
    with open(log, "w", encoding="utf-8") as file:
        process = subprocess.Popen(
            ["airflow", "standalone"], env=environment, stdout=file, stderr=file, start_new_session=True
        )
    PID_FILE.write_text(str(process.pid), encoding="utf-8")
    with clock("starting Airflow"):
        _wait_until_healthy(process, log)
    subprocess.run(["airflow", "dags", "reserialize"], env=environment, capture_output=True, check=False)
    user, password = login(PASSWORDS)
    print(f"{bold('Airflow')}  {address()}/dags/{DAG_ID}")
    print(f"Login    {user} / {password}")
    print("Stop it  make down")


def down() -> None:
    """Stop the Airflow that `up` started, and nothing else."""
    pid = _running()
    if not pid:
        print("Airflow does not run.")
        return
    end_group(pid, STOP_SECONDS)
    standing.stop(layout.SPARK)
    PID_FILE.unlink(missing_ok=True)
    print("Airflow is stopped.")


def _running() -> int | None:
    """The process group that `up` started, if it is still Airflow."""
    try:
        pid = int(PID_FILE.read_text(encoding="utf-8"))
        command = Path(f"/proc/{pid}/cmdline")
        # A number may belong to another program after a restart of the machine.
        if command.exists() and b"airflow" not in command.read_bytes():
            return None
    except (FileNotFoundError, ValueError):
        return None
    return pid if group_alive(pid) else None


def is_healthy(airflow: str, parts: tuple[str, ...] = PARTS) -> bool:
    """Whether the Airflow at an address answers and says that these parts of it are well."""
    try:
        with urllib.request.urlopen(f"{airflow}/api/v2/monitor/health", timeout=5) as answer:  # noqa: S310
            states = json.load(answer)
        return all(states[part]["status"] == "healthy" for part in parts)
    except (urllib.error.URLError, OSError, KeyError, TypeError, ValueError):
        return False


def _wait_until_healthy(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise UserError(f"Airflow stopped while starting; see the end of {log}.")
        if is_healthy(address()):
            return
        time.sleep(1)
    raise UserError(f"Airflow was not healthy after {START_SECONDS} s; see the end of {log}. `make down` stops it.")
