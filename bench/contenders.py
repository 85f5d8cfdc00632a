"""The contenders: how each takes the journeys, and how its stages are read afterwards."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import workflow, workflow_log
from bench.errors import BenchError
from bench.journeys import FIRST, Journey
from bench.measure import Measured, measure
from bench.outputs import Output
from bench.stages import CLEAN, CLEAN_AND_SCORES, REST, SCORES, STAGES_FILE
from segmentation.common.paths import PROJECT
from segmentation.running.local import layout


@dataclass(frozen=True)
class Contender:
    """A script that makes the tables.

    name: as in ONLY=. title: as on the page. short: as on the chart. module: of `bench.peers`.
    again: whether it can go on from its own tables; one that cannot does all again, and its first run counts.
    """

    name: str
    title: str
    short: str
    module: str
    again: bool = True

    def first(self, data: Path, out: Path) -> tuple[Measured, dict[str, float], Output]:
        """Run it into an empty folder: the measure, seconds by stage, and what it has made. Its log lies beside `out`.

        Raises BenchError if it fails.
        """
        _empty(out)
        measured = self._run(data, out, FIRST)
        return measured, self.stages(out, measured.wall), Output(self.title, self.name, FIRST, out)

    def later(self, data: Path, out: Path, journeys: list[Journey]) -> Iterator[tuple[Journey, Measured, Output]]:
        """Take the other journeys one after another, each on what it has made before."""
        for journey in journeys if self.again else ():
            yield journey, self._run(data, out, journey), Output(self.title, self.name, journey, out)

    def _run(self, data: Path, out: Path, journey: Journey) -> Measured:
        environment = layout.environment()
        # Compiling each module again in each process is not what a user's machine does; the class cache is not theirs.
        for name in ("PYTHONDONTWRITEBYTECODE", "SPARK_SUBMIT_OPTS"):
            environment.pop(name, None)
        command = [sys.executable, "-m", f"bench.peers.{self.module}", str(data), str(out), journey.name]
        return _measured(self.title, command, environment, out)

    def stages(self, out: Path, wall: float) -> dict[str, float]:
        """Seconds by stage of the last run."""
        seconds = json.loads((out / STAGES_FILE).read_text(encoding="utf-8"))
        rest = wall - sum(seconds.values())
        return seconds | {CLEAN_AND_SCORES: seconds[CLEAN] + seconds[SCORES], REST: rest}


class Workflow(Contender):
    """The product."""

    def first(self, data: Path, out: Path) -> tuple[Measured, dict[str, float], Output]:
        _empty(out)
        (as_of,) = FIRST.months
        measured = _measured(self.title, *workflow.first_run(data, out, as_of), out)
        said = workflow.log_of(out.with_suffix(".log").read_text(encoding="utf-8", errors="replace"))
        made = {as_of: workflow.versions(out, as_of)}
        return measured, workflow_log.stages(said, measured.wall), Output(self.title, self.name, FIRST, out, made)

    def later(self, data: Path, out: Path, journeys: list[Journey]) -> Iterator[tuple[Journey, Measured, Output]]:
        with workflow.Standing(data, out) as airflow:
            for journey in journeys:
                measured, made = airflow.take(journey)
                yield journey, measured, Output(self.title, self.name, journey, out, made)


CONTENDERS = {
    one.name: one
    for one in (
        Workflow("product", "The workflow", "Workflow", ""),
        Contender("notebook", "Notebook-style Spark", "Notebook style", "notebook", again=False),
        Contender("duckdb", "DuckDB + scikit-learn", "DuckDB", "duckdb_sklearn"),
        Contender("polars", "Polars + scikit-learn", "Polars", "polars_sklearn"),
    )
}


def _empty(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)


def _measured(title: str, command: list[str], environment: dict[str, str], out: Path) -> Measured:
    log = out.with_suffix(".log")
    measured = measure(command, environment, PROJECT, log)
    if measured.code:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
        raise BenchError(f"{title} failed with exit code {measured.code}:\n{end}")
    return measured
