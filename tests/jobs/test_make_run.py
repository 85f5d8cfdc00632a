"""`make run` through Airflow itself: a green run with its summary, a rerun that finds all standing, a refusal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.test_mistakes import JUNE_2023, lay_out, review
from segmentation.local import layout
from segmentation.paths import PROJECT


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run `python -m segmentation.local run` with these variables; installation and warehouse stay for all tests."""
    folder = tmp_path_factory.mktemp("local")
    own = {
        "SEGMENTATION_LOCAL": str(folder / "local"),
        "SEGMENTATION_WAREHOUSE": str(folder / "warehouse"),
        "SPARK_SUBMIT_OPTS": layout.SMALL_JOBS,
        "PYTHONPATH": str(PROJECT / "include"),
    }

    def run(**variables: str) -> subprocess.CompletedProcess:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "SPARK", "PYSPARK"))}
        return subprocess.run(
            [sys.executable, "-m", "segmentation.local", "run"],
            env={**clean, **own, **variables}, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    run.folder = folder
    return run


@pytest.fixture(scope="module")
def params(run) -> dict[str, str]:
    lines = [
        review("a", "cheap", JUNE_2023),
        review("a", "dear", JUNE_2023 + 1),
        review("b", "cheap", JUNE_2023),
        review("c", "dear", JUNE_2023),
    ]
    lay_out(run.folder / "in", lines)
    return {"SOURCE": "files", "FILES": str(run.folder / "in"), "AS_OF": "2023-07-01", "K_MAX": "3"}


def test_a_run_ends_green_with_a_summary(run, params) -> None:
    done = run(**params)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 customers as of 2023-07-01, who spent $1,010.00" in done.stdout
    report = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Report"))
    assert Path(report).is_file()
    lists = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Lists"))
    assert (Path(lists) / "champions.csv").is_file()
    # What took how long is in the log; the bench reads it there.
    log = Path(re.search(r"log: (\S+)", done.stdout)[1]).read_text(encoding="utf-8")
    assert len(re.findall(r"Spark started in \d+\.\d s", log)) == 5
    for said in ("wrote reviews: 4 rows in", "wrote customer_rfm: 3 rows in", "searched k in"):
        assert re.search(rf"{said} \d+\.\d s", log), said


def test_a_rerun_finds_everything_standing(run, params) -> None:
    done = run(**params)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("(stood already)") == 5


def test_a_failed_run_says_why_in_its_last_line(run, params) -> None:
    done = run(**{**params, "AS_OF": "2020-01-01"})
    assert done.returncode == 1
    last = done.stdout.strip().splitlines()[-1]
    assert "Failed: rfm: customer_rfm has no rows" in last
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"K": "99"}, "Param k: '99' is not allowed"),
        ({"CATEGORY": "Cars"}, "Param category: 'Cars' is not allowed"),
        ({"AS_OF": "yesterday"}, "Param as_of: 'yesterday' is not allowed. Allowed: a date as YYYY-MM-DD"),
    ],
)
def test_a_bad_value_is_refused_before_anything_starts(run, params, wrong: dict, said: str) -> None:
    done = run(**{**params, **wrong})
    assert done.returncode == 2
    assert said in done.stdout
    assert "log:" not in done.stdout
