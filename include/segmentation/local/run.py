"""One run of the DAG through Airflow on this machine: progress by stage, then a summary or a clear failure."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from segmentation import settings
from segmentation.datasets import STAGES
from segmentation.errors import UserError
from segmentation.local import java, layout
from segmentation.local.children import Stopped, group_of, stops_raise
from segmentation.local.summary import summary
from segmentation.local.terminal import bold, clock, dim, red
from segmentation.paths import DAG_ID, warehouse_root
from segmentation.releasing import shop_of
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

_START = re.compile(r"\[DAG TEST\] starting task_id=(\w+)")
_END = re.compile(r"\[DAG TEST\] end task task_id=(\w+)")
_STANDS = re.compile(r"^stands: (\w+)(?: as of (\S+))? version (\w+): ([\d,]+) rows in ")
_RELEASED = re.compile(r"^released: (shop \S+ as of \S+, release \d+)$")
_FAILED = re.compile(r"(?:^|\s)ERROR ((?:fetch|ingest|clean|rfm|kmeans|report): .*)")
_SUBMITTED = "Submitting "


def prepare() -> dict[str, str]:
    """Get Airflow's database and the class cache ready, each once; return the environment of a run."""
    environment = layout.environment()
    layout.LOGS.mkdir(parents=True, exist_ok=True)
    home = Path(environment["JAVA_HOME"])
    # Who sets the options of the JVM does not get the cache, and need not wait for it.
    if "SPARK_SUBMIT_OPTS" not in os.environ and not java.class_cache(home).exists():
        with clock("building the class cache that makes Spark start faster (once)"):
            java.build_class_cache(home, environment)
        environment = layout.environment()
    with clock("preparing Airflow's database"):
        done = subprocess.run(
            ["airflow", "db", "migrate"], env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise UserError(f"Airflow's database could not be prepared:\n{(done.stdout + done.stderr)[-2000:]}")
    return environment


def setup() -> None:
    """Prepare everything, so that the first run starts at once."""
    prepare()


def run(params: dict[str, Any]) -> int:
    """Run the DAG once with these params.

    Returns the exit code: 0, 1 failed, 2 refused before it began, 130 or 143 stopped by Ctrl-C or a signal.
    """
    try:
        with stops_raise():
            return _run(params)
    except Stopped as stopped:
        print(red("Stopped.") + " What was finished stands; the same command goes on from there.")
        return stopped.code


def _run(params: dict[str, Any]) -> int:
    try:
        checked = settings.parse(params)
        environment = prepare()
    except UserError as error:
        print(red("Refused: ") + str(error))
        return 2
    now = datetime.now(UTC)
    conf = {name: as_json(getattr(checked, name)) for name in params}
    command = ["airflow", "dags", "test", DAG_ID, now.strftime("%Y-%m-%dT%H:%M:%S"), "-c", json.dumps(conf)]
    log = layout.LOGS / f"run-{now:%Y%m%dT%H%M%S}.log"
    of = checked.files_path if checked.kind == "orders" else checked.category.replace("_", " ")
    whose = f"shop {shop_of(checked)}{', a trial' if checked.trial else ''}"
    print(bold(f"{checked.source}, {of}, {whose}") + dim(f"  log: {log}"), flush=True)
    began = time.monotonic()
    with group_of(command, environment) as process:
        outcome = Progress(process.stdout or (), log).follow()
        code = process.wait()
    if code or outcome.report is None:
        print(red("Failed: ") + (outcome.error or f"see the end of {log}"))
        return 1
    warehouse = Warehouse(warehouse_root())
    print(summary(warehouse, outcome.find_report(warehouse), outcome.released))
    print(f"Took     {time.monotonic() - began:.0f} s")
    return 0


def as_json(value: Any) -> Any:
    """A param's value as JSON can hold it."""
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    return value if isinstance(value, (bool, int, str)) or value is None else _number_or_text(value)


def _number_or_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else float(value)


class Progress:
    """Follows the log of a run: a line per stage, the whole log into a file."""

    def __init__(self, lines: Iterable[str], log: Path) -> None:
        self.lines = lines
        self.log = log
        self.error: str | None = None
        self.report: tuple[str, str] | None = None
        self.released = ""

    def follow(self) -> "Progress":
        """Read to the end, printing a line for each stage as it ends."""
        stage, began, submitted = "", 0.0, False
        made: list[str] = []
        with ExitStack() as ticking:
            for line in self._copied():
                if start := _START.search(line):
                    stage, began, made, submitted = start[1], time.monotonic(), [], False
                    ticking.enter_context(clock(f"  {stage:<8}"))
                elif stands := _STANDS.match(line):
                    made.append(f"{stands[1]} {stands[4]}")
                    if stands[1] == "report":
                        self.report = (stands[2], stands[3])
                elif released := _RELEASED.match(line):
                    self.released = released[1]
                elif _SUBMITTED in line:
                    submitted = True
                elif failed := _FAILED.search(line):
                    self.error = failed[1].strip()
                elif _END.search(line):
                    ticking.close()
                    note = "" if submitted or stage not in list(STAGES)[1:] else "  (stood already)"
                    done = "  ".join(made) if made else "did not finish"
                    print(f"  {stage:<8}{time.monotonic() - began:>6.1f} s  {dim(done + note)}", flush=True)
        return self

    def find_report(self, warehouse: Warehouse) -> Manifest:
        """The manifest of the report that the run ended with."""
        as_of, version = self.report or ("", "")
        return warehouse.get("report", version, date.fromisoformat(as_of))

    def _copied(self) -> Iterator[str]:
        with open(self.log, "w", encoding="utf-8") as file:
            for line in self.lines:
                file.write(line)
                file.flush()
                yield line.rstrip("\n")
