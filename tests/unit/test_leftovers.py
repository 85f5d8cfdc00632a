"""What killed work leaves behind: wiped by the next try, swept by prune, never taken from a living builder."""

import contextlib
import errno
import os
import shutil
import signal
import threading
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from test_versions import ID, MONTH, attempt, left_over, publish
from test_versions_processes import LONG, build_for_ever, fork

from segmentation.warehouse import upkeep, versions
from segmentation.warehouse.versions import Warehouse


@pytest.fixture
def holder(warehouse: Warehouse, start):
    """A process that builds a version and has an attempt of it."""
    begun = fork.Event()
    process = start(build_for_ever, warehouse, begun)
    assert begun.wait(LONG)
    return process


def kill(process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.join(LONG)


def die_at_the_manifest(warehouse: Warehouse) -> None:
    versions.write_whole = lambda *_: os._exit(9)
    publish(warehouse, "half")


def test_no_version_is_there_before_its_manifest(warehouse: Warehouse, start) -> None:
    writer = start(die_at_the_manifest, warehouse)
    writer.join(LONG)
    assert writer.exitcode == 9
    assert not warehouse.place("customer_rfm", ID, MONTH).exists()
    assert len(left_over(warehouse)) == 1


def write_on(folder: Path, begun: Event) -> None:
    """As a job whose parent was killed: busy for a moment, and some last words later."""
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        for number in range(50):
            # Wiped between its look and its step, `mkdir` does not know which of the two is wrong.
            with contextlib.suppress(FileExistsError):
                (folder / "_temporary" / str(number)).mkdir(parents=True, exist_ok=True)
            begun.set()
    time.sleep(0.5)
    (folder / "_temporary" / "last").mkdir(parents=True, exist_ok=True)


@pytest.mark.slow
def test_dead_work_goes_although_a_dying_job_still_writes_to_it(warehouse: Warehouse, start) -> None:
    begun = fork.Event()
    dead = attempt(warehouse, "half")
    job = start(write_on, dead.folder, begun)
    assert begun.wait(LONG)
    with warehouse.building("customer_rfm", ID, MONTH):
        publish(warehouse)
        job.join(LONG)
        assert job.exitcode == 0
    assert left_over(warehouse) == []


def test_who_waits_says_for_whom(warehouse: Warehouse, holder) -> None:
    said: list[str] = []

    def work() -> None:
        with warehouse.building("customer_rfm", ID, MONTH, said.append):
            pass

    waiting = threading.Thread(target=work, daemon=True)
    waiting.start()
    deadline = time.monotonic() + LONG
    while not said and time.monotonic() < deadline:
        time.sleep(0.02)
    kill(holder)
    waiting.join(LONG)
    assert len(said) == 1
    assert f"customer_rfm as of 2023-09-01 version {ID} is being built by process {holder.pid} on " in said[0]


def test_who_need_not_wait_says_nothing(warehouse: Warehouse) -> None:
    said: list[str] = []
    for _ in range(2):
        with warehouse.building("customer_rfm", ID, MONTH, said.append):
            pass
    assert said == []


def churn(warehouse: Warehouse, begun: Event) -> None:
    """As a builder whose folders come and go."""
    with warehouse.building("customer_rfm", ID, MONTH):
        folder = attempt(warehouse, "half").folder
        while True:
            for number in range(20):
                (folder / str(number) / "deep").mkdir(parents=True)
            begun.set()
            for number in range(20):
                shutil.rmtree(folder / str(number))


def test_prune_can_look_while_a_builder_works(warehouse: Warehouse, start) -> None:
    begun = fork.Event()
    start(churn, warehouse, begun)
    assert begun.wait(LONG)
    for _ in range(300):
        assert warehouse.unfinished() == []


def test_prune_leaves_a_living_builders_work_and_takes_a_dead_ones(warehouse: Warehouse, holder) -> None:
    (folder,) = warehouse.root.glob("**/_attempts/*/")
    assert upkeep.unneeded(warehouse, days=30) == upkeep.prune(warehouse, days=30) == []
    assert not warehouse.wipe(folder)
    assert folder.exists()
    kill(holder)
    assert [one.folder for one in upkeep.unneeded(warehouse, days=30)] == [folder]
    assert folder.exists()
    assert [one.folder for one in upkeep.prune(warehouse, days=30)] == [folder]
    assert not folder.exists()


@pytest.fixture
def removal(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch):
    """Dead work whose removal meets these errors, in turn, before it works; returns how often it was tried."""

    def remove(*errors: OSError) -> int:
        dead, met, really = attempt(warehouse).folder, list(errors), shutil.rmtree

        def rmtree(folder: Path, *given: object, **named: object) -> None:
            if folder == dead and met:
                raise met.pop(0)
            really(folder, *given, **named)

        monkeypatch.setattr(versions.shutil, "rmtree", rmtree)
        assert warehouse.wipe(dead)
        assert not dead.exists()
        return len(errors) - len(met)

    return remove


def test_dead_work_goes_also_while_its_job_lives_on_for_a_moment(removal) -> None:
    # The job has written into a folder that had just been emptied; or it has itself removed a file.
    assert removal(OSError(errno.ENOTEMPTY, "not empty"), FileNotFoundError(), OSError(errno.ENOTEMPTY, "")) == 3


def test_dead_work_that_goes_by_itself_is_gone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    dead, really = attempt(warehouse).folder, shutil.rmtree

    def rmtree(folder: Path, *_: object, **__: object) -> None:
        really(folder)
        raise FileNotFoundError

    monkeypatch.setattr(versions.shutil, "rmtree", rmtree)
    assert warehouse.wipe(dead)
    assert not dead.exists()


def test_a_job_that_never_ends_is_not_waited_for(removal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "DYING", 0.2)
    began = time.monotonic()
    with pytest.raises(OSError, match="not empty"):
        removal(*[OSError(errno.ENOTEMPTY, "not empty")] * 1000)
    assert 0.2 < time.monotonic() - began < LONG


@pytest.mark.parametrize("code", [errno.EACCES, errno.ESTALE])
def test_what_cannot_be_removed_is_said_at_once(removal, code: int) -> None:
    with pytest.raises(OSError, match="denied"):
        removal(OSError(code, "denied"), OSError(errno.ENOTEMPTY, "never met"))
