"""`make up`: what it leaves on the disk is for its user alone."""

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from segmentation.running.local import apart, layout, run, server


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in a folder of the test, and an Airflow that starts at once and writes its login."""
    monkeypatch.setattr(layout, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(layout, "AIRFLOW_HOME", tmp_path / "airflow")
    monkeypatch.setattr(apart, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(run, "LOCAL", tmp_path)
    monkeypatch.setattr(server, "LOCAL", tmp_path)
    monkeypatch.setattr(server, "PID_FILE", tmp_path / "airflow.pid")
    monkeypatch.setattr(server, "PASSWORDS", tmp_path / "airflow/passwords")
    monkeypatch.setattr(server, "migrate", lambda environment: None)
    monkeypatch.setattr(server, "_wait_until_healthy", lambda process, log: None)
    monkeypatch.setattr(apart, "migrate", lambda environment: None)
    monkeypatch.setattr(apart, "prepare", lambda environment: None)
    monkeypatch.setattr(layout, "environment", lambda: {"JAVA_HOME": str(tmp_path)})
    monkeypatch.setenv("SPARK_SUBMIT_OPTS", "-Xmx1g")  # no class cache, then

    def start(command: list[str], stdout, **_: object) -> SimpleNamespace:
        with open(server.PASSWORDS, "a+", encoding="utf-8") as file:
            file.write('{"admin": "swordfish"}\n')
        print("Password for user 'admin': swordfish", file=stdout)
        return SimpleNamespace(pid=2**22)

    monkeypatch.setattr(server.subprocess, "Popen", start)
    monkeypatch.setattr(server.subprocess, "run", lambda *_, **__: None)
    return tmp_path


@pytest.mark.parametrize("before", [None, 0o644])
def test_the_login_is_for_the_user_alone(local: Path, capsys, before: int | None) -> None:
    if before:
        for folder, name in (("logs", "airflow.log"), ("airflow", "passwords")):
            (local / folder).mkdir()
            (local / folder / name).touch(before)
    umask = os.umask(0)
    try:
        server.up()
    finally:
        os.umask(umask)
    assert "admin / swordfish" in capsys.readouterr().out
    holding = [path for path in local.rglob("*") if path.is_file() and b"swordfish" in path.read_bytes()]
    assert len(holding) == 2
    for path in holding:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for folder in ("logs", "airflow", "runs"):
        assert stat.S_IMODE((local / folder).stat().st_mode) == 0o700
