"""The workflow as people have it: `make run` first, then the Airflow of `make up` on the same warehouse.

Its installation is one of its own, so that a developer's Airflow, Spark and class cache stay out of it.
"""

import os
import re
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.journeys import Journey
from bench.measure import Measured, measure_while
from segmentation.common.paths import DAG_ID, LOCAL, PROJECT
from segmentation.engine.connect.server import free_port
from segmentation.planning.datasets import STAGE_OF, dataset
from segmentation.running.local.rest import Rest
from segmentation.warehouse import releases
from segmentation.warehouse.versions import Warehouse

HOME = LOCAL / "bench"
INSTALLATION = HOME / "installation"
SHOP = "bench"
TOGETHER = 2  # runs, as `make backfill` has by default
LOOK_SECONDS = 0.1
PASSWORDS = INSTALLATION / "airflow/simple_auth_manager_passwords.json.generated"
_LOG = re.compile(r"log: (\S+)")


def promised() -> set[str]:
    """The datasets that every run on reviews has to release; a row that leaves one out is no row."""
    of_reviews = (dataset(name) for name in STAGE_OF)
    return {one.name for one in of_reviews if one.is_for("reviews") and one.only_with is None}


def environment(out: Path) -> dict[str, str]:
    """Of a command of the workflow, on the warehouse `out`."""
    own = {
        "SEGMENTATION_LOCAL": str(INSTALLATION),
        "SEGMENTATION_WAREHOUSE": str(out),
        "PYTHONPATH": os.pathsep.join([str(PROJECT / "include"), str(PROJECT)]),
    }
    found = os.environ | own
    # Compiling each module again in each process is not what a user's machine does.
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def words(data: Path) -> dict[str, Any]:
    """The params of every run but for the journey's own."""
    return {"source": "files", "files_path": str(data), "shop": SHOP}


def prepare() -> None:
    """What `make setup` does; not timed."""
    _local("setup", environment(HOME / "nothing"))


def first_run(data: Path, out: Path, as_of: str) -> tuple[list[str], dict[str, str]]:
    """The command and environment of `make run`."""
    given = {name.upper(): value for name, value in words(data).items()} | {"AS_OF": as_of}
    return [sys.executable, "-m", "segmentation.running.local", "run"], environment(out) | given


def log_of(output: str) -> str:
    """The log of a run, from what `make run` says. Raises BenchError where it names none."""
    found = _LOG.search(output)
    if not found:
        raise BenchError(f"The workflow has named no log:\n{output[-2000:]}")
    return Path(found[1]).read_text(encoding="utf-8", errors="replace")


def versions(out: Path, as_of: str) -> dict[str, str]:
    """The versions that the current release of a month names, by dataset. Raises BenchError if a promised one lacks."""
    released = releases.current(Warehouse(out), SHOP, date.fromisoformat(as_of))
    if released is None:
        raise BenchError(f"The workflow has released nothing as of {as_of}.")
    missing = sorted(promised() - set(released.versions))
    if missing:
        raise BenchError(f"The workflow has released no {', '.join(missing)} as of {as_of}.")
    return dict(released.versions)


class Standing(AbstractContextManager):
    """The Airflow of `make up` on a warehouse. A Spark stands beside it from the first run that needs one."""

    def __init__(self, data: Path, out: Path) -> None:
        self.words, self.out = words(data), out
        port = str(free_port())
        self.environment = environment(out) | {"AIRFLOW_PORT": port}
        self.address = f"http://127.0.0.1:{port}"

    def __enter__(self) -> "Standing":
        try:
            _local("up", self.environment)
            self.rest = Rest(self.address, PASSWORDS)
            self.rest.ask(f"/api/v2/dags/{DAG_ID}", {"is_paused": False}, "PATCH")
        except BaseException:
            _local("down", self.environment)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        _local("down", self.environment)

    def take(self, journey: Journey) -> tuple[Measured, dict[str, dict[str, str]]]:
        """Take a journey, from the trigger until all its runs have ended; also the versions of each of its months."""
        measured = measure_while(lambda: self._run_all(journey))
        return measured, {as_of: versions(self.out, as_of) for as_of in journey.months}

    def _run_all(self, journey: Journey) -> None:
        given = self.words | {name: str(value) for name in ("segment_map", "k") if (value := getattr(journey, name))}
        waiting = [f"{journey.name}-{as_of}-{time.time():.0f}" for as_of in journey.months]
        todo = [(run, as_of) for run, as_of in zip(waiting, journey.months, strict=True)]
        going: set[str] = set()
        while todo or going:
            while todo and len(going) < TOGETHER:
                run, as_of = todo.pop(0)
                content = {"dag_run_id": run, "logical_date": None, "conf": given | {"as_of": as_of}}
                self.rest.ask(f"/api/v2/dags/{DAG_ID}/dagRuns", content)
                going.add(run)
            time.sleep(LOOK_SECONDS)
            for run in sorted(going):
                state = self.rest.ask(f"/api/v2/dags/{DAG_ID}/dagRuns/{run}")["state"]
                if state == "failed":
                    raise BenchError(f"{journey.title}: the run {run} failed. Its log is in {INSTALLATION / 'logs'}.")
                if state == "success":
                    going.remove(run)


def _local(word: str, given: dict[str, str]) -> None:
    command = [sys.executable, "-m", "segmentation.running.local", word]
    done = subprocess.run(command, env=given, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"`{word}` failed:\n{(done.stdout + done.stderr)[-2000:]}")
