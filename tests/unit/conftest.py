"""What the unit tests share."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from segmentation.warehouse.versions import Warehouse

# How long an example takes says something of the machine only.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse with nothing in it."""
    return Warehouse(tmp_path / "warehouse")


@pytest.fixture
def start() -> Iterator[Callable[..., multiprocessing.Process]]:
    """Start a process; it is ended with the test."""
    running = []

    def begin(work, *given) -> multiprocessing.Process:
        process = multiprocessing.get_context("fork").Process(target=work, args=given, daemon=True)
        process.start()
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.join()
