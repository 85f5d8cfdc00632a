"""A DAG for each shop's file: its form, its schedule, and what a file that is wrong becomes."""

import importlib
import json
import os
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from airflow.sdk import DAG, CronDataIntervalTimetable
from airflow.sdk.exceptions import AirflowException, AirflowFailException, ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.paths import PROJECT
from segmentation.config import settings
from segmentation.planning.datasets import STAGES
from segmentation.running.deliver import delivering
from segmentation.running.orchestration.tasks import deliver_release
from segmentation.warehouse import releases
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse
from yardstick import slowness

SECONDS = 2.0


@pytest.fixture
def dags(tmp_path: Path, monkeypatch):
    """Write shop files; gives the DAGs that Airflow finds then."""
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(tmp_path))

    def found(**texts: str) -> dict[str, DAG]:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        module = read_again()
        return {one.dag_id: one for one in vars(module).values() if isinstance(one, DAG)}

    yield found
    monkeypatch.undo()
    read_again()


def read_again():
    """The DAG file, read as if for the first time: reloading a module keeps the names that it had."""
    module = importlib.import_module("customer_segmentation")
    for name in [name for name in vars(module) if name.startswith("customer_segmentation")]:
        delattr(module, name)
    return importlib.reload(module)


def test_each_file_has_a_dag_with_its_params_as_the_forms_defaults(dags) -> None:
    text = "title: Bookshop\nschedule: 0 6 2 * *\nstart: 2024-02-01\nowner: ann\ntags: [eu]\n"
    found = dags(books=text + "params: {source: huggingface, category: Books, k: 5, window_months: 24}\n")
    books = found["customer_segmentation_books"]
    assert books.timetable == CronDataIntervalTimetable("0 6 2 * *", timezone="UTC")
    assert (books.start_date.date().isoformat(), books.catchup) == ("2024-02-01", False)
    assert books.tags == {"segmentation", "spark", "eu"}
    assert {task.owner for task in books.tasks} == {"ann"}
    assert [task.task_id for task in books.topological_sort()] == list(STAGES)
    values = books.params.validate()
    assert set(values) == set(settings.FIELDS)
    own = {name: value for name, value in values.items() if value != settings.json_default(name)}
    assert own == {
        "source": "huggingface", "category": "Books", "k": "5", "window_months": 24, "excluded_categories": [],
        "shop": "books",
    }  # fmt: skip
    assert "Bookshop" in books.doc_md


def test_a_run_of_a_shops_dag_is_of_that_shop(dags) -> None:
    books = dags(books="params: {source: demo}\n")["customer_segmentation_books"]
    with pytest.raises(ParamValidationError):
        books.params.get_param("shop").resolve("games")
    assert deepcopy(books.params.get_param("trial")).resolve(True) is True  # it keeps what it resolves


def test_without_a_schedule_it_runs_when_triggered(dags) -> None:
    books = dags(books="schedule: none\nparams: {source: demo}\n")["customer_segmentation_books"]
    assert books.timetable.can_be_scheduled is False


def test_a_wrong_file_is_a_dag_that_says_so_and_takes_no_other_away(dags) -> None:
    found = dags(books="schedule: 0 6 2 * *\nparams: {sorce: demo}\n", games="params: {source: demo}\n")
    assert set(found) == {f"customer_segmentation{end}" for end in ("", "_books", "_games")}
    wrong = found["customer_segmentation_books"]
    assert "books.yaml" in wrong.doc_md
    assert "Unknown param 'sorce'. Did you mean" in wrong.doc_md
    assert "Known: source, category" in wrong.doc_md
    assert wrong.timetable == CronDataIntervalTimetable("0 6 2 * *", timezone="UTC")
    assert "wrong" in wrong.tags


def test_a_run_of_a_wrong_file_fails_with_the_sentence_and_without_a_retry(dags, capsys) -> None:
    wrong = dags(books="params: {source: demo, k: 1}\n")["customer_segmentation_books"]
    (task,) = wrong.tasks
    with pytest.raises(AirflowFailException, match=r"books.yaml: params: k: 1? ?'?1'? is not allowed"):
        task.python_callable()
    assert "ERROR shop: " in capsys.readouterr().out
    assert task.on_failure_callback is not None, "the webhook is told"


def test_a_removed_file_takes_its_dag_and_no_other_away(dags, tmp_path: Path) -> None:
    dags(books="params: {source: demo}\n", games="params: {source: demo}\n")
    (tmp_path / "books.yaml").unlink()
    assert set(dags()) == {"customer_segmentation", "customer_segmentation_games"}


DELIVERS = "params: {source: demo}\ndeliver: {table: customers, connection: crm}\n"


def test_only_a_shop_that_asks_for_it_delivers_and_last(dags) -> None:
    found = dags(books=DELIVERS, games="params: {source: demo}\n")
    books, games, by_hand = (found[f"customer_segmentation{name}"] for name in ("_books", "_games", ""))
    assert [task.task_id for task in books.topological_sort()] == [*STAGES, "deliver"]
    assert books.get_task("deliver").upstream_task_ids == {"report"}
    for other in (games, by_hand):
        assert [task.task_id for task in other.topological_sort()] == list(STAGES)
    assert books.get_task("deliver").retries == games.get_task("report").retries


def test_a_wrong_target_is_a_wrong_file(dags) -> None:
    found = dags(books=DELIVERS.replace("customers", "Customers; --"))
    assert "wrong" in found["customer_segmentation_books"].tags
    assert "deliver: table: 'Customers; --' is not allowed" in found["customer_segmentation_books"].doc_md


class Task:
    """Stands in for the task instance, of which the delivery only asks what `fetch` returned."""

    def xcom_pull(self, task_ids: str) -> dict[str, str]:
        return {"as_of": "2023-08-01"}


@pytest.mark.parametrize("raised", [None, UserError("deliver: no"), Unavailable("w")])
def test_the_task_delivers_the_release_of_its_run(dags, tmp_path, monkeypatch, capsys, raised) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    dag = dags(books=DELIVERS)["customer_segmentation_books"]
    draft = Release("books", "B", "2023-08-01", 0, {}, "run", dag.dag_id, {}, "2026-01-01T00:00:00+00:00")
    for one in (draft, replace(draft, run_id="another")):
        releases.create(Warehouse(tmp_path / "warehouse"), one)

    def served(warehouse: Warehouse, release: Release, run_id: str) -> list[str]:
        assert (release.number, run_id) == (1, "run")
        if raised:
            raise raised
        return ["all is there."]

    monkeypatch.setattr(delivering, "deliver", served)
    context = {"params": {"shop": "books"}, "ti": Task(), "run_id": "run", "dag": dag}
    if raised is None:
        deliver_release(context)
        assert "deliver: all is there." in capsys.readouterr().out
        deliver_release(context | {"run_id": "a trial"})
        assert "nothing to deliver" in capsys.readouterr().out
        return
    with pytest.raises(AirflowException) as caught:
        deliver_release(context)
    # Only what a retry may mend is tried again.
    assert isinstance(caught.value, AirflowFailException) == isinstance(raised, UserError)
    assert str(caught.value) in ("deliver: no", "deliver: w")


def test_the_dags_can_be_stored(dags) -> None:
    """Airflow's scheduler and pages know a DAG from what the parser has stored."""
    for one in dags(books="params: {source: demo, k: 5}\n", games="params: {sorce: demo}\n").values():
        stored = json.loads(json.dumps(DagSerialization.to_dict(one)))
        back = DagSerialization.from_dict(stored)
        assert back.dag_id == one.dag_id
        assert {name: back.params[name] for name in back.params} == {name: one.params[name] for name in one.params}


def test_the_shop_that_comes_along_is_there() -> None:
    import customer_segmentation

    demo = customer_segmentation.customer_segmentation_demo
    assert demo.params.validate()["source"] == "demo"
    assert demo.timetable == CronDataIntervalTimetable("@monthly", timezone="UTC")


def parsed(shops: Path, only: str = "") -> dict:
    """Parse the DAG file in a process of its own, as Airflow does; gives seconds, modules and DAGs."""
    code = """
import json, sys, time
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, Param, get_current_context, task
began = time.process_time()
import customer_segmentation
names = [name for name, one in vars(customer_segmentation).items() if isinstance(one, DAG)]
print(json.dumps({"seconds": time.process_time() - began, "dags": names, "croniter": "croniter" in sys.modules}))
"""
    path = os.pathsep.join([str(PROJECT / "dags"), str(PROJECT / "include")])
    environment = {**os.environ, "PYTHONPATH": path, "SEGMENTATION_SHOPS": str(shops)}
    if only:
        environment["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = only
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_forty_shops_parse_in_under_two_seconds_and_a_task_parses_its_own_only(tmp_path: Path) -> None:
    for number in range(40):
        text = f"title: Shop {number}\nschedule: 0 6 1 * *\nparams: {{source: demo, k: {number + 2}}}\n"
        (tmp_path / f"shop{number}.yaml").write_text(text)
    found = parsed(tmp_path)
    assert len(found["dags"]) == 41
    assert found["seconds"] < SECONDS * slowness()
    assert parsed(tmp_path, only="customer_segmentation_shop7")["dags"] == ["dag", "customer_segmentation_shop7"]
