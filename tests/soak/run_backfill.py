"""Backfill many months on a running Airflow, again, and backwards; compare each month with that month alone.

`make soak-backfill` takes 24 months, two runs at a time; MONTHS= sets how many. Ends with exit code 1 if a run is not
green, a version was made twice, the second round changed anything, or any row differs.
"""

import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import median

from local_airflow import LocalAirflow
from run_soak import OF_EARLIER, Undisturbed, left_over, rows, verdict

from segmentation.planning.datasets import STAGES
from segmentation.warehouse.manifests import data_files
from segmentation.warehouse.upkeep import all_versions, manifest_at, verify
from segmentation.warehouse.versions import Warehouse

PARAMS = {"demo_reviews": 4000, "k_max": 3}
LAST = date(2023, 9, 1)  # the as-of date of the last month
PUBLISHED = re.compile(r"published (\w+)(?: as of ([\d-]+))? version (\w+)")
ONLY_BACKFILLS = Path(__file__).parent / "backfill_dag"


def month(back: int) -> date:
    """The first day of the month that lies `back` months before the last."""
    months = LAST.year * 12 + LAST.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def backfill(airflow: LocalAirflow, months: int, **words: str) -> list[str]:
    """Have Airflow backfill the months and wait for the end; returns what is wrong."""
    given = {name.upper(): str(value) for name, value in PARAMS.items()}
    given |= {"FROM": str(month(months)), "TO": str(month(1)), "ACTIVE": "2", **words}
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    print(f"backfill {words or ''}", flush=True)
    code = airflow.backfill(given, say)
    seconds = [float(line.split()[-2]) for line in lines if line.startswith("  as of ")]
    if len(seconds) != months:
        return [f"backfill {words}: {len(seconds)} of {months} runs"]
    print(f"a run took {median(seconds):.1f} s (median)", flush=True)
    return [f"backfill {words} ended with exit code {code}"] if code else []


def made(airflow: LocalAirflow) -> Counter:
    """How often each version was published, by the logs of all tries."""
    found: Counter = Counter()
    for name in airflow.states():
        for task in airflow.tries(name):
            if task["task_id"] != "fetch":
                for attempt in range(1, task["try_number"] + 1):
                    found.update(PUBLISHED.findall(airflow.log(name, task["task_id"], attempt)))
    return found


def snapshot(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    """Size and time of change of each data file of each version; a run that uses a version touches its manifest."""
    files = (path for folder in all_versions(warehouse) for path in data_files(folder))
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def one_way(folder: Path, months: int, again: bool, **words: str) -> tuple[Warehouse, list[str]]:
    """One backfill on an Airflow of its own; returns its warehouse and what is wrong."""
    airflow = LocalAirflow(folder, dags=ONLY_BACKFILLS)
    warehouse = Warehouse(airflow.warehouse)
    airflow.start()
    try:
        wrong = backfill(airflow, months, **words)
        times = made(airflow)
        wrong += [f"{' '.join(key)} was made {count} times" for key, count in times.items() if count > 1]
        wrong += [] if times else ["no version was made"]
        print(f"{len(times)} versions made", flush=True)
        if again:
            before = snapshot(warehouse)
            wrong += backfill(airflow, months, REPROCESS="completed", **words)
            wrong += [f"{path} was written again" for path, _ in before.items() ^ snapshot(warehouse).items()]
    finally:
        airflow.stop()
    wrong += verify(warehouse)[1] + [f"{path} is left over" for path in left_over(warehouse.root)]
    return warehouse, wrong


def compare(folder: Path, months: int, warehouses: list[Warehouse]) -> list[str]:
    """Make each month alone in a warehouse of its own, and say where the others differ from it."""
    wrong, compared = [], 0
    for back in range(months):
        alone = Undisturbed(folder / f"alone-{back}", lambda number, back=back: PARAMS | {"as_of": str(month(back))})
        alone.run(0)
        for path in all_versions(alone.warehouse):
            one = manifest_at(alone.warehouse, path)
            if one.dataset in OF_EARLIER:  # a month alone has no release before it
                continue
            for other in warehouses:
                twin = other.root / path.relative_to(alone.warehouse.root)
                if not twin.exists() or rows(alone.warehouse, one) != rows(other, manifest_at(other, twin)):
                    wrong.append(f"{twin} is not as in the month alone")
                compared += 1
        shutil.rmtree(alone.warehouse.root)
        print(f"  {month(back)} alone: compared, {len(wrong)} differ so far", flush=True)
    print(f"compared {compared} versions of {len(STAGES)} stages", flush=True)
    return wrong


def main() -> int:
    months = int(os.environ.get("MONTHS") or 24)
    folder = Path(tempfile.mkdtemp(prefix="backfill-"))
    forward, wrong = one_way(folder / "forward", months, again=True)
    backward, also = one_way(folder / "backward", months, again=False, BACKWARDS="1")
    wrong += also + compare(folder, months, [forward, backward])
    return verdict(folder, wrong, "All months are green, and every row is as in the month alone.")


if __name__ == "__main__":
    sys.exit(main())
