"""What the tests of databases share: a PostgreSQL of their own, and connections as Airflow has them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.postgres import Postgres, running
from segmentation.warehouse.versions import Warehouse


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A server on a port of 127.0.0.1."""
    try:
        with running() as made:
            yield made
    except FileNotFoundError as missing:
        pytest.skip(f"PostgreSQL is not installed, so nothing is read from it. {missing}")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse with nothing in it."""
    return Warehouse(tmp_path / "warehouse")
