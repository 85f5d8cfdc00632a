"""The second half of `make soak`: runs of `make run` beside a running Airflow, prunes that are killed, full disks.

ONLY=beside,prune,full chooses. Ends with exit code 1 and a sentence for each thing that is wrong. Full disks need the
right to mount (root); without it they are left out, which is said.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from local_airflow import LocalAirflow
from run_soak import Undisturbed, differences, verdict

from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.running.local import layout
from segmentation.warehouse import upkeep
from segmentation.warehouse.manifests import Manifest, data_files, describe_files
from segmentation.warehouse.versions import Warehouse

PARAMS = {"demo_reviews": 2000, "as_of": "2023-09-01", "k_max": 3}
# How a run is stopped, and once which dataset is there: the next one goes on from there.
STOPS = (
    (signal.SIGINT, "source"),
    (signal.SIGTERM, "reviews"),
    (signal.SIGINT, "customer_rfm"),
    (signal.SIGKILL, "kmeans_search"),
)
PRUNES = 20
LOOPS = 20  # seconds in which a scheduler would have taken over what it can see
# Of what a run takes of a place: so much is there.
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    """A `make run`."""
    words = {name.upper(): str(value) for name, value in PARAMS.items()}
    command = [sys.executable, "-m", "segmentation.running.local", "run"]
    return subprocess.Popen(
        command,
        env=environment | words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell has what it runs behind it ignore Ctrl-C, and so would a run of this soak there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no threads here
    )


def beside(folder: Path, dice: random.Random) -> Iterator[str]:
    """Stop runs beside an Airflow that is switched on, then let two run at once; nobody else touches them."""
    airflow = LocalAirflow(folder)
    airflow.start()
    # Another warehouse than Airflow's: whoever took a task over would build it there.
    warehouse = Warehouse(folder / "mine")
    environment = airflow.environment() | {"SEGMENTATION_WAREHOUSE": str(warehouse.root)}
    try:
        for told, made in STOPS:
            run = start(environment)
            while run.poll() is None and not any((warehouse.root / made).glob("**/_manifest.json")):
                time.sleep(0.2)
            time.sleep(dice.uniform(0, 1))
            run.send_signal(told)
            said, _ = run.communicate()
            if run.returncode != (-told if told == signal.SIGKILL else 128 + told):
                yield f"a run that was told {told.name} ended with {run.returncode}: {said[-500:]}"
            print(f"  stopped by {told.name} once {made} was there, exit {run.returncode}", flush=True)
        time.sleep(LOOPS)
        both = [start(environment) for _ in range(2)]
        for run in both:
            said, _ = run.communicate()
            if run.returncode:
                yield f"one of two runs at once ended with {run.returncode}: {said[-500:]}"
        yield from (f"Airflow has the run {name}, {state}" for name, state in airflow.states().items())
        yield from (f"{path} is in Airflow's warehouse" for path in Path(airflow.warehouse).glob("*"))
        left = [path.name for path in (airflow.local / "runs").glob("*/")]
        yield from (f"the folder of the run {name} is left" for name in left)
    finally:
        airflow.stop()
    undisturbed = Undisturbed(folder / "undisturbed", lambda number: PARAMS)
    undisturbed.run(0)
    yield from differences(undisturbed, warehouse)


def prune(folder: Path, dice: random.Random) -> Iterator[str]:
    """Kill prunes at random moments: of every version that is left, all inputs are left."""
    warehouse = Warehouse(folder)
    for number in range(30):
        chain(warehouse, number)
    code = "import sys; from pathlib import Path; from segmentation.warehouse import upkeep, versions; "
    code += "upkeep.prune(versions.Warehouse(Path(sys.argv[1])), 0)"
    for _ in range(PRUNES):
        job = subprocess.Popen([sys.executable, "-c", code, str(folder)])
        time.sleep(dice.uniform(0.5, 4))
        job.kill()
        job.wait()
        yield from upkeep.holes(warehouse)
        if not upkeep.unneeded(warehouse, 0):
            break
    upkeep.prune(warehouse, 0)
    left = [*upkeep.all_versions(warehouse), *warehouse.unfinished()]
    yield from (f"{path} is left after all prunes" for path in left)


def chain(warehouse: Warehouse, number: int) -> None:
    """A source, and what is made from it."""
    inputs: dict[str, str] = {}
    for place, name in enumerate(("source", "reviews", "purchases", "customer_rfm")):
        version = f"{number:08x}{place:04x}"
        month = datetime(2023, 9, 1, tzinfo=UTC).date() if name == "customer_rfm" else None
        attempt = warehouse.attempt(name, version, month)
        (attempt.folder / "part-0.txt").write_text(name * 100, encoding="utf-8")
        files = describe_files(attempt.folder, data_files(attempt.folder))
        as_of = month.isoformat() if month else None
        warehouse.publish(
            attempt,
            Manifest(name, version, as_of, "2026-01-01T00:00:00+00:00", 1, 1, {}, files, inputs, {}, {}, "soak"),
        )
        inputs = {name: version}


@contextmanager
def mounted(place: Path, options: str) -> Iterator[None]:
    """A file system of its own at a place. Raises CalledProcessError without the right to mount."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def needs(place: Path, environment: dict[str, str]) -> tuple[int, int]:
    """The bytes and inodes that a run takes at a place at most."""
    size = inodes = 0
    with mounted(place, "size=4g"):
        run = start(environment)
        while run.poll() is None:
            there = os.statvfs(place)
            size = max(size, (there.f_blocks - there.f_bfree) * there.f_frsize)
            inodes = max(inodes, there.f_files - there.f_ffree)
            time.sleep(0.1)
        said, _ = run.communicate()
    if run.returncode:
        raise AssertionError(f"a run with room enough ended with {run.returncode}: {said[-800:]}")
    return size, inodes


def full(folder: Path, dice: random.Random) -> Iterator[str]:
    """Let the warehouse, the installation and temporary files run full: one sentence, and green with more room."""
    places = {"SEGMENTATION_WAREHOUSE": "w", "SEGMENTATION_LOCAL": "l", "TMPDIR": "t"}
    own = {name: str(folder / place) for name, place in places.items()}
    # By the class cache of this installation, so that it does not have to be built in the small places.
    options_of_java = os.environ.get("SPARK_SUBMIT_OPTS") or layout.environment()[SMALL_JOB_OPTIONS]
    environment = os.environ | own | {"SPARK_SUBMIT_OPTS": options_of_java}
    for name, place in places.items():
        for other in places.values():
            (folder / other).mkdir(parents=True, exist_ok=True)
        # What stands already is made again, so that each stage meets the small place.
        again = environment | {"FORCE": str(name != "SEGMENTATION_WAREHOUSE").lower()}
        size, inodes = needs(folder / place, again)
        print(f"  {name} takes {size / 1e6:.1f} MB and {inodes} inodes", flush=True)
        taken = {"size": size, "nr_inodes": inodes}
        for options in [f"{option}={int(most * share)}" for option, most in taken.items() for share in SHARES]:
            with mounted(folder / place, options):
                run = start(again)
                said, _ = run.communicate()
                last = said.strip().splitlines()[-1]
                print(f"  {name} with {options}: exit {run.returncode}, {last[:160]}", flush=True)
                if "Traceback" in said or (run.returncode and "The disk " not in last):
                    yield f"{name} with {options} ended with {run.returncode}: {said[-800:]}"
                warehouse = Warehouse(folder / "w")
                yield from (
                    fault
                    for version in upkeep.all_versions(warehouse)
                    for fault in upkeep.faults(version, upkeep.manifest_at(warehouse, version))
                )
    run = start(environment)
    said, _ = run.communicate()
    if run.returncode:
        yield f"with room enough the run ended with {run.returncode}: {said[-800:]}"


def main() -> int:
    chosen = (os.environ.get("ONLY") or "prune,beside,full").split(",")
    dice = random.Random(int(os.environ.get("SEED") or 1))
    folder = Path(tempfile.mkdtemp(prefix="soak-edges-"))
    wrong: list[str] = []
    for name in chosen:
        print(name, flush=True)
        try:
            wrong += {"beside": beside, "prune": prune, "full": full}[name](folder / name, dice)
        except subprocess.CalledProcessError as error:
            print(f"  left out: no right to mount ({error.stderr.decode(errors='replace').strip()})", flush=True)
    return verdict(folder, wrong, f"{', '.join(chosen)}: nothing is taken over, left behind or told in a traceback.")


if __name__ == "__main__":
    sys.exit(main())
