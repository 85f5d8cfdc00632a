"""The DAG: it imports, it is the flow, its form offers the settings, its commands are the stored ones."""

import errno
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowFailException, ParamValidationError

from segmentation.common.errors import UserError
from segmentation.common.paths import PROJECT
from segmentation.config import settings
from segmentation.engine import input_versions
from segmentation.engine import stage as stages
from segmentation.planning.datasets import STAGES
from segmentation.running.orchestration import stage_operator, submitting, tasks
from segmentation.warehouse.manifests import Manifest
from yardstick import slowness

PARSE_SECONDS = 3.0


@pytest.fixture(scope="module")
def dag():
    import customer_segmentation

    return customer_segmentation.dag


def test_the_dags_folder_holds_this_dag_only() -> None:
    assert [path.name for path in (PROJECT / "dags").glob("*.py")] == ["customer_segmentation.py"]


def test_the_tasks_are_the_flow_in_a_row(dag) -> None:
    assert {task.task_id for task in dag.tasks} == set(STAGES)
    order = list(STAGES)
    for task_id, following in zip(order, [*order[1:], None], strict=True):
        assert dag.get_task(task_id).downstream_task_ids == ({following} if following else set())


def test_it_runs_by_hand_only(dag) -> None:
    assert dag.timetable.can_be_scheduled is False
    assert dag.catchup is False


def test_the_form_offers_every_setting_with_help_and_the_default(dag) -> None:
    assert set(dag.params) == set(settings.FIELDS)
    for name in settings.FIELDS:
        param = dag.params.get_param(name)
        assert param.description
        assert param.resolve() == settings.json_default(name)
    assert len(dag.params.get_param("category").schema["enum"]) == 34
    assert dag.params.get_param("as_of").schema["format"] == "date"


@pytest.mark.parametrize(
    ("name", "value"),
    [("source", "s3"), ("category", "Cars"), ("window_months", 0), ("k", "1"), ("as_of", "soon"), ("force", "maybe")],
)
def test_the_form_refuses_what_is_not_allowed(dag, name: str, value: object) -> None:
    param = dag.params.get_param(name)
    with pytest.raises(ParamValidationError):
        param.resolve(value)


@pytest.mark.parametrize("stage", list(STAGES)[1:])
def test_every_spark_task_submits_its_job_with_retries_and_a_time_limit(dag, stage: str) -> None:
    task = dag.get_task(stage)
    assert isinstance(task, SparkSubmitOperator)
    assert task._conn_id == "spark_default"
    assert Path(task.application) == PROJECT / "spark_jobs" / f"{stage}.py"
    assert Path(task.application).is_file()
    assert task.retries >= 2
    assert task.retry_exponential_backoff
    assert task.execution_timeout > timedelta(0)


def test_a_run_that_waits_for_a_retry_keeps_no_other_out(dag) -> None:
    assert dag.max_active_runs >= 16
    order = [dag.get_task(stage) for stage in STAGES]
    assert {task.max_active_tis_per_dag for task in order} == {2}
    # The scheduler takes the heavier first: a run that has begun before one that has not.
    assert {task.weight_rule for task in order} == {"upstream"}


@pytest.mark.parametrize("stage", list(STAGES)[1:])
def test_a_job_reads_names_of_files_as_utf_8_whatever_the_locale(dag, stage: str) -> None:
    task = dag.get_task(stage)
    assert task.env_vars["LC_ALL"] == task.conf["spark.executorEnv.LC_ALL"] == "C.UTF-8"


@pytest.mark.parametrize("stage", STAGES)
def test_every_task_announces_its_datasets(dag, stage: str) -> None:
    assert [asset.name for asset in dag.get_task(stage).outlets] == list(STAGES[stage])


def test_only_what_a_kind_of_source_makes_is_announced(dag, monkeypatch) -> None:
    made = [
        Manifest(name, "0" * 12, None, "2026-01-01T00:00:00+00:00", 7, 1, {}, {}, {}, {}, {}, "test")
        for name in ("orders", "rejected_rows")
    ]
    monkeypatch.setattr(stages, "missing_datasets", lambda *_: [])
    monkeypatch.setattr(stages, "conclude", lambda *_: made)
    task = dag.get_task("ingest").prepare_for_execution()
    task.application_args = ["--source-version=0123456789ab", "--as-of=2023-09-01"]
    events: dict = defaultdict(SimpleNamespace)
    task.execute({"outlet_events": events, "task": task})
    assert [asset.name for asset in task.outlets] == ["orders", "rejected_rows"]
    assert {asset.name: event.extra["rows"] for asset, event in events.items()} == {"orders": 7, "rejected_rows": 7}
    assert len(dag.get_task("ingest").outlets) == len(STAGES["ingest"])


@pytest.mark.parametrize(
    ("reads", "small", "options"),
    [
        (input_versions.SMALL_INPUT, "-Dfor=small", "-Dfor=small"),
        (input_versions.SMALL_INPUT + 1, "-Dfor=small", None),
        (0, "", None),
        (0, None, None),
    ],
)
def test_a_job_that_reads_little_gets_the_options_for_such(
    dag, monkeypatch, reads: int, small: str | None, options: str | None
) -> None:
    submitted: list[dict[str, str]] = []
    monkeypatch.setattr(stages, "missing_datasets", lambda *_: ["customer_rfm"])
    monkeypatch.setattr(input_versions, "bytes_to_read", lambda *_: reads)
    monkeypatch.setattr(stages, "conclude", lambda *_: [])
    monkeypatch.setattr(SparkSubmitOperator, "execute", lambda self, context: submitted.append(self.env_vars))
    monkeypatch.delenv(stages.SMALL_JOB_OPTIONS, raising=False)
    if small is not None:
        monkeypatch.setenv(stages.SMALL_JOB_OPTIONS, small)
    task = dag.get_task("rfm").prepare_for_execution()
    task.application_args = ["--source-version=0123456789ab", "--as-of=2023-09-01"]
    task.execute({"outlet_events": {}, "task": task})
    assert submitted[0].get("SPARK_SUBMIT_OPTS") == options
    assert submitted[0]["PYTHONPATH"] == str(PROJECT / "include")


def test_a_disk_that_is_too_full_to_begin_is_one_sentence_and_no_retry(dag, monkeypatch, capsys) -> None:
    @contextmanager
    def no_room(conn_id: str | None) -> Iterator[None]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "used.lock")
        yield

    monkeypatch.setattr(stages, "missing_datasets", lambda *_: ["reviews"])
    monkeypatch.setattr(stage_operator, "spark_of", no_room)
    task = dag.get_task("ingest").prepare_for_execution()
    task.application_args = ["--source-version=0123456789ab", "--as-of=2023-09-01"]
    with pytest.raises(AirflowFailException):
        task.execute({"outlet_events": {}, "task": task})
    assert capsys.readouterr().out.splitlines()[-1].startswith("ERROR ingest: The disk ")


MASTERS = {
    "local[*]": '{"conn_type": "spark", "host": "local[*]"}',
    "sc://": '{"conn_type": "spark_connect", "host": "localhost", "port": 15002, "password": "the secret"}',
}


@pytest.mark.parametrize("master", MASTERS)
def test_the_commands_are_the_stored_ones(dag, monkeypatch, master: str) -> None:
    """A change of arguments is seen in review. To accept one, remove the file and run the test twice."""
    monkeypatch.setenv("AIRFLOW_CONN_SPARK_DEFAULT", MASTERS[master])
    monkeypatch.setattr(submitting, "_check_answers", lambda remote: None)
    golden = Path(__file__).with_name("spark_submit_commands.txt" if master == "local[*]" else "connect_commands.txt")
    commands = []
    for stage in list(STAGES)[1:]:
        task = copy(dag.get_task(stage))
        context = {
            "params": {name: settings.json_default(name) for name in settings.FIELDS},
            "ti": FetchedBefore(),
            "run_id": "scheduled__2023-09-01",
        }
        task.application_args = task.render_template(task.application_args, context, dag.get_template_env())
        with submitting.spark_of(task._conn_id) as task._remote:
            words = task._get_hook()._build_spark_submit_command(task.application)
        here = {str(PROJECT): "<project>", sys.executable: "<python>"}
        for place, name in here.items():
            words = [name if word == place else word.replace(f"{place}/", f"{name}/") for word in words]
        commands.append(" \\\n    ".join(words))
    text = "\n\n".join(commands) + "\n"
    assert "the secret" not in text
    if not golden.exists():
        golden.write_text(text, encoding="utf-8")
        pytest.fail(f"{golden.name} was missing and is written now; look at it and run again")
    assert text == golden.read_text(encoding="utf-8")


class FetchedBefore:
    """Stands in for the task instance, of which the templates only ask what `fetch` returned."""

    def xcom_pull(self, task_ids: str) -> dict[str, str]:
        assert task_ids == "fetch"
        return {"source_version": "0123456789ab", "as_of": "2023-09-01", "segment_map": "eleven"}


class FetchedIn:
    """Stands in for a task instance whose run began in a warehouse."""

    def __init__(self, root: Path | None) -> None:
        self.root = root

    def xcom_pull(self, task_ids: str) -> dict[str, str]:
        return FetchedBefore().xcom_pull(task_ids) | ({"warehouse": str(self.root)} if self.root else {})


def test_a_run_does_not_go_on_in_another_warehouse(dag, monkeypatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "now"))
    monkeypatch.setattr(stages, "missing_datasets", lambda *_: [])
    monkeypatch.setattr(stages, "conclude", lambda *_: [])
    task = dag.get_task("rfm").prepare_for_execution()
    task.application_args = ["--source-version=0123456789ab", "--as-of=2023-09-01"]
    context = {"outlet_events": {}, "task": task}
    with pytest.raises(AirflowFailException):
        task.execute({**context, "ti": FetchedIn(tmp_path / "then")})
    said = capsys.readouterr().out
    assert (
        f"ERROR rfm: This run began in the warehouse {tmp_path}/then, and Airflow now works in {tmp_path}/now." in said
    )
    task.execute({**context, "ti": FetchedIn(tmp_path / "now")})
    task.execute({**context, "ti": FetchedIn(None)})  # of an older release


OWN_MAP = """\
bins: 3
segments: [{name: All, group: New, meaning: m., action: a., rules: [{}]}]
"""


@pytest.mark.parametrize(
    ("segment_map", "said"),
    [
        ("rfm_package", "Param segment_map: 'rfm_package' is not allowed. Allowed: for 4 bins four_bins, the path"),
        (OWN_MAP, "Param bins: segment map given as YAML is for 3 bins, and bins is 4."),
        ("./own.yaml", "Param bins: segment map own.yaml is for 3 bins, and bins is 4."),
        ("./other.yaml", "Param segment_map: there is no map and no file './other.yaml'."),
    ],
)
def test_a_map_that_does_not_fit_is_refused_by_the_first_task(
    monkeypatch, tmp_path: Path, capsys, segment_map: str, said: str
) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    (tmp_path / "own.yaml").write_text(OWN_MAP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    params = {"as_of": "2023-03-01", "bins": 4, "segment_map": segment_map}
    with pytest.raises(AirflowFailException):
        tasks.fetch_source({"params": params, "run_id": "test"})
    assert f"ERROR fetch: {said}" in capsys.readouterr().out
    assert not (tmp_path / "warehouse").exists()


def test_the_first_task_tells_the_others_what_the_map_says_and_not_where_it_lies(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setattr(tasks, "announce", lambda *_: None)
    own = tmp_path / "own.yaml"
    own.write_text(OWN_MAP, encoding="utf-8")
    told = {}
    for bins, given in ((3, str(own)), (3, OWN_MAP), (3, "came_back"), (5, "seed")):
        params = {"as_of": "2023-03-01", "bins": bins, "segment_map": given, "demo_reviews": 1000}
        told[given] = tasks.fetch_source({"params": params, "run_id": "test"})["segment_map"]
    assert told == {str(own): OWN_MAP.strip(), OWN_MAP: OWN_MAP.strip(), "came_back": "three_bins", "seed": "seed"}


@pytest.mark.parametrize(
    ("source", "interval_end", "as_of"),
    [
        ("demo", datetime(2026, 11, 1, tzinfo=UTC), date(2023, 9, 1)),  # the demo has ended by then
        ("demo", datetime(2023, 9, 1, tzinfo=UTC), date(2023, 9, 1)),
        ("demo", datetime(2022, 3, 1, tzinfo=UTC), date(2022, 3, 1)),
        ("huggingface", datetime(2026, 11, 1, tzinfo=UTC), date(2023, 9, 1)),  # the pinned commit has ended, too
        ("huggingface main", datetime(2026, 11, 1, tzinfo=UTC), date(2026, 11, 1)),  # what follows is not known
        ("files", datetime(2025, 11, 1, tzinfo=UTC), date(2025, 11, 1)),  # the files' last month is theirs to know
    ],
)
def test_an_empty_as_of_is_the_end_of_the_interval(source: str, interval_end: datetime, as_of: date) -> None:
    source, _, revision = source.partition(" ")
    more = {"files_path": "/data"} if source == "files" else {"revision": revision} if revision else {}
    given = settings.parse({"source": source, **more})
    assert tasks._as_of_of_interval(given, {"data_interval_end": interval_end}) == as_of


def test_by_hand_an_empty_as_of_is_the_first_of_the_month() -> None:
    """What has no schedule gets a moment instead of an interval."""
    given = settings.parse({"source": "files", "files_path": "/data"})
    now = datetime(2026, 11, 17, 14, 30, tzinfo=UTC)
    found = tasks._as_of_of_interval(given, {"data_interval_start": now, "data_interval_end": now})
    assert found == date(2026, 11, 1)


def test_an_empty_as_of_without_an_interval_is_refused() -> None:
    with pytest.raises(UserError, match="no data interval"):
        tasks._as_of_of_interval(settings.parse({}), {"data_interval_end": None})


def test_parsing_is_quick_and_needs_no_spark() -> None:
    """Airflow parses the file over and over; what a run needs is imported when it runs."""
    code = """
import json, sys, time
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, Param, get_current_context, task
began = time.process_time()
import customer_segmentation
names = ("pyspark", "pandas", "pyarrow", "matplotlib", "numpy", "huggingface_hub")
heavy = [name for name in names if name in sys.modules]
print(json.dumps({"seconds": time.process_time() - began, "heavy": heavy}))
"""
    path = os.pathsep.join([str(PROJECT / "dags"), str(PROJECT / "include")])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["heavy"] == []
    assert found["seconds"] < PARSE_SECONDS * slowness()


def test_no_job_imports_airflow() -> None:
    code = f"""
import sys
sys.path[:0] = [{str(PROJECT / "include")!r}, {str(PROJECT / "spark_jobs")!r}]
import ingest, clean, rfm, kmeans, report
assert "airflow" not in sys.modules, "a job imports Airflow"
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
