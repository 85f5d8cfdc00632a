"""The Spark that stands: found or started, shared and kept apart, left by who dies, closed to others."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from pyspark.sql import SparkSession

import small_java
from interpreted import interpreted
from jobs import client
from jobs.flow import Flow
from segmentation.common.paths import PROJECT
from segmentation.engine.connect import server, standing
from segmentation.engine.session import REMOTE
from segmentation.running.local import layout
from spark_of_tests import SPARK_SETTINGS, find_java, served, settings

STAGES = ("ingest", "clean", "rfm")
PARAMS = {"source": "demo", "demo_reviews": 1000, "k_max": 3}
# Until the work of a client that is gone is interrupted; and two for Spark to end its Python.
MISSED_SECONDS = 10 + 2
PATIENCE_SECONDS = 90


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[standing.Server]:
    find_java()
    folder = tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", f"{telling_chmod(folder)}{os.pathsep}{os.environ['PATH']}")
        with served(folder, settings()) as found:
            yield found


def telling_chmod(folder: Path) -> Path:
    """A folder with a `chmod` that leaves a note when it is called."""
    programs = folder / "programs"
    programs.mkdir()
    chmod = programs / "chmod"
    chmod.write_text(f'#!/bin/sh\ntouch "{programs}/called"\nexec /bin/chmod "$@"\n', encoding="utf-8")
    chmod.chmod(0o755)
    return programs


def environment(remote: str, package: Path = PROJECT / "include") -> dict[str, str]:
    paths = [str(package), str(PROJECT / "spark_jobs"), str(PROJECT / "tests")]
    # Spark itself notes a master there, and refuses to have one beside a server.
    return {**os.environ, "MASTER": "local[1]", REMOTE: remote, "PYTHONPATH": os.pathsep.join(paths)}


def start(remote: str, *words: str, package: Path = PROJECT / "include") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, client.__file__, *words], env=environment(remote, package), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@contextlib.contextmanager
def started(folder: Path, **variables: str) -> Iterator[standing.Server]:
    """A server that a task starts, and that stays."""
    java = {"SPARK_SUBMIT_OPTS": small_java.options(), **variables}
    with standing.using(folder, layout.environment() | java) as found:
        yield found


@pytest.mark.parametrize("given", [None, "700m"])
def test_java_gets_the_memory_that_its_user_says_and_else_that_of_its_cores(tmp_path: Path, given: str | None) -> None:
    find_java()
    own = {"spark.driver.memory": given} if given else {}
    with served(tmp_path, settings() | own) as found:
        (java,) = [one for one in psutil.Process(found.pid).children() if one.name() == "java"]
        sizes = [word for word in java.cmdline() if word.startswith("-Xmx")]
    assert sizes == [f"-Xmx{given or server.memory(len(os.sched_getaffinity(0)))}"]


def wait_for(is_so, seconds: float = PATIENCE_SECONDS) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, is_so
        time.sleep(0.05)
    return time.monotonic() - began


def gone(process: int) -> bool:
    """Whether a process has ended, also where its parent has not asked for it."""
    return not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE


def test_who_comes_at_once_shares_one_which_ends_when_idle_and_starts_again(tmp_path: Path) -> None:
    def come(_: int) -> standing.Server:
        with started(tmp_path, **{server.IDLE: "0.05"}) as found:
            assert standing.find(tmp_path) == found
            return found

    with ThreadPoolExecutor(3) as pool:
        (one,) = set(pool.map(come, range(3)))
    wait_for(lambda: standing.find(tmp_path) is None)
    wait_for(lambda: gone(one.pid))
    # One that is killed leaves its note, and nobody takes it for one that stands.
    with started(tmp_path) as other:
        assert other.pid != one.pid
        temporary = Path((tmp_path / server.TEMPORARY).read_text(encoding="utf-8"))
        java = psutil.Process(other.pid).children(recursive=True)
        os.kill(other.pid, signal.SIGSTOP)  # else it tidies up after its Java
        for process in java:
            process.kill()
        os.kill(other.pid, signal.SIGKILL)
        wait_for(lambda: gone(other.pid) and all(gone(process.pid) for process in java))
    assert (tmp_path / standing.NOTE).exists()
    # The last thread of a killed process gives its locks back, not the first that is gone.
    wait_for(lambda: standing.find(tmp_path) is None)
    # Nor does its Java get to remove its temporary files.
    assert list(temporary.glob("blockmgr-*"))
    with started(tmp_path) as third:
        assert third.port
        assert not temporary.exists()
        temporary = Path((tmp_path / server.TEMPORARY).read_text(encoding="utf-8"))
        assert list(temporary.glob("blockmgr-*"))
    assert standing.stop(tmp_path)
    assert not temporary.exists()
    assert standing.find(tmp_path) is None
    assert not standing.stop(tmp_path)


def test_one_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho no such thing >&2\nexit 1\n", encoding="utf-8")
    java.chmod(0o755)
    broken = layout.environment() | {"JAVA_HOME": str(tmp_path)}
    with pytest.raises(standing.Unavailable, match="Spark did not start"), standing.using(tmp_path / "spark", broken):
        pass


def test_the_token_is_for_its_user_only(here: standing.Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    notes = tmp_path_factory.getbasetemp().glob(f"served*/{standing.NOTE}")
    (note,) = {one.resolve() for one in notes if here.token in one.read_text(encoding="utf-8")}
    assert note.stat().st_mode & 0o777 == 0o600
    assert note.parent.stat().st_mode & 0o077 == 0
    assert here.token not in (note.parent / standing.LOG).read_text(encoding="utf-8")
    below = psutil.Process(here.pid).children(recursive=True)
    processes = [psutil.Process(here.pid), *(process for process in below if not gone(process.pid))]
    assert len(processes) > 1
    assert not any(here.token in word for process in processes for word in process.cmdline())
    assert {where.laddr.ip.removeprefix("::ffff:") for each in processes for where in each.net_connections()} <= {
        "127.0.0.1", "::1"
    }  # fmt: skip


def test_files_get_their_permissions_without_a_program_for_each(here: standing.Server, tmp_path: Path) -> None:
    process = start(here.remote, "write", str(tmp_path / "table"))
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, said[-2000:]
    (programs,) = [Path(one) for one in psutil.Process(here.pid).environ()["PATH"].split(os.pathsep)[:1]]
    assert programs.name == "programs" and not (programs / "called").exists()
    umask = os.umask(0)
    os.umask(umask)
    files = list((tmp_path / "table").rglob("*.parquet"))
    assert len(files) == 40
    assert {file.stat().st_mode & 0o777 for file in files} == {0o666 & ~umask}
    assert {file.parent.stat().st_mode & 0o777 for file in files} == {0o777 & ~umask}


@pytest.mark.parametrize("token", ["", "/;token=wrong"])
def test_without_the_token_nobody_comes_in(here: standing.Server, token: str) -> None:
    began = time.monotonic()
    process = start(f"{here.address}{token}", "connect")
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode
    assert "UNAUTHENTICATED" in said or "Unauthenticated" in said or "Invalid" in said, said[-500:]
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_the_work_of_a_killed_client_is_interrupted(here: standing.Server, tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    process = start(here.remote, "work", str(beat))
    wait_for(beat.exists)
    process.kill()
    stopped = ended(beat)
    assert stopped < MISSED_SECONDS, stopped


def test_a_client_ends_with_the_task_that_started_it(here: standing.Server, tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    task = start(here.remote, "work_below", str(beat))
    assert task.stdout
    below = int(task.stdout.readline())
    wait_for(beat.exists)
    task.kill()
    wait_for(lambda: gone(below), 5)
    assert ended(beat) < MISSED_SECONDS


def ended(beat: Path) -> float:
    """Seconds from now until a file was touched for the last time."""
    now = time.time()
    last = -1.0
    while last != (last := beat.stat().st_mtime):
        time.sleep(2)
    return max(0.0, last - now)


def test_sessions_see_nothing_of_one_another_and_each_has_its_own_code(here: standing.Server, tmp_path: Path) -> None:
    """Two checkouts of different code, at once on one server."""
    other = tmp_path / "segmentation"
    shutil.copytree(PROJECT / "include" / "segmentation", other)
    (other / "common/release.py").write_text('RELEASE = "9.9.9"\n', encoding="utf-8")
    told = []
    clients = []
    for package in (PROJECT / "include", tmp_path):
        process = start(here.remote, "package", package=package)
        clients.append(process)
        assert process.stdout
        told.append(json.loads(process.stdout.readline()))
    for process in clients:
        process.communicate("", timeout=PATIENCE_SECONDS)
    from segmentation.common.release import RELEASE

    assert [found for found, _, _ in told] == [RELEASE, "9.9.9"]
    assert [seen for _, seen, _ in told] == [[], []]
    assert {setting for _, _, setting in told} == {SPARK_SETTINGS["spark.sql.shuffle.partitions"]}


def test_a_job_that_wants_more_memory_than_there_is_fails_alone(here: standing.Server) -> None:
    other, hog = start(here.remote, "count"), start(here.remote, "hog")
    assert other.stdin and other.stdout and hog.stdout

    def counts() -> str:
        print(file=other.stdin, flush=True)
        return other.stdout.readline().strip()

    assert counts() == "1000"
    assert hog.stdout.readline() == "here\n"
    _, said = hog.communicate("go\n", timeout=PATIENCE_SECONDS)
    assert hog.returncode
    assert "OutOfMemoryError" in said, said[-500:]
    assert counts() == "1000", "the session of another job goes on"
    other.communicate(timeout=PATIENCE_SECONDS)
    assert other.returncode == 0


def test_two_runs_at_once_on_one_server_make_the_rows_of_each_alone(
    here: standing.Server, spark: SparkSession, tmp_path: Path
) -> None:
    """Of different months, in one warehouse, beside the tests' own Spark."""
    months = ("2023-03-01", "2023-05-01")
    words = [("flow", str(tmp_path / "there"), month, json.dumps(PARAMS), *STAGES) for month in months]
    running = [start(here.remote, *each) for each in words]
    told = [process.communicate(timeout=900) for process in running]
    assert [process.returncode for process in running] == [0, 0], [said[-2000:] for _, said in told]
    there = [json.loads(answer.splitlines()[-1]) for answer, _ in told]
    with interpreted(spark):
        alone = [Flow(tmp_path / "here", month, **PARAMS).run(*STAGES) for month in months]
    assert there == [{name: made.rows_checksum for name, made in each.items()} for each in alone]
    left = [path for path in (tmp_path / "there").rglob("_attempts/*") if path.is_dir()]
    assert left == [], "nothing half-written stays"
