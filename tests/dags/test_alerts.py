"""The message about a task that has failed for good."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from cluster.receiver import Receiver
from segmentation.running.orchestration import alerts

ENVIRONMENT = f"AIRFLOW_CONN_{alerts.CONNECTION.upper()}"
TASK = SimpleNamespace(
    dag_id="customer_segmentation", task_id="clean", run_id="manual__2023", log_url="http://airflow/dags/x/runs/y"
)


@pytest.fixture
def receiver(monkeypatch) -> Iterator[Receiver]:
    """A webhook that keeps what it gets, and the connection that leads to it."""
    receiver = Receiver()
    monkeypatch.setenv(ENVIRONMENT, receiver.connection)
    yield receiver
    receiver.close()


def test_it_says_what_failed_where_and_why(receiver) -> None:
    alerts.tell_failure({"ti": TASK, "exception": ValueError('clean: limit "rows_fail" passed\nand more')})
    assert receiver.got == [
        {
            "text": "customer_segmentation: the task clean of run manual__2023 has failed.\n"
            'clean: limit "rows_fail" passed\nhttp://airflow/dags/x/runs/y'
        }
    ]


def test_a_long_reason_is_cut_and_a_missing_one_said(receiver) -> None:
    alerts.tell_failure({"ti": TASK, "exception": ValueError("x" * 5000)})
    alerts.tell_failure({"ti": TASK})
    assert len(receiver.got[0]["text"]) < 800
    assert "no reason was given" in receiver.got[1]["text"]


def test_without_the_connection_nothing_is_sent(monkeypatch, capsys) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr(alerts, "_post", lambda *_: pytest.fail("sent"))
    alerts.tell_failure({"ti": TASK, "exception": ValueError("x")})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("address", ["file:///etc/passwd", "nowhere", "http://127.0.0.1:1/hooks/secret"])
def test_a_webhook_that_cannot_be_reached_changes_nothing_and_is_not_named(monkeypatch, capsys, address: str) -> None:
    monkeypatch.setenv(ENVIRONMENT, json.dumps({"conn_type": "generic", "password": address}))
    alerts.tell_failure({"ti": TASK, "exception": ValueError("x")})
    said = capsys.readouterr().out
    assert said.startswith("WARNING the alert was not sent")
    assert address not in said


def test_a_refusal_of_the_webhook_is_said(receiver, capsys) -> None:
    receiver.answer = 403
    alerts.tell_failure({"ti": TASK, "exception": ValueError("x")})
    assert "WARNING the alert was not sent" in capsys.readouterr().out


def test_every_task_of_the_dag_tells() -> None:
    import customer_segmentation

    for task in customer_segmentation.dag.tasks:
        assert list(task.on_failure_callback) == [alerts.tell_failure], task.task_id
