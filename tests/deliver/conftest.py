"""A shop, a PostgreSQL of the tests' own, and connections to it."""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from delivering_places import Place, postgres_place
from delivering_shops import Shop

from cluster.postgres import Postgres
from segmentation.engine.connect.server import free_port


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(tmp_path / "shops"))
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    return Shop(tmp_path)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL on a port of loopback, ended with the tests."""
    # Not below pytest's folder, which is for root's eyes only: the server runs as somebody else then.
    folder = Path(tempfile.mkdtemp(prefix="deliver-postgres-"))
    folder.chmod(0o755)
    try:
        found = Postgres(folder / "server", free_port())
    except FileNotFoundError as error:
        shutil.rmtree(folder)
        pytest.skip(f"{error}, which these tests start")
    try:
        found.start()
        found.create_database()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder)


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Tell Airflow of a connection."""

    def tell(name: str, **values: object) -> None:
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(values))

    return tell


@pytest.fixture(params=["postgres", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path, connect: Callable[..., None]) -> Place:
    if request.param == "sqlite":
        path = tmp_path / "crm.sqlite"
        connect("crm", conn_type="sqlite", host=str(path))
        return Place("sqlite", lambda text, *values: sqlite3.connect(path).execute(text, values).fetchall())
    server: Postgres = request.getfixturevalue("server")
    return postgres_place(server, connect)


@pytest.fixture
def postgres(server: Postgres, connect: Callable[..., None]) -> Place:
    return postgres_place(server, connect)
