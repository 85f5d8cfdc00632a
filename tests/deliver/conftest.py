"""A shop, a PostgreSQL of the tests' own, and connections to it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from delivering_places import Place, postgres_place
from delivering_shops import Shop

from cluster.postgres import Postgres, running


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(tmp_path / "shops"))
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    return Shop(tmp_path)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL on a port of loopback, ended with the tests."""
    try:
        with running() as made:
            yield made
    except FileNotFoundError as missing:
        pytest.skip(f"PostgreSQL is not installed, so nothing is brought to it. {missing}")


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
