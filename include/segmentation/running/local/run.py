"""One run of the DAG through Airflow on this machine: progress by stage, then a summary or a clear failure."""

import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from segmentation.common.children import Stopped, group_of, stops_raise
from segmentation.common.errors import UserError
from segmentation.common.paths import DAG_ID, LOCAL, warehouse_root
from segmentation.common.quoting import cut
from segmentation.common.terminal import bold, clock, dim, red
from segmentation.config import settings
from segmentation.engine.stage import NOTHING_TO_MAKE
from segmentation.planning.datasets import STAGES
from segmentation.running.local import apart, java, layout
from segmentation.running.local.first_look import look_first
from segmentation.running.local.summary import summary
from segmentation.warehouse.locks import locked
from segmentation.warehouse.machine_failures import hardly_any_room, in_words
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.releasing import shop_of
from segmentation.warehouse.versions import Warehouse

_START = re.compile(r"\[DAG TEST\] starting task_id=(\w+)")
_END = re.compile(r"\[DAG TEST\] end task task_id=(\w+)")
_STANDS = re.compile(r"^stands: (\w+)(?: as of (\S+))? version (\w+): ([\d,]+) rows in ")
_RELEASED = re.compile(r"^released: (shop \S+ as of \S+, release \d+)$")
_FAILED = re.compile(r"(?:^|\s)ERROR ((?:fetch|ingest|clean|rfm|kmeans|report): .*)")
# How far what comes from a database or bucket has come.
_SO_FAR = re.compile(r"^(\S[^:]*(?:://\S+)?: [\d,]+ (?:rows|bytes) so far.*)$")
_SUBMITTED = "Submitting "
# The params are one word of a command, which may have 128 kB.
LONGEST_CONF = 100_000


def prepare() -> dict[str, str]:
    """Get the class cache and the empty database ready, each once; return the environment of Airflow and Spark.

    Others that begin at the same time wait, and find it done.
    """
    for folder in (layout.LOGS, layout.AIRFLOW_HOME, apart.RUNS):
        # Logs show customers, Airflow's home its secrets: for nobody else of this machine.
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    with locked(LOCAL / "prepare.lock", lambda holder: print(f"This installation is being prepared by {holder}.")):
        environment = layout.environment()
        home = Path(environment["JAVA_HOME"])
        # Who sets the options of the JVM does not get the cache, and need not wait for it.
        if "SPARK_SUBMIT_OPTS" not in os.environ and not java.class_cache(home).exists():
            with clock("building the class cache that makes Spark start faster (once)"):
                whole = java.build_class_cache(home, environment)
            if not whole:
                print("The class cache could not be built as a whole. Everything works; Spark starts more slowly.")
            environment = layout.environment()
        with clock("preparing Airflow's database (once)"):
            apart.prepare(environment)
    return environment


def setup() -> None:
    """Prepare everything, so that the first run starts at once."""
    prepare()


def run(params: dict[str, Any]) -> int:
    """Run the DAG once with these params, apart from every other run and from the Airflow of `make up`.

    Returns the exit code: 0, 1 failed, 2 refused before it began, 130 or 143 stopped by Ctrl-C or a signal.
    """
    try:
        with stops_raise():
            return _run(params)
    except Stopped as stopped:
        print(red("Stopped.") + " What was finished stands; the same command goes on from there.")
        return stopped.code


def _run(params: dict[str, Any]) -> int:
    warehouse = Warehouse(warehouse_root())
    try:
        checked = settings.parse(params)
        look_first(checked)
        conf = {name: as_json(getattr(checked, name)) for name in params}
        words = json.dumps(conf, ensure_ascii=False)
        if len(words.encode()) > LONGEST_CONF:
            raise UserError(
                f"The params are {len(words.encode()):,} bytes long together; allowed are {LONGEST_CONF:,}."
            )
        with in_words(warehouse.root):
            environment = prepare()
    except UserError as error:
        print(red("Refused: ") + str(error))
        return 2
    now = datetime.now(UTC)
    try:
        with in_words(warehouse.root), apart.apart(environment, now) as own:
            of = checked.named_by if checked.kind == "orders" else checked.category.replace("_", " ")
            whose = f"shop {shop_of(checked)}{', a trial' if checked.trial else ''}"
            print(bold(f"{checked.source}, {cut(of)}, {whose}") + dim(f"  log: {own.log}"), flush=True)
            command = ["airflow", "dags", "test", DAG_ID, now.isoformat(), "-c", words]
            with own.spark(checked):
                return _follow(command, own, warehouse)
    except UserError as error:
        print(red("Failed: ") + str(error))
        return 1


def _follow(command: list[str], own: apart.Apart, warehouse: Warehouse) -> int:
    began = time.monotonic()
    with group_of(command, own.environment) as process:
        outcome = Progress(process.stdout or (), own.log).follow()
        code = process.wait()
    if code or outcome.report is None:
        print(red("Failed: ") + (outcome.error or _no_reason(own.log, warehouse)))
        return 1
    print(summary(warehouse, outcome.find_report(warehouse), outcome.released))
    print(f"Took     {time.monotonic() - began:.0f} s")
    return 0


def _no_reason(log: Path, warehouse: Warehouse) -> str:
    """What to say of a run that has ended without a word of ours."""
    room = hardly_any_room(warehouse.root)
    return f"{room} See the end of {log}." if room else f"see the end of {log}"


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
        doing = [""]
        made: list[str] = []
        with ExitStack() as ticking:
            for line in self._copied():
                if start := _START.search(line):
                    stage, began, made, submitted = start[1], time.monotonic(), [], False
                    doing[0] = f"  {stage:<8}"
                    ticking.enter_context(clock(lambda: doing[0]))
                elif so_far := _SO_FAR.match(line):
                    doing[0] = f"  {stage:<8} {cut(so_far[1], 90)}"
                elif stands := _STANDS.match(line):
                    made.append(f"{stands[1]} {stands[4]}")
                    if stands[1] == "report":
                        self.report = (stands[2], stands[3])
                elif released := _RELEASED.match(line):
                    self.released = released[1]
                elif line.startswith(NOTHING_TO_MAKE):
                    made = [f"{NOTHING_TO_MAKE} of this source"]
                elif _SUBMITTED in line:
                    submitted = True
                elif failed := _FAILED.search(line):
                    self.error = failed[1].strip()
                elif _END.search(line):
                    ticking.close()
                    idle = (
                        submitted or stage not in list(STAGES)[1:] or made[:1] == [f"{NOTHING_TO_MAKE} of this source"]
                    )
                    note = "" if idle else "  (stood already)"
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
