"""Kill tasks of the workflow over and over, let Airflow retry them, and compare all rows with an undisturbed run.

`make soak` kills 110 times; KILLS= and SEED= set how often and where the dice fall. Ends with exit code 1 if a run is
not green, anything differs, anything half-written was visible, or anything unfinished is left.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from killer import Killer, Order, orders, table
from local_airflow import LocalAirflow

from segmentation import sources
from segmentation.config.settings import parse
from segmentation.engine import stage
from segmentation.planning.arguments import JobArguments
from segmentation.planning.datasets import STAGES
from segmentation.planning.earlier import LABELS
from segmentation.planning.plan import Plan
from segmentation.warehouse import releases, releasing
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.upkeep import all_versions, faults, manifest_at, verify
from segmentation.warehouse.versions import Warehouse

MONTHS = ("2023-09-01", "2023-08-01")
SHOPS = ("books", "games", "toys")
PARALLEL = 2
FEW = 10  # kills that one run after another can bear
SAY_EVERY = 20  # seconds


def params(number: int) -> dict[str, Any]:
    """The params of a run. Two runs share a source, and the later month needs the earlier one's customers."""
    pair = number // 2
    # Later pairs release the same months of the same shops again, with other versions.
    return {"demo_reviews": 3000 + 50 * pair, "as_of": MONTHS[number % 2], "k_max": 4, "shop": SHOPS[pair % len(SHOPS)]}


def run_id(number: int) -> str:
    return f"soak-{number:03}"


def of_earlier() -> set[str]:
    """The datasets that rest on releases of earlier months: which run finds one is a matter of when the kills come."""
    first = Plan(parse({}), date.fromisoformat(MONTHS[0]), "0" * 12)
    later = replace(first, released=dict.fromkeys(LABELS, "0" * 12), _known={})
    made = [name for stage_name in STAGES for name in first.datasets(stage_name)]
    return {name for name in made if first.version(name) != later.version(name)}


OF_EARLIER = of_earlier()


class Undisturbed:
    """The same runs in a warehouse of their own, one after another in one process, without Airflow."""

    def __init__(self, root: Path, params_of: Callable[[int], dict[str, Any]] = params) -> None:
        self.warehouse = Warehouse(root)
        self.params_of = params_of
        self.plans: dict[str, Plan] = {}

    def plan(self, number: int) -> Plan:
        """The plan of a run. Brings its source."""
        if run_id(number) not in self.plans:
            settings = parse(self.params_of(number))
            source = sources.fetch(settings, self.warehouse, run_id(number), report=lambda line: None)
            self.plans[run_id(number)] = Plan(settings, settings.as_of, source.version)
        return self.plans[run_id(number)]

    def run(self, number: int) -> None:
        """Make everything that the run makes."""
        import clean
        import ingest
        import kmeans
        import report
        import rfm

        plan = self.plan(number)
        for job in (ingest, clean, rfm, kmeans, report):
            given = JobArguments(plan.settings, plan.as_of, plan.source_version, run_id(number))
            stage.run(job.__name__, job.build, given, self.warehouse)
        releasing.release(plan, self.warehouse, run_id(number))


@dataclass
class Watchman(threading.Thread):
    """Reads what a reader could see, all the time: each new version whole, and each month wholly of one run.

    plans: the plans of all runs by their ids.
    """

    warehouse: Warehouse
    plans: dict[str, Plan] = field(default_factory=dict)
    looks: int = 0
    seen: set = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.ending.wait(0.2):
            self.look()

    def look(self) -> None:
        """One round."""
        try:
            for folder in all_versions(self.warehouse):
                if folder not in self.seen:
                    self.seen.add(folder)
                    self.wrong += faults(folder, manifest_at(self.warehouse, folder))
            for shop in releases.shops(self.warehouse):
                for as_of in releases.months(self.warehouse, shop):
                    self.check(releases.current(self.warehouse, shop, as_of))
        except Exception as error:
            self.wrong.append(f"a reader met {type(error).__name__}: {error}")

    def check(self, one: Release | None) -> None:
        """A month as a reader opens it: all its versions are there, and they are those of the run that it names."""
        self.looks += 1
        if one is None:
            self.wrong.append("a reader found a month without a release")
            return
        words = f"release {one.number} of {one.shop} as of {one.as_of}"
        plan = self.plans.get(one.run_id)
        if plan:  # a run goes on from the months before that it finds released
            made = releases.manifests(self.warehouse, one)
            found = {label: version for each in made for label, version in each.inputs.items() if label in LABELS}
            plan = replace(plan, released=found, _known={})
        if plan is None or releasing.versions_of(plan) != one.versions or releasing.shop_of(plan.settings) != one.shop:
            self.wrong.append(f"{words} is torn: it does not name the versions of one run")
        releases.manifests(self.warehouse, one)


def soak(folder: Path, todo: list[Order], seed: int) -> list[str]:
    """Run until all orders are carried out; returns what is wrong, a sentence each."""
    held = folder / "held" if os.environ.get("HELD") else None
    airflow, undisturbed = LocalAirflow(folder, held=held), Undisturbed(folder / "undisturbed")
    warehouse = Warehouse(airflow.warehouse)
    watchman = Watchman(warehouse, undisturbed.plans)
    print("starting Airflow", flush=True)
    airflow.start()
    killer = Killer(
        airflow.begun, todo, warehouse, undisturbed.plans.__getitem__, airflow.local / "spark", seed, held=held
    )
    try:
        killer.start()
        watchman.start()
        began = time.monotonic()
        runs = _run_all(airflow, killer, undisturbed, most=4 + len(todo) // 4)
        print(f"{runs} runs, {len(killer.kills)} kills in {time.monotonic() - began:.0f} s", flush=True)
        states = airflow.states()
        tries = {name: airflow.tries(name) for name in states}
    finally:
        killer.stop()
        watchman.ending.set()
        watchman.join()
        airflow.stop()
    print("\n".join(table(killer.kills)), flush=True)
    wrong = [f"{name} ended {state}" for name, state in states.items() if state != "success"]
    if len(killer.kills) < len(todo):
        wrong.append(f"{len(killer.kills)} of {len(todo)} kills came about in {len(killer.seen)} tries")
    most = max(task["try_number"] for tasks in tries.values() for task in tasks)
    print(f"a task took {most} tries at most; making the same runs undisturbed", flush=True)
    for number in range(runs):
        undisturbed.run(number)
    print(f"a reader opened {watchman.looks} months", flush=True)
    return wrong + watchman.wrong + list(differences(undisturbed, warehouse))


def _run_all(airflow: LocalAirflow, killer: Killer, undisturbed: Undisturbed, most: int) -> int:
    """Keep some runs going until no order is left and all have ended; returns how many there were."""
    together = PARALLEL if len(killer.todo) > FEW else 1
    started, said = 0, time.monotonic()
    while True:
        states = airflow.states()
        active = [name for name, state in states.items() if state in ("queued", "running")]
        # Pairs share their source, so both start together.
        if not active and (killer.todo or not started) and started < most:
            for _ in range(together):
                undisturbed.plan(started)
                airflow.trigger(run_id(started), params(started))
                started += 1
        elif not active:
            return started
        if time.monotonic() - said > SAY_EVERY:
            said = time.monotonic()
            print(f"  {started} runs started, {len(killer.kills)} kills, {len(killer.todo)} to go", flush=True)
        time.sleep(1)


def differences(undisturbed: Undisturbed, warehouse: Warehouse) -> Iterator[str]:
    """What differs between a warehouse and the undisturbed one, and what is left over or damaged in it."""
    plain = undisturbed.warehouse
    ours, theirs = (
        {path.relative_to(w.root) for path in all_versions(w) if path.relative_to(w.root).parts[0] not in OF_EARLIER}
        for w in (warehouse, plain)
    )
    yield from (f"{path} is missing" for path in sorted(theirs - ours))
    yield from (f"{path} is one too many" for path in sorted(ours - theirs))
    compared = 0
    for path in sorted(ours & theirs):
        one, other = manifest_at(warehouse, warehouse.root / path), manifest_at(plain, plain.root / path)
        if one.rows_checksum != other.rows_checksum or rows(warehouse, one) != rows(plain, other):
            yield f"{path} has other rows"
        compared += one.rows
    yield from (f"the releases differ: {one}" for one in released(plain) ^ released(warehouse))
    yield from verify(warehouse)[1]
    yield from (f"{path} is left over" for path in left_over(warehouse.root))
    print(f"compared {len(ours & theirs)} versions with {compared:,} rows", flush=True)


def rows(warehouse: Warehouse, manifest: Manifest) -> Any:
    """All rows of a version in a fixed order, and the checksums of its files that are texts.

    Not the checksums of Parquet files: Spark puts an id of its own into each.
    """
    folder = warehouse.place_of(manifest)
    paths = [name for name in manifest.files if name.endswith(".parquet")]
    texts = {name: entry["sha256"] for name, entry in manifest.files.items() if name not in paths}
    # The whole path counts, because partition columns live in it.
    return texts, sorted(
        (name.rpartition("/")[0], repr(row)) for name in paths for row in pq.read_table(folder / name).to_pylist()
    )


def released(warehouse: Warehouse) -> set[tuple[str, str, str]]:
    """Shop, month and versions of every release. Which number each has depends on who ended first."""
    found = set()
    for one in releases.every(warehouse):
        versions = {name: version for name, version in one.versions.items() if name not in OF_EARLIER}
        found.add((one.shop, one.as_of, json.dumps(versions, sort_keys=True)))
    return found


def left_over(root: Path) -> list[Path]:
    """Unfinished work: folders of attempts, and drafts of small files."""
    # Spark's checksums lie beside its files, and releases have a lock.
    drafts = (path for path in root.glob("**/.*") if path.suffix != ".crc" and path.name != ".lock")
    return [*root.glob("**/_attempts/*/"), *drafts]


def verdict(folder: Path, wrong: list[str], words: str) -> int:
    """The exit code. Say what is wrong and keep the folder, or say the words for when nothing is."""
    if wrong:
        print("\n".join(["Failed:", *wrong[:50], f"All is kept in {folder}"]))
        return 1
    shutil.rmtree(folder)
    print(words)
    return 0


def main() -> int:
    kills, seed = int(os.environ.get("KILLS") or 110), int(os.environ.get("SEED") or 1)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    wrong = soak(folder, orders(kills, seed), seed)
    return verdict(folder, wrong, "All runs are green, and every row is as in the undisturbed runs.")


if __name__ == "__main__":
    sys.exit(main())
