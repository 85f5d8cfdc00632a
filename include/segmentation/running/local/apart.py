"""A run apart from every other: a database, a log and task logs of its own.

A run in the database that the scheduler of `make up` watches would not be its own: the scheduler takes over its tasks,
in its own warehouse, and resumes it when it was stopped. So a run gets a copy of an empty database, which nothing
else knows, and it goes when the run ends. The connections of the Airflow of `make up` come along.
"""

import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from segmentation.common.errors import UserError
from segmentation.common.paths import LOCAL, warehouse_root
from segmentation.common.quoting import cut
from segmentation.config.settings import Settings
from segmentation.config.shops.queries import QUERIES_IN_FORM, YES
from segmentation.engine.connect import standing
from segmentation.running.local import layout
from segmentation.running.local.compiler import with_compiler
from segmentation.warehouse.locks import is_free, locked
from segmentation.warehouse.machine_failures import in_words, is_full

RUNS = LOCAL / "runs"
# What people keep in Airflow for runs to use.
KEPT = ("connection", "variable")
_LOCK = "lock"
_REASON = "logs/database.log"


@dataclass(frozen=True)
class Apart:
    """A run's own things: the environment that its Airflow runs in, and its log."""

    environment: dict[str, str]
    log: Path
    spark_folder: Path | None

    @contextlib.contextmanager
    def spark(self, settings: Settings) -> Iterator[None]:
        """The run's own Spark, where the connection names none elsewhere: its start goes on beside the first task."""
        if self.spark_folder is None:
            yield
            return
        process = standing.start(self.spark_folder, with_compiler(self.environment, settings))
        try:
            yield
        finally:
            standing.end(process.pid)
            # Its log goes with its folder.
            said = (self.spark_folder / standing.LOG).read_text(encoding="utf-8", errors="replace")
            with open(self.log, "a", encoding="utf-8") as log:
                log.write(f"\nWhat the run's Spark said:\n{said}")


def migrate(environment: dict[str, str]) -> None:
    """Make the database of this environment, or bring it up to date. Raises UserError with what Airflow says."""
    done = subprocess.run(
        ["airflow", "db", "migrate"], env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    if not done.returncode:
        return
    said = done.stdout + done.stderr
    with in_words(warehouse_root()):
        # SQLite does not say that it is the disk which keeps it from opening a file.
        if is_full(LOCAL):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(LOCAL))
        (LOCAL / _REASON).write_text(said, encoding="utf-8")
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("(Background on")]
    why = cut(lines[-1] if lines else f"exit code {done.returncode}")
    raise UserError(f"Airflow's database could not be prepared ({why}). See {LOCAL / _REASON}.")


def prepare(environment: dict[str, str]) -> None:
    """Make the empty database that runs copy, once for each release of Airflow. One process at a time may do so."""
    template = _template()
    if template.exists():
        return
    for other in RUNS.glob("empty-*"):
        other.unlink()
    draft = template.with_name(f"draft-{template.name}")
    draft.unlink(missing_ok=True)
    migrate(environment | _database(draft))
    with closing(sqlite3.connect(draft)) as database:
        # One file, whatever mode Airflow has left it in.
        database.execute("PRAGMA journal_mode=DELETE")
    draft.rename(template)


@contextlib.contextmanager
def apart(environment: dict[str, str], now: datetime) -> Iterator[Apart]:
    """A folder and a log of a run's own; the folder goes with the run, and those of runs that were killed go too."""
    with contextlib.ExitStack() as held:
        # One after another, so that nobody takes a folder for dead that is about to be locked.
        with locked(RUNS / "begin.lock"):
            _remove_dead()
            folder, log = _new_folder(now)
            held.enter_context(locked(folder / _LOCK))
        try:
            shutil.copyfile(_template(), folder / "airflow.db")
            _bring_connections(folder / "airflow.db", environment)
            own = {
                **_database(folder / "airflow.db"),
                "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
                "SEGMENTATION_WAREHOUSE": str(warehouse_root()),
                # Who sits at the terminal may read the database with any program.
                QUERIES_IN_FORM: YES,
            }
            spark = folder / "spark" if layout.spark_stands(environment) else None
            if spark:
                own["AIRFLOW_CONN_SPARK_DEFAULT"] = layout.standing_spark(spark)
            clean = {name: value for name, value in environment.items() if name not in _OTHER_DATABASES}
            yield Apart(clean | own, log, spark)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


# Ways to name a database that would stand beside ours.
_OTHER_DATABASES = (
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC", "AIRFLOW__DATABASE__SQL_ALCHEMY_SCHEMA",
    "AIRFLOW__CORE__SQL_ALCHEMY_CONN",
)  # fmt: skip


def _template() -> Path:
    from importlib.metadata import version

    return RUNS / f"empty-{version('apache-airflow')}.db"


def _database(path: Path) -> dict[str, str]:
    """The environment for a database in a file, whatever the user has chosen for the Airflow of `make up`."""
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{path}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "segmentation.running.local.layout.SQLITE_CONNECT_ARGS",
    }


def _new_folder(now: datetime) -> tuple[Path, Path]:
    """A folder that no other run has, and a log by the same name, however many runs begin in the same second."""
    for number in range(1, 10_000):
        name = f"{now:%Y%m%dT%H%M%S}" + (f"-{number}" if number > 1 else "")
        log = layout.LOGS / f"run-{name}.log"
        with contextlib.suppress(FileExistsError):
            log.touch(exist_ok=False)
            (RUNS / name).mkdir()
            return RUNS / name, log
    raise UserError(f"There are too many runs of this second in {RUNS}. Try again.")


def _remove_dead() -> None:
    """Remove the folders of runs whose process is gone."""
    for folder in RUNS.glob("*/"):
        if is_free(folder / _LOCK):
            shutil.rmtree(folder, ignore_errors=True)


def _bring_connections(own: Path, environment: dict[str, str]) -> None:
    """Copy what people keep in the Airflow of `make up` on this machine, in the columns that both have."""
    theirs = Path(environment["AIRFLOW_HOME"], "airflow.db")
    if not theirs.exists():
        return
    try:
        with closing(sqlite3.connect(f"file:{quote(str(own))}", uri=True, timeout=60)) as database:
            database.execute("ATTACH ? AS theirs", (f"file:{quote(str(theirs))}?mode=ro",))
            for table in KEPT:
                columns = _columns(database, "main", table) & _columns(database, "theirs", table)
                names = ", ".join(f'"{name}"' for name in sorted(columns))
                if names:
                    copied = f"INSERT INTO main.{table} ({names}) SELECT {names} FROM theirs.{table}"  # noqa: S608
                    database.execute(copied)
            database.commit()
    except sqlite3.Error as error:
        print(f"The connections in {theirs} cannot be read ({error}); the run does without them.", flush=True)


def _columns(database: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA {schema}.table_info({table})")}
