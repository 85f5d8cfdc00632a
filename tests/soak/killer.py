"""Kill tasks of a running Airflow: which process, in which stage, at which moment, all from one seed."""

import json
import math
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from segmentation.engine.connect import standing
from segmentation.planning.datasets import STAGES
from segmentation.planning.plan import Plan
from segmentation.warehouse.manifests import MANIFEST
from segmentation.warehouse.versions import Warehouse

VICTIMS = ("client", "server", "task", "worker")
MOMENTS = ("random", "before", "after")
# Seconds that a try takes at least, until some have been seen. A kill that comes too late costs a run more.
FIRST_GUESS, FIRST_GUESS_FETCH = 6.0, 1.0
GLANCE = 0.0005  # seconds between two looks for a manifest, which is there for about a millisecond


@dataclass
class Order:
    """Kill `victim` in the next free try of `stage`: at a random moment, or right before or after a manifest."""

    stage: str
    victim: str
    moment: str


@dataclass
class Kill:
    """What was killed, and what was found in the warehouse right afterwards."""

    order: Order
    run_id: str
    found: str


@dataclass
class Try:
    """A try of a task that is being watched, with the ids of its process and of the worker above that."""

    run_id: str
    stage: str
    pid: int
    worker: int
    began: float
    order: Order | None
    due: float = 0.0
    killed: bool = False
    watching: threading.Event = field(default_factory=threading.Event)


def orders(number: int, seed: int) -> list[Order]:
    """As many orders, each stage, victim and moment as often as any other, in random order."""
    every = [
        Order(stage, victim, moment)
        for moment in MOMENTS
        for stage in STAGES
        for victim in (VICTIMS if stage != "fetch" else VICTIMS[2:])
    ]
    # A random moment is many moments, so it comes three times as often.
    every += [order for order in every if order.moment == "random"] * 2
    dice = random.Random(seed)
    drawn: list[Order] = []
    while len(drawn) < number:
        dice.shuffle(every)
        drawn += every
    return drawn[:number]


class Killer(threading.Thread):
    """Carries out orders on the tries that it sees, each try once, until told to stop.

    tries: the folder where tries say who they are. plan_of: the plan of a run. spark: the folder of the Spark that
    stands for all tries.
    """

    def __init__(
        self,
        tries: Path,
        todo: list[Order],
        warehouse: Warehouse,
        plan_of: Callable[[str], Plan],
        spark: Path,
        seed: int,
        most_per_task: int = 4,
        held: Path | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self.folder = tries
        self.todo = list(todo)
        self.warehouse = warehouse
        self.plan_of = plan_of
        self.spark = spark
        self.most_per_task = most_per_task
        self.held = held  # where tries wait to be killed, see breakpoints/sitecustomize.py
        self.dice = random.Random(seed)
        self.kills: list[Kill] = []
        self.tries: dict[str, Try] = {}
        self.seen: set[str] = set()
        self.durations: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self.lock = threading.RLock()
        self.ending = threading.Event()

    def run(self) -> None:
        """Look around some ten times a second."""
        while not self.ending.wait(0.1):
            for path in self.folder.glob("[!.]*"):
                if path.name not in self.seen:
                    self.seen.add(path.name)
                    self._begin(path.name, *json.loads(path.read_text(encoding="utf-8")))
            for name, one in list(self.tries.items()):
                if not alive(one.pid):
                    self._end(name, one)
                elif one.order and one.order.moment == "random" and time.monotonic() >= one.due:
                    self._kill(one)

    def stop(self) -> None:
        """Kill no more."""
        self.ending.set()
        self.join()

    def _begin(self, name: str, run_id: str, stage: str, pid: int, worker: int) -> None:
        with self.lock:
            done = Counter((kill.run_id, kill.order.stage) for kill in self.kills)
            order = None
            if done[run_id, stage] < self.most_per_task:
                order = next((order for order in self.todo if order.stage == stage), None)
            if order:
                self.todo.remove(order)
            one = self.tries[name] = Try(run_id, stage, pid, worker, time.monotonic(), order)
        times = sorted(self.durations[stage]) or [FIRST_GUESS_FETCH if stage == "fetch" else FIRST_GUESS]
        one.due = one.began + self.dice.uniform(0, times[len(times) // 2])
        if order and self.held:
            one.due = math.inf
            threading.Thread(target=self._strike, args=(one, order, self.held), daemon=True).start()
        elif order and order.moment != "random":
            threading.Thread(target=self._watch, args=(one, order.moment), daemon=True).start()

    def _end(self, name: str, one: Try) -> None:
        with self.lock:
            one.watching.set()
            if one.order:
                self.todo.insert(0, one.order)
            if not one.killed:
                self.durations[one.stage].append(time.monotonic() - one.began)
            del self.tries[name]

    def _strike(self, one: Try, order: Order, held: Path) -> None:
        """Have the try stop at the moment of the order, and kill while it waits there."""
        name = f"{order.stage}.{'data' if order.moment == 'random' else order.moment}"
        wanted = held / f"want.{name}"
        wanted.touch()
        while not one.watching.is_set():
            if any(held.glob(f"at.{name}.*")):
                self._kill(one)
            time.sleep(0.05)
        # Whoever still waits, because something else was killed, goes on.
        for path in (wanted, *held.glob(f"at.{name}.*")):
            path.unlink(missing_ok=True)

    def _watch(self, one: Try, moment: str) -> None:
        """Kill as soon as the manifest of one of the try's datasets is being written, or has been."""
        places = self._places(one)
        _, home, version = places[self.dice.randrange(len(places))]
        sign = f".{MANIFEST}." if moment == "before" else MANIFEST
        while not one.watching.is_set():
            for folder in (home / "_attempts").glob(f"{version}.*/"):
                try:
                    names = os.listdir(folder)
                except OSError:
                    continue
                if any(name.startswith(sign) for name in names):
                    self._kill(one)
                    return
            time.sleep(GLANCE)

    def _places(self, one: Try) -> list[tuple[str, Path, str]]:
        plan = self.plan_of(one.run_id)
        return [
            (name, self.warehouse.home(name, plan.as_of_for(name)), plan.version(name))
            for name in plan.datasets(one.stage)
        ]

    def _kill(self, one: Try) -> None:
        with self.lock:
            if not one.order or not alive(one.pid):
                return
            victim = self._find(one, one.order.victim)
            if not victim:  # not started yet, or gone already
                one.due = time.monotonic() + 0.2
                return
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.kills.append(Kill(one.order, one.run_id, self._found(one)))
            one.order, one.killed = None, True
            one.watching.set()

    def _find(self, one: Try, victim: str) -> int | None:
        """The process to kill: the task starts the client, and the server's Java does its work."""
        if victim in ("task", "worker"):
            return one.pid if victim == "task" else one.worker
        if victim == "client":
            return _child(one.pid, "python")
        server = standing.find(self.spark)
        return server and _child(server.pid, "java")

    def _found(self, one: Try) -> str:
        """What the kill left: the furthest state of an attempt, or of what stands."""
        states = []
        for _, home, version in self._places(one):
            names = [name for folder in (home / "_attempts").glob(f"{version}.*/") for name in os.listdir(folder)]
            if MANIFEST in names:
                states.append("manifest written, not published")
            elif any(name.startswith(f".{MANIFEST}.") for name in names):
                states.append("manifest half written")
            elif names:
                states.append("data without manifest")
            elif (home / f"version={version}" / MANIFEST).exists():
                states.append("published")
            else:
                states.append("nothing yet")
        order = [
            "manifest written, not published", "manifest half written", "data without manifest", "nothing yet",
            "published",
        ]  # fmt: skip
        partly = "published" in states and set(states) != {"published"}
        return min(states, key=order.index) + (", others published" if partly else "")


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _child(pid: int, name: str) -> int | None:
    every = psutil.process_iter(["pid", "ppid", "name"])
    return next((one.pid for one in every if one.info["ppid"] == pid and one.info["name"].startswith(name)), None)


def table(kills: list[Kill]) -> list[str]:
    """The kills as lines for people: stage by victim, then what was found."""
    lines = [f"{'':<8}" + "".join(f"{victim:>8}" for victim in VICTIMS)]
    counted: Any = Counter((kill.order.stage, kill.order.victim) for kill in kills)
    for stage in STAGES:
        lines.append(f"{stage:<8}" + "".join(f"{counted[stage, victim] or '-':>8}" for victim in VICTIMS))
    found = Counter(kill.found for kill in kills)
    return [*lines, *(f"{number:>4}  {words}" for words, number in found.most_common())]
