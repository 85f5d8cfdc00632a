"""What the tests of databases share: a PostgreSQL of their own, and connections as Airflow has them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.postgres import Postgres
from segmentation.engine.connect.server import free_port
from segmentation.warehouse.versions import Warehouse


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A server on a port of 127.0.0.1."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        Path(folder).chmod(0o755)  # its user is another one where we are root
        try:
            made = Postgres(Path(folder) / "server", free_port())
        except FileNotFoundError as missing:
            pytest.skip(f"PostgreSQL is not installed, so nothing is read from it. {missing}")
        made.start()
        made.create_database()
        yield made
        made.stop()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse with nothing in it."""
    return Warehouse(tmp_path / "warehouse")
