"""The contenders: how each is started, and how its stages are read afterwards."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import workflow_log
from bench.errors import BenchError
from bench.measure import Measured, measure
from bench.stages import AS_OF, CLEAN, CLEAN_AND_SCORES, REST, SCORES, STAGES_FILE
from segmentation.local import layout, run
from segmentation.paths import DAG_ID, LOCAL, PROJECT

HOME = LOCAL / "bench"


@dataclass(frozen=True)
class Contender:
    """One way to make the tables.

    name: as in ONLY=. title: as on the page. short: as on the chart. start: from data and output folder to the command
    and the environment.
    """

    name: str
    title: str
    short: str
    start: Callable[[Path, Path], tuple[list[str], dict[str, str]]]

    def run(self, data: Path, out: Path) -> tuple[Measured, dict[str, float]]:
        """Run it once into an empty folder; its log lies beside the folder. Raises BenchError if it fails."""
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        log = out.with_suffix(".log")
        command, environment = self.start(data, out)
        measured = measure(command, environment, PROJECT, log)
        if measured.code:
            raise BenchError(f"{self.title} failed with exit code {measured.code}:\n{_end_of(log)}")
        return measured, self._stages(out, log, measured.wall)

    def _stages(self, out: Path, log: Path, wall: float) -> dict[str, float]:
        if self.name == "product":
            if not list(out.glob("releases/*/as_of=*/*.json")):
                raise BenchError(f"{self.title} ended without a report:\n{_end_of(log)}")
            return workflow_log.stages(log.read_text(encoding="utf-8", errors="replace"), wall)
        seconds = json.loads((out / STAGES_FILE).read_text(encoding="utf-8"))
        rest = wall - sum(seconds.values())
        return seconds | {CLEAN_AND_SCORES: seconds[CLEAN] + seconds[SCORES], REST: rest}


def prepare_product() -> None:
    """Airflow's database and the class cache, as `make setup` does; not timed. An Airflow of its own."""
    os.environ["AIRFLOW_HOME"] = str(HOME / "airflow")
    run.prepare()


def _environment() -> dict[str, str]:
    environment = layout.environment()
    # Compiling each module again in each process is not what a user's machine does.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _workflow(data: Path, out: Path) -> tuple[list[str], dict[str, str]]:
    given = {"source": "files", "files_path": str(data), "as_of": AS_OF}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    environment = _environment() | {"SEGMENTATION_WAREHOUSE": str(out)}
    return ["airflow", "dags", "test", DAG_ID, now, "-c", json.dumps(given)], environment


def _peer(module: str) -> Callable[[Path, Path], tuple[list[str], dict[str, str]]]:
    def start(data: Path, out: Path) -> tuple[list[str], dict[str, str]]:
        environment = _environment()
        # The class cache is the workflow's own.
        environment.pop("SPARK_SUBMIT_OPTS", None)
        return [sys.executable, "-m", f"bench.peers.{module}", str(data), str(out)], environment

    return start


CONTENDERS = {
    one.name: one
    for one in (
        Contender("product", "The workflow", "Workflow", _workflow),
        Contender("notebook", "Notebook-style Spark", "Notebook style", _peer("notebook")),
        Contender("duckdb", "DuckDB + scikit-learn", "DuckDB", _peer("duckdb_sklearn")),
        Contender("polars", "Polars + scikit-learn", "Polars", _peer("polars_sklearn")),
    )
}


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
