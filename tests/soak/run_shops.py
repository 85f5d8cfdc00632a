"""Six shops, six months each, two runs at a time, killed over and over; a reader opens their months all the time.

`make soak-shops` runs all 36 months; SHOPS=, MONTHS=, KILLS= and SEED= set how many, and where the dice fall. Ends with
exit code 1 if a run is not green, a month was ever torn, or a row differs from the shop's own warehouse, made alone.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from killer import Killer, orders, table
from local_airflow import LocalAirflow
from run_backfill import month
from run_soak import OF_EARLIER, PARALLEL, Undisturbed, Watchman, left_over, rows, run_id, verdict

from segmentation.warehouse import releases
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse

NAMES = ("books", "games", "toys", "garden", "music", "tools")


def params_of(shops: int, number: int) -> dict[str, Any]:
    """The params of a run: the shops take turns, month by month. Two of them share a source."""
    shop = number % shops
    as_of = str(month(number // shops))
    return {"demo_reviews": 3000 + 50 * (shop // 2), "as_of": as_of, "k": str(2 + shop), "shop": NAMES[shop]}


@dataclass
class Alone:
    """Each shop in a warehouse of its own, without Airflow and without kills."""

    folder: Path
    params: Callable[[int], dict[str, Any]]
    shops: dict[str, Undisturbed] = field(default_factory=dict)
    plans: dict[str, Any] = field(default_factory=dict)

    def of(self, number: int) -> Undisturbed:
        """The shop of a run."""
        name = self.params(number)["shop"]
        return self.shops.setdefault(name, Undisturbed(self.folder / name, self.params))

    def plan(self, number: int) -> None:
        """Work out a run's plan, before it starts."""
        self.plans[run_id(number)] = self.of(number).plan(number)


def soak(folder: Path, shops: int, months: int, kills: int, seed: int) -> list[str]:
    """Run every month of every shop; returns what is wrong, a sentence each."""
    airflow = LocalAirflow(folder)
    warehouse = Warehouse(airflow.warehouse)
    alone = Alone(folder / "alone", lambda number: params_of(shops, number))
    watchman = Watchman(warehouse, alone.plans)
    airflow.start()
    killer = Killer(
        airflow.begun, orders(kills, seed), warehouse, alone.plans.__getitem__, airflow.local / "spark", seed
    )
    try:
        killer.start()
        watchman.start()
        _run_all(airflow, alone, shops * months)
        states = airflow.states()
    finally:
        killer.stop()
        watchman.ending.set()
        threading.Thread.join(watchman)
        airflow.stop()
    print("\n".join(table(killer.kills)), flush=True)
    print(f"{len(states)} runs, {len(killer.kills)} kills; a reader opened {watchman.looks} months", flush=True)
    wrong = [f"{name} ended {state}" for name, state in states.items() if state != "success"]
    print("making each shop alone", flush=True)
    for number in range(shops * months):
        alone.of(number).run(number)
    return wrong + watchman.wrong + list(_differences(alone, warehouse))


def _run_all(airflow: LocalAirflow, alone: Alone, number: int) -> None:
    started = 0
    while True:
        active = [name for name, state in airflow.states().items() if state in ("queued", "running")]
        if len(active) < PARALLEL and started < number:
            alone.plan(started)
            airflow.trigger(run_id(started), alone.params(started))
            started += 1
        elif not active and started == number:
            return
        else:
            time.sleep(1)


def _differences(alone: Alone, warehouse: Warehouse) -> Iterator[str]:
    """What differs between each shop's months and those of the same shop alone, and what is damaged or left over."""
    compared = 0
    for name, one in alone.shops.items():
        expected = {each.as_of: each for each in releases.every(one.warehouse, name)}
        found = {str(day): releases.current(warehouse, name, day) for day in releases.months(warehouse, name)}
        ours_of = {day: _versions(one_found) if one_found else None for day, one_found in found.items()}
        if {day: _versions(each) for day, each in expected.items()} != ours_of:
            yield f"the months of {name} are not those of the shop alone"
            continue
        for each in expected.values():
            for ours, theirs in zip(
                releases.manifests(warehouse, found[each.as_of]), releases.manifests(one.warehouse, each), strict=True
            ):
                if ours.dataset not in OF_EARLIER and rows(warehouse, ours) != rows(one.warehouse, theirs):
                    yield f"{ours.dataset} of {name} as of {each.as_of} has other rows"
                compared += ours.rows
    yield from verify(warehouse)[1]
    yield from (f"{path} is left over" for path in left_over(warehouse.root))
    print(f"compared {compared:,} rows", flush=True)


def _versions(one: Release) -> dict[str, str]:
    return {name: version for name, version in one.versions.items() if name not in OF_EARLIER}


def main() -> int:
    given = {
        name: int(os.environ.get(name) or usual)
        for name, usual in {"SHOPS": len(NAMES), "MONTHS": 6, "KILLS": 60, "SEED": 1}.items()
    }
    folder = Path(tempfile.mkdtemp(prefix="soak-shops-"))
    wrong = soak(folder, min(given["SHOPS"], len(NAMES)), given["MONTHS"], given["KILLS"], given["SEED"])
    return verdict(folder, wrong, "All months are green, none was ever torn, and every row is as in each shop alone.")


if __name__ == "__main__":
    sys.exit(main())
