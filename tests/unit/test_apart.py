"""A run has a database and a log of its own, whatever else runs on this machine."""

import os
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from segmentation.common.errors import UserError
from segmentation.common.paths import warehouse_root
from segmentation.config.settings import Settings
from segmentation.engine.connect import standing
from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.running.local import apart, layout, run
from segmentation.warehouse import machine_failures

NOW = datetime(2026, 11, 27, 14, 32, 36, tzinfo=UTC)
TABLES = (
    "CREATE TABLE connection (id INTEGER PRIMARY KEY, conn_id TEXT, password TEXT{}); CREATE TABLE variable (key TEXT)"
)


def database(path: Path, more: str = "", **connections: str) -> None:
    with closing(sqlite3.connect(path)) as made:
        made.executescript(TABLES.format(more))
        made.executemany("INSERT INTO connection (conn_id, password) VALUES (?, ?)", connections.items())
        made.commit()


def connections(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as read:
        return read.execute("SELECT conn_id, password FROM connection").fetchall()


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An installation whose empty database stands, and the environment of its Airflow."""
    monkeypatch.setattr(apart, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(layout, "LOGS", tmp_path / "logs")
    for folder in ("runs", "logs", "airflow"):
        (tmp_path / folder).mkdir()
    database(apart._template())
    return {"AIRFLOW_HOME": str(tmp_path / "airflow")}


def own_database(own: apart.Apart) -> Path:
    return Path(own.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].removeprefix("sqlite:///"))


def test_runs_of_the_same_second_share_nothing(environment: dict[str, str]) -> None:
    with apart.apart(environment, NOW) as one, apart.apart(environment, NOW) as other:
        assert own_database(one).is_file()
        assert own_database(other).is_file()
        assert own_database(one) != own_database(other)
        assert [one.log.name, other.log.name] == ["run-20261127T143236.log", "run-20261127T143236-2.log"]
        assert one.environment["AIRFLOW__LOGGING__BASE_LOG_FOLDER"] != other.environment[
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER"
        ]  # fmt: skip
    assert list(apart.RUNS.glob("*/")) == [], "the folders go with the runs"
    assert one.log.is_file()


def test_a_run_works_in_the_warehouse_it_began_in_whatever_else_is_set(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "mine"))
    theirs = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://up/airflow",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": "postgresql+asyncpg://up/airflow",
        "SEGMENTATION_WAREHOUSE": "elsewhere",
    }
    with apart.apart(environment | theirs, NOW) as own:
        assert own_database(own).parent.parent == apart.RUNS
        assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC" not in own.environment
        assert own.environment["SEGMENTATION_WAREHOUSE"] == str(warehouse_root()) == str(tmp_path / "mine")


def test_the_connections_of_the_airflow_of_this_machine_come_along(environment: dict[str, str]) -> None:
    # It may be of another release, with other columns.
    database(Path(environment["AIRFLOW_HOME"], "airflow.db"), ", later TEXT", huggingface_default="secret")
    with apart.apart(environment, NOW) as own:
        assert connections(own_database(own)) == [("huggingface_default", "secret")]
    assert connections(apart._template()) == []


def test_a_database_that_cannot_be_read_costs_its_connections_only(environment: dict[str, str], capsys) -> None:
    Path(environment["AIRFLOW_HOME"], "airflow.db").write_text("no database at all" * 100)
    with apart.apart(environment, NOW) as own:
        assert connections(own_database(own)) == []
    assert "cannot be read (file is not a database)" in capsys.readouterr().out


def test_what_a_killed_run_has_left_goes_and_a_living_one_stays(environment: dict[str, str]) -> None:
    dead = apart.RUNS / "20200101T000000"
    dead.mkdir()
    (dead / "airflow.db").touch()
    with apart.apart(environment, NOW) as one:
        assert not dead.exists()
        with apart.apart(environment, NOW):
            assert own_database(one).exists()


def test_a_run_that_fails_leaves_its_log_only(environment: dict[str, str]) -> None:
    with pytest.raises(RuntimeError), apart.apart(environment, NOW) as own:
        own.log.write_text("why")
        raise RuntimeError
    assert list(apart.RUNS.glob("*/")) == []
    assert own.log.read_text() == "why"


def test_first_runs_at_once_prepare_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apart, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(layout, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(layout, "AIRFLOW_HOME", tmp_path / "airflow")
    monkeypatch.setattr(run, "LOCAL", tmp_path)
    monkeypatch.setenv("SPARK_SUBMIT_OPTS", "-Xmx1g")  # no class cache, then
    made, inside = [], []

    def slowly(environment: dict[str, str]) -> None:
        inside.append(1)
        assert len(inside) == 1, "two at once"
        time.sleep(0.3)
        path = Path(environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].removeprefix("sqlite:///"))
        database(path)
        made.append(path)
        inside.pop()

    monkeypatch.setattr(apart, "migrate", slowly)
    threads = [threading.Thread(target=run.prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert apart._template().is_file()
    assert not made[0].exists(), "it has got its name when it was whole"


def told_of_a_database(monkeypatch: pytest.MonkeyPatch, folder: Path, says: str) -> str:
    """What one is told where Airflow says this and fails."""
    (folder / "bin").mkdir()
    (folder / "bin/airflow").write_text(f"#!/bin/sh\necho '{says}' >&2; exit 1\n")
    (folder / "bin/airflow").chmod(0o755)
    (folder / "logs").mkdir()
    monkeypatch.setattr(apart, "LOCAL", folder)
    monkeypatch.setattr(machine_failures, "LOCAL", folder)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
    with pytest.raises(UserError) as told:
        apart.migrate(dict(os.environ))
    assert "\n" not in str(told.value)
    return str(told.value)


def test_why_a_database_cannot_be_made_is_told_in_a_line_and_kept_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert told_of_a_database(monkeypatch, tmp_path, "Traceback\nImportError: no such thing") == (
        f"Airflow's database could not be prepared (ImportError: no such thing). See {tmp_path}/logs/database.log."
    )
    assert (tmp_path / "logs/database.log").read_text() == "Traceback\nImportError: no such thing\n"


@pytest.mark.parametrize(
    ("free", "inodes", "told"), [(10, 5, "The disk is full: "), (9999, 0, "The disk takes hardly any more files")]
)
def test_a_disk_that_is_full_is_told_although_sqlite_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, inodes: int, told: str
) -> None:
    real = os.statvfs(tmp_path)
    found = os.statvfs_result((4096, 4096, 10**6, free, free, 100, inodes, inodes, *real[8:]))
    monkeypatch.setattr(os, "statvfs", lambda place: found)
    assert told_of_a_database(monkeypatch, tmp_path, "unable to open database file").startswith(told)


def test_the_spark_of_a_run_starts_with_it_ends_with_it_and_leaves_its_words_in_the_runs_log(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []

    def start(folder: Path, given: dict[str, str]) -> SimpleNamespace:
        folder.mkdir()
        (folder / standing.LOG).write_text("WARN of Spark\n", encoding="utf-8")
        assert layout.standing_spark(folder) == given["AIRFLOW_CONN_SPARK_DEFAULT"]
        assert given["SPARK_SUBMIT_OPTS"] == "quick", "the demo is little to read"
        return SimpleNamespace(pid=7)

    monkeypatch.setattr(standing, "start", start)
    monkeypatch.setattr(standing, "end", ended.append)
    here = environment | {SMALL_JOB_OPTIONS: "quick", "SPARK_SUBMIT_OPTS": "thorough"}
    here |= {"AIRFLOW_CONN_SPARK_DEFAULT": layout.standing_spark(layout.SPARK)}
    with apart.apart(here, NOW) as own:
        with own.spark(Settings()):
            assert not ended
        assert ended == [7]
        assert own.log.read_text(encoding="utf-8").endswith("WARN of Spark\n")
    # One that the user names is not ours to start or to end.
    named = environment | {"AIRFLOW_CONN_SPARK_DEFAULT": '{"conn_type": "spark", "host": "local[*]"}'}
    with apart.apart(named, NOW) as own, own.spark(Settings()):
        assert own.environment["AIRFLOW_CONN_SPARK_DEFAULT"] == named["AIRFLOW_CONN_SPARK_DEFAULT"]
    assert ended == [7]
