"""A handful of kills of the soak, on an Airflow of its own: all runs green, every row as in undisturbed runs."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import run_soak
from killer import orders

import small_java
from segmentation.common.paths import PROJECT
from segmentation.running.local import java

KILLS, SEED = 3, 239


def test_a_handful_of_kills_changes_nothing(tmp_path: Path) -> None:
    folders = [PROJECT / name for name in ("include", "spark_jobs", "dags", "tests/soak")]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "SPARK", "PYSPARK"))}
    own = {
        "KILLS": str(KILLS),
        "SEED": str(SEED),
        # Each process waits at its moment until it is killed: random moments are for `make soak`.
        "HELD": "1",
        "TMPDIR": str(tmp_path),
        "JAVA_HOME": str(java.java_home()),
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "SPARK_SUBMIT_OPTS": small_java.options(),
    }
    done = subprocess.run(
        [sys.executable, Path(run_soak.__file__)],
        env=clean | own, capture_output=True, text=True, timeout=7200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert f"{KILLS} kills in" in done.stdout
    assert "every row is as in the undisturbed runs" in done.stdout


@pytest.mark.parametrize("moment", ["data", "before", "after"])
def test_who_writes_a_manifest_stops_at_the_moment_that_is_wanted(tmp_path: Path, moment: str) -> None:
    code = """
import sys
from pathlib import Path
from segmentation.warehouse.versions import write_whole
attempt = Path(sys.argv[1], "customer_rfm/as_of=2023-09-01/_attempts/0123.ab")
attempt.mkdir(parents=True)
write_whole(attempt / "_manifest.json", "{}")
"""
    held, attempt = tmp_path / "held", tmp_path / "customer_rfm/as_of=2023-09-01/_attempts/0123.ab"
    held.mkdir()
    for name in (f"want.rfm.{moment}", "want.kmeans.data"):
        (held / name).touch()
    path = os.pathsep.join([str(PROJECT / "include"), str(Path(__file__).parent / "breakpoints")])
    job = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "SOAK_HELD": str(held), "PYTHONPATH": path}
    )
    here = held / f"at.rfm.{moment}.{job.pid}"
    while not here.exists():
        assert job.poll() is None, "it went past"
        time.sleep(0.05)
    names = {"data": set(), "before": {"._manifest.json.held"}, "after": {"_manifest.json"}}
    assert {one.name for one in attempt.iterdir()} == names[moment]
    assert job.poll() is None
    here.unlink()
    assert job.wait(300) == 0
    assert [one.name for one in attempt.iterdir()] == ["_manifest.json"]
    assert [one.name for one in held.iterdir()] == ["want.kmeans.data"]


def test_the_soak_sees_a_row_that_differs_and_work_that_is_left(tmp_path: Path) -> None:
    plain, other = run_soak.Undisturbed(tmp_path / "plain"), run_soak.Undisturbed(tmp_path / "other")
    for one in (plain, other):
        one.plan(0)
    assert list(run_soak.differences(plain, other.warehouse)) == []
    (version,) = other.warehouse.root.glob("source/version=*")
    file = next(path for path in version.rglob("*.jsonl"))
    file.write_bytes(file.read_bytes()[:-1])
    (other.warehouse.root / "source/_attempts/0123.ab").mkdir()
    wrong = "\n".join(run_soak.differences(plain, other.warehouse))
    assert "0123.ab is left over" in wrong


def test_the_orders_reach_every_stage_and_every_victim() -> None:
    drawn = orders(110, 1)
    assert len({(one.stage, one.victim, one.moment) for one in drawn}) == 66
    handful = orders(KILLS, SEED)
    assert {one.stage for one in handful} == {"ingest", "kmeans", "report"}
    assert {one.victim for one in handful} == {"client", "server", "worker"}
    assert {one.moment for one in handful} == {"random", "before", "after"}
