"""The links on the task pages, and what the plugin registers."""

import importlib.util
import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowException
from airflow.sdk.execution_time import task_runner
from fastapi.testclient import TestClient
from months import JULY, Shop, many

from segmentation.common.paths import PROJECT
from segmentation.config import settings
from segmentation.engine import stage as stages
from segmentation.planning.datasets import STAGES
from segmentation.running.orchestration import links, run_notes, stage_operator, tasks
from segmentation.warehouse import runs
from segmentation.warehouse.versions import Warehouse

AIRFLOW = "http://airflow/base/"
FRAME = "plugin/customer-segments/"


@pytest.fixture(scope="module")
def dag():
    import customer_segmentation

    return customer_segmentation.dag


def kept_links(task, monkeypatch) -> dict[str, str]:
    """What Airflow keeps of a task's links when the task ends, by its own code."""
    kept: dict[str, str] = {}
    monkeypatch.setattr(task_runner, "_xcom_push_to_db", lambda ti, key, value: kept.update({key: value}))
    ti = SimpleNamespace(task=task, start_date=None, end_date=None)
    silent = dict.fromkeys(("debug", "info"), lambda *_, **__: None)
    log = SimpleNamespace(**silent, exception=lambda *words, **_: pytest.fail(str(words)))
    task_runner.finalize(ti, None, {}, log)
    return kept


def shown_in_frame(link: str) -> str:
    """The address that Airflow's frame shows for a link: what follows the frame's own, from the root on."""
    before, _, after = urljoin(AIRFLOW, link).partition(FRAME)
    assert before == AIRFLOW
    return f"/{after}"


def executed(dag, shop: Shop, stage: str, manifests: list, monkeypatch):
    """A stage's task after it has found its versions standing."""
    monkeypatch.setattr(stages, "missing_datasets", lambda *_: [])
    monkeypatch.setattr(stages, "conclude", lambda *_: manifests)
    task = dag.get_task(stage).prepare_for_execution()
    task.application_args = ["--source-version=0123456789ab", "--as-of=2023-07-01", "--shop=electronics"]
    task.execute({"outlet_events": defaultdict(SimpleNamespace), "task": task})
    return task


def test_the_report_task_links_to_its_report_and_its_manifests(
    dag, shop: Shop, client: TestClient, monkeypatch
) -> None:
    report = shop.month(JULY, many(2))
    made = [shop.input(report, "segment_summary"), report]
    monkeypatch.setattr(stage_operator, "release", lambda *_: None)
    kept = kept_links(executed(dag, shop, "report", made, monkeypatch), monkeypatch)
    assert kept["_link_ReportLink"] == f"{FRAME}segments/reports/{JULY}/{report.version}?shop=electronics"
    assert set(kept) == {"_link_ReportLink", "_link_ManifestsLink", "_link_HistoryLink"}
    # No job ran.
    assert kept.pop("_link_HistoryLink") == ""
    for link in kept.values():
        path = shown_in_frame(link).removeprefix("/segments")
        page = client.get(path)
        assert page.status_code == 200, path
    assert report.version in page.text


@pytest.mark.parametrize("stage", list(STAGES)[1:-1])
def test_every_other_stage_links_to_its_manifests(dag, shop: Shop, client: TestClient, stage: str, monkeypatch) -> None:
    made = [shop.publish(name, None, {"a": "x"}) for name in STAGES[stage][:2]]
    begun = replace(
        shop.draft(shop.month(JULY, many(2))),
        versions={"report": "0" * 12, **{one.dataset: one.version for one in made}},
    )
    runs.note(shop.warehouse, begun, trial=False)
    kept = kept_links(executed(dag, shop, stage, made, monkeypatch), monkeypatch)
    assert list(kept) == ["_link_ManifestsLink", "_link_HistoryLink"]
    page = client.get(shown_in_frame(kept["_link_ManifestsLink"]).removeprefix("/segments"))
    assert all(one.version in page.text for one in made)


def test_fetch_links_to_its_manifest(dag, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path))
    source = Shop(Warehouse(tmp_path)).source
    monkeypatch.setattr("segmentation.sources.fetch", lambda *_, **__: source)
    task = dag.get_task("fetch").prepare_for_execution()
    params = {name: settings.json_default(name) for name in settings.FIELDS} | {"as_of": "2023-07-01"}
    tasks.fetch_source({"params": params, "run_id": "r", "outlet_events": defaultdict(SimpleNamespace), "task": task})
    assert kept_links(task, monkeypatch) == {
        "_link_ManifestsLink": f"{FRAME}segments/versions?shop=demo&of=source.{source.version}"
    }


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_task_that_failed_has_no_links(dag, stage: str, monkeypatch) -> None:
    """An empty link is shown as none."""
    task = dag.get_task(stage).prepare_for_execution()
    assert set(kept_links(task, monkeypatch).values()) == {""}


def submitting(dag, monkeypatch, job):
    """The task `clean`, whose versions are missing, with `job` in place of Spark's submit."""
    monkeypatch.setattr(stages, "missing_datasets", lambda *_: ["purchases"])
    monkeypatch.setattr(stages, "conclude", lambda *_: [])
    monkeypatch.setattr(SparkSubmitOperator, "execute", lambda self, context: job(Path(self.env_vars[stages.NOTES])))
    task = dag.get_task("clean").prepare_for_execution()
    task.application_args = ["--source-version=0123456789ab", "--as-of=2023-07-01"]
    return task


def test_a_task_links_to_its_job_in_the_history_server_also_when_it_failed(dag, monkeypatch) -> None:
    def job(notes: Path) -> None:
        (notes / stages.APPLICATION).write_text("app-20231201-0001")
        raise AirflowException("the job died")

    monkeypatch.setenv(links.HISTORY, "http://history:18080")
    task = submitting(dag, monkeypatch, job)
    with pytest.raises(AirflowException, match="the job died"):
        task.execute({"task": task})
    kept = kept_links(task, monkeypatch)
    assert kept["_link_HistoryLink"] == "spark-history/history/app-20231201-0001/jobs/"


def test_without_a_history_server_there_is_no_link_to_one(dag, monkeypatch) -> None:
    monkeypatch.delenv(links.HISTORY, raising=False)
    task = submitting(dag, monkeypatch, lambda notes: (notes / stages.APPLICATION).write_text("app-1"))
    task.execute({"task": task, "outlet_events": defaultdict(SimpleNamespace)})
    assert kept_links(task, monkeypatch)["_link_HistoryLink"] == ""


@pytest.mark.parametrize("stage", list(STAGES))
def test_the_web_server_knows_the_links_of_a_stored_dag(dag, stage: str) -> None:
    """It reads what the task has kept, by the name and key that are stored with the DAG."""
    from airflow.serialization.serialized_objects import DagSerialization

    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    task = DagSerialization.from_dict(stored).get_task(stage)
    found = {link.name: link.xcom_key for link in task.operator_extra_links}
    assert found["Manifests"] == "_link_ManifestsLink"
    assert ("Report" in found) == (stage == "report")


@pytest.mark.parametrize(("base", "inside"), [("http://localhost:8080", ""), ("https://shop/base/", "base/")])
def test_a_link_opens_inside_the_frame_also_below_a_base_path(monkeypatch, base: str, inside: str) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base)
    made = SimpleNamespace(made_versions=[("report", "0" * 12, "2023-07-01")])
    for link in links.of_stage("report")[:2]:
        found = link.get_link(made, ti_key=None)
        assert found.startswith(f"{FRAME}{inside}segments/"), "relative, and the frame's address is from the root on"


# The plugin
@pytest.fixture
def plugin():
    spec = importlib.util.spec_from_file_location("plugin_of_test", PROJECT / "plugins" / "customer_segments.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CustomerSegmentsPlugin


def test_the_plugin_serves_the_pages_where_the_links_lead(plugin, shop: Shop) -> None:
    (app, history), (view,) = plugin.fastapi_apps, plugin.external_views
    assert app["url_prefix"] == f"/{links.PREFIX}"
    assert history["url_prefix"] == f"/{links.HISTORY_PREFIX}"
    assert urljoin(AIRFLOW, view["href"]) == f"{AIRFLOW}{links.PREFIX}/"
    assert view["destination"] == "nav"
    assert view["url_route"] == links.ROUTE
    assert len(view["name"]) <= len("Security"), "longer names are cut in the navigation"
    assert TestClient(app["app"]).get("/").status_code == 401
    assert TestClient(history["app"]).get("/").status_code == 401


def test_loading_the_plugin_is_cheap() -> None:
    """Airflow loads it in every process."""
    code = f"""
import sys
from airflow.listeners import hookimpl  # Airflow's own, for its listeners
from airflow.plugins_manager import AirflowPlugin
before = set(sys.modules)
sys.path.insert(0, {str(PROJECT / "plugins")!r})
import customer_segments
new = {{name for name in set(sys.modules) - before if not name.startswith("customer_segments")}}
assert not new, sorted(new)[:20]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# Notes
class Session:
    """What the listener asks for the words that a task has handed on."""

    def __init__(self, value: object) -> None:
        self.value = value

    def scalars(self, asked: object) -> "Session":
        return self

    def first(self) -> object:
        return None if self.value is None else SimpleNamespace(value=self.value)


def noted(
    plugin,
    monkeypatch,
    told: object,
    note: str | None,
    dag_id: str = "customer_segmentation_books",
    end: str = "success",
) -> str | None:
    """The note of a run after Airflow has told the plugin of its end."""
    monkeypatch.setattr("sqlalchemy.orm.object_session", lambda _: Session(told))
    run = SimpleNamespace(dag_id=dag_id, run_id="r", note=note)
    (listener,) = plugin.listeners
    getattr(listener, f"on_dag_run_{end}")(dag_run=run, msg="")
    return run.note


def test_a_green_run_gets_its_note_and_nobodys_own_is_lost(plugin, monkeypatch) -> None:
    told = "Books as of 2023-07-01, release 2\n\n- First."
    assert noted(plugin, monkeypatch, told, None) == told
    assert noted(plugin, monkeypatch, told, "Books as of 2023-07-01, release 1") == told
    assert noted(plugin, monkeypatch, told, "Look at this") == "Look at this"
    assert noted(plugin, monkeypatch, None, None) is None
    assert noted(plugin, monkeypatch, told, None, dag_id="another") is None
    assert len(noted(plugin, monkeypatch, told * 100, None) or "") == run_notes.LONGEST


def test_a_run_whose_delivery_alone_has_failed_says_what_it_released(plugin, monkeypatch) -> None:
    told = "Books as of 2023-07-01, release 2\n\n- First."
    assert noted(plugin, monkeypatch, told, None, end="failed") == told
    assert noted(plugin, monkeypatch, None, None, end="failed") is None


def test_the_note_says_shop_month_release_and_the_three_sentences(shop: Shop) -> None:
    report = shop.month(JULY, many(2), released=False)
    said = "A shop\n\nIn short\n- First\u202e.\n- Second.\n- Third.\n"
    told = shop.publish("report", JULY, {"insights.txt": said}, report.inputs, report.settings)
    made = shop.release(told)
    first = "- First.\n- Second.\n- Third."
    words = run_notes.words("Books", "2023-07-01", made, shop.warehouse, told)
    assert words == f"Books as of 2023-07-01, release 1\n\n{first}"
    assert run_notes.words("Books", "2023-07-01", None, shop.warehouse, told).startswith(
        "Books as of 2023-07-01, a trial"
    )
    assert len(run_notes.words("B" * 2000, "2023-07-01", None, shop.warehouse, told)) == run_notes.LONGEST


def test_the_report_task_hands_its_note_on(dag, shop: Shop, monkeypatch) -> None:
    report = shop.month(JULY, many(2))
    monkeypatch.setattr(stage_operator, "release", lambda *_: None)
    monkeypatch.setattr(stages, "missing_datasets", lambda *_: [])
    monkeypatch.setattr(stages, "conclude", lambda *_: [report])
    task = dag.get_task("report").prepare_for_execution()
    task.application_args = ["--source-version=0123456789ab", "--as-of=2023-07-01", "--shop=electronics"]
    pushed = {}
    ti = SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}), xcom_pull=lambda **_: None)
    task.execute({"outlet_events": defaultdict(SimpleNamespace), "task": task, "ti": ti})
    assert pushed == {"note": "electronics as of 2023-07-01, a trial\n"}
