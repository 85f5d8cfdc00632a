"""Run the workflow on a cluster of this machine, break the cluster in the middle of runs, and compare all rows.

`make cluster-test` does all, once with a driver for each job (`spark://`) and once with a Spark Connect server that
stands (`sc://`). SPARK=spark or SPARK=sc chooses one of them, ONLY=worker,backfill the scenarios, MONTHS= the length of
the backfill. Ends with exit code 1 if a run is not green, if any row differs from local mode, or if anything
half-written is left.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faults import FAULTS, OF_CONNECT, VICTIM, Fault
from member import wait_until
from run_backfill import LAST, month
from run_soak import Undisturbed, differences, verdict

from cluster import Cluster
from segmentation.common.errors import UserError
from segmentation.planning.datasets import STAGES
from segmentation.running.local import layout
from segmentation.warehouse.versions import Warehouse

PARAMS = {"source": "demo", "demo_reviews": 4000, "k_max": 4}
PLAIN, MISTAKE, BACKFILL = "plain", "mistake", "backfill"
NAMES = (PLAIN, MISTAKE, *(fault.name for fault in (*FAULTS, *OF_CONNECT)), BACKFILL)
DRIVER_EACH, STANDS = "spark", "sc"
RUN_SECONDS = 900
MONTHS = 12


@dataclass
class Outcome:
    """What came of one scenario. wrong: a sentence for each thing that is."""

    title: str
    seconds: float
    tries: int
    note: str
    wrong: list[str]


class Trial:
    """The scenarios on one cluster. Each makes everything anew from the stage on in which something goes wrong."""

    def __init__(self, folder: Path, alone: Undisturbed, stands: bool, months: int) -> None:
        self.months = months
        folder.mkdir(mode=0o711)
        self.cluster = Cluster(folder, stands)
        self.warehouse = Warehouse(self.cluster.warehouse)
        self.alone = alone
        self._started = 0

    def plain(self) -> Outcome:
        """A run on a cluster that is well. Its tasks link to their Spark jobs."""
        outcome = self._run("undisturbed", None)
        if outcome.wrong:
            return outcome
        for stage in ("ingest", "report"):
            link = self.cluster.links(self.run_id, stage)["Spark history"]
            wait_until(lambda link=link: self._shows(link, "Spark Jobs"), f"{link} in the history server", 60)
        return outcome

    def mistake(self) -> Outcome:
        """A run with a param that cannot be: it fails at once, and somebody is told."""
        before, began = len(self.cluster.alerts.got), time.monotonic()
        self.run_id = "trial-mistake"
        self.cluster.trigger(self.run_id, PARAMS | {"as_of": "2999-01-01"})
        state, told = self._end(), [one["text"] for one in self.cluster.alerts.got[before:]]
        wrong = [] if state == "failed" else [f"the run ended {state}"]
        if len(told) != 1 or "the task fetch" not in told[0] or "2999-01-01" not in told[0]:
            wrong.append(f"the alerts were {told}")
        return Outcome("a user's mistake", time.monotonic() - began, 1, "failed, and was told", wrong)

    def _shows(self, link: str, words: str) -> bool:
        try:
            return words in self.cluster.rest.read(f"/{link}").decode()
        except UserError:
            return False

    def secrets_told(self) -> list[str]:
        """The files below the cluster's folder that hold a secret, a sentence each."""
        hidden = [secret.encode() for secret in self.cluster.secrets()]
        cluster = self.cluster
        places = (cluster.logs, cluster.events, cluster.warehouse, cluster.folder / "local/airflow/logs")
        files = (path for place in places for path in place.rglob("*") if path.is_file())
        return [f"{path} holds a secret" for path in files if any(secret in path.read_bytes() for secret in hidden)]

    def disturbed(self, fault: Fault) -> Outcome:
        """A run in which something goes wrong."""
        return self._run(fault.title, fault)

    def backfill(self) -> Outcome:
        """Many months, two runs at a time."""
        self._clear_from("rfm")
        given = {name.upper(): str(value) for name, value in PARAMS.items()}
        given |= {"FROM": str(month(self.months)), "TO": str(month(1)), "ACTIVE": "2"}
        began = time.monotonic()
        code = self.cluster.backfill(given, lambda line: print(line, flush=True))
        took = time.monotonic() - began
        wrong = [f"the backfill ended with exit code {code}"] if code else []
        for number in range(self.months):
            self.alone.run(number)
        wrong += differences(self.alone, self.warehouse)
        return Outcome(f"backfill of {self.months} months", took, 1, f"{took / self.months:.0f} s a month", wrong)

    def _run(self, title: str, fault: Fault | None) -> Outcome:
        self._clear_from(fault.stage if fault else "fetch")
        self._started += 1
        self.run_id = f"trial-{self._started}"
        began = time.monotonic()
        before = self.cluster.restarts
        self.cluster.trigger(self.run_id, PARAMS | {"as_of": str(LAST)})
        notes = []
        if fault:
            self._wait_for_work(fault.stage)
            notes.append(f"in {fault.stage}: {fault.strike(self.cluster)}")
        state = self._end()
        took = time.monotonic() - began
        restarts = self.cluster.restarts - before
        notes += [f"{restarts} processes of Airflow ended and were started again"] if restarts else []
        tries = max(task["try_number"] for task in self.cluster.tries(self.run_id))
        wrong = [] if state == "success" else [f"the run ended {state}; the logs are in {self.cluster.folder}"]
        if not wrong:
            wrong += differences(self.alone, self.warehouse)
        return Outcome(title, took, tries, "; ".join(notes), wrong)

    def _clear_from(self, stage: str) -> None:
        """Remove what a stage and those after it have made."""
        stages = list(STAGES)
        for name in (name for each in stages[stages.index(stage) :] for name in STAGES[each]):
            shutil.rmtree(self.warehouse.root / name, ignore_errors=True)

    def _wait_for_work(self, stage: str) -> None:
        """Until the stage's job has an executor on the worker that will suffer, and it has begun to work."""

        def works() -> bool:
            task = next((one for one in self.cluster.tries(self.run_id) if one["task_id"] == stage), None)
            if task is None or task["state"] != "running":
                return False
            return bool(self.cluster.executors(VICTIM))

        wait_until(works, f"an executor of {stage} on {VICTIM}", RUN_SECONDS)
        time.sleep(3)

    def _end(self) -> str:
        """Wait for the run's end, starting again what has ended by itself; returns the state."""
        deadline = time.monotonic() + RUN_SECONDS
        state = "unknown"
        while time.monotonic() < deadline:
            self.cluster.tend()
            try:
                state = self.cluster.states()[self.run_id]
            except UserError:
                state = "unknown"  # Airflow is just being started again
            if state in ("success", "failed"):
                return state
            time.sleep(1)
        return f"not within {RUN_SECONDS} s ({state})"


def scenarios(trial: Trial, names: list[str]) -> list[tuple[str, Callable[[], Outcome]]]:
    """The chosen scenarios in their order."""
    known: list[tuple[str, Callable[[], Outcome]]] = [(PLAIN, trial.plain), (MISTAKE, trial.mistake)]
    faults = (*FAULTS, *OF_CONNECT) if trial.cluster.stands else FAULTS
    known += [(fault.name, lambda fault=fault: trial.disturbed(fault)) for fault in faults]
    known += [(BACKFILL, trial.backfill)]
    return [(name, run) for name, run in known if name in names]


def _outcome(name: str, run: Callable[[], Outcome]) -> Outcome:
    try:
        return run()
    except TimeoutError as error:
        return Outcome(name, 0, 0, "", [str(error)])


def carry_out(trial: Trial, names: list[str]) -> list[Outcome]:
    """Start the cluster, go through the scenarios, and stop it."""
    outcomes: list[Outcome] = []
    way = "a Spark Connect server that stands" if trial.cluster.stands else "a driver for each job"
    try:
        print(f"starting the cluster on {trial.cluster.network.words}, with {way}", flush=True)
        trial.cluster.start()
        for name, run in scenarios(trial, names):
            print(f"{name} ...", flush=True)
            outcomes.append(_outcome(name, run))
            print(line(outcomes[-1]), flush=True)
    finally:
        trial.cluster.stop()
    told = trial.secrets_told()
    outcomes.append(Outcome(f"secrets, with {way}", 0, 0, "none in a log, manifest or event log", told))
    return outcomes


def main() -> int:
    names = [name for name in os.environ.get("ONLY", "").split(",") if name] or list(NAMES)
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"ONLY: there is no scenario {unknown[0]!r}. Known: {', '.join(NAMES)}.")
        return 2
    ways = [os.environ["SPARK"]] if os.environ.get("SPARK") else [DRIVER_EACH, STANDS]
    if not {DRIVER_EACH, STANDS}.issuperset(ways):
        print(f"SPARK: {ways[0]!r} is neither {DRIVER_EACH} nor {STANDS}.")
        return 2
    # So that all that was started is stopped then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ |= {name: layout.environment()[name] for name in ("JAVA_HOME", "PATH")}
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    # Postgres has a user of its own, who has to reach its folder.
    folder.chmod(0o711)
    alone = Undisturbed(folder / "local-mode", lambda number: PARAMS | {"as_of": str(month(number))})
    print("in local mode, to compare with", flush=True)
    alone.run(0)
    months = int(os.environ.get("MONTHS") or MONTHS)
    outcomes = [one for way in ways for one in carry_out(Trial(folder / way, alone, way == STANDS, months), names)]
    print("\n".join(["", *map(line, outcomes)]))
    wrong = [f"{one.title}: {words}" for one in outcomes for words in one.wrong]
    return verdict(folder, wrong, "All runs are green, and every row is as in local mode.")


def line(one: Outcome) -> str:
    """An outcome in a line."""
    word = "as it should be" if not one.wrong else "WRONG"
    return f"  {one.title:<28} {word:<16}{one.seconds:>6.0f} s  {one.tries} tries at most  {one.note}"


if __name__ == "__main__":
    sys.exit(main())
