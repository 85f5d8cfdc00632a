"""`make backfill`: what Airflow is asked for, what is followed, and what is refused."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from segmentation.common.errors import UserError
from segmentation.running.local import __main__ as commands
from segmentation.running.local import backfill
from segmentation.running.local.rest import Refused, Rest

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def run(month: str, state: str, ended: timedelta | None = None) -> dict[str, Any]:
    end = (CREATED + ended).isoformat() if ended is not None else None
    begun = (CREATED + ended - timedelta(seconds=12)).isoformat() if ended is not None else None
    return {
        "dag_run_id": month, "state": state, "start_date": begun, "end_date": end,
        "data_interval_end": f"{month}-01T00:00:00Z",
    }  # fmt: skip


class Airflow:
    """Answers as Airflow does. `looks`: what each look at the runs finds; the last one stays."""

    def __init__(self) -> None:
        self.paused = False
        self.refusals: list[Refused] = []
        self.asked: list[tuple[str, Any]] = []
        self.looks: list[list[dict[str, Any]]] = []

    def ask(self, path: str, content: Any = None, method: str | None = None) -> Any:
        if method == "PATCH":
            self.paused = content["is_paused"]
        if path == "/api/v2/backfills":
            assert self.paused
            if self.refusals:
                raise self.refusals.pop(0)
            self.asked.append((path, content))
            return {"created_at": CREATED.isoformat()}
        return {"is_paused": self.paused}

    def runs(self, dag_id: str, query: str = "") -> Iterator[dict[str, Any]]:
        if "state=" in query:
            return iter([])
        return iter(self.looks.pop(0) if len(self.looks) > 1 else self.looks[0])


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> Airflow:
    found = Airflow()
    monkeypatch.setattr(backfill, "Rest", lambda address, passwords: found)
    monkeypatch.setattr(backfill, "LOOK_SECONDS", 0)
    for name in ("FROM", "TO", "ACTIVE", "REPROCESS", "BACKWARDS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FROM", "2023-01-15")
    monkeypatch.setenv("TO", "2023-02-01")
    return found


def test_it_asks_for_whole_months_with_the_params_and_waits_for_all(airflow, monkeypatch, capsys) -> None:
    monkeypatch.setenv("BACKWARDS", "1")
    monkeypatch.setenv("ACTIVE", "3")
    later = timedelta(seconds=60)
    airflow.looks = [
        [run("2023-02", "queued"), run("2023-03", "queued")],
        [run("2023-02", "running"), run("2023-03", "success", later)],
        [run("2023-02", "success", later), run("2023-03", "success", later)],
    ]
    assert backfill.backfill({"k": "4", "min_price": "1.5", "excluded_categories": "a;b"}) == 0
    ((_, content),) = airflow.asked
    assert content == {
        "dag_id": "customer_segmentation_demo",
        "from_date": "2023-01-01T00:00:00Z",
        "to_date": "2023-02-01T00:00:00Z",
        "max_active_runs": 3,
        "run_backwards": True,
        "reprocess_behavior": "none",
        "dag_run_conf": {"k": "4", "min_price": 1.5, "excluded_categories": ["a", "b"]},
    }
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("2 runs")
    assert said[1:3] == ["  as of 2023-03-01  success    12.0 s", "  as of 2023-02-01  success    12.0 s"]
    assert said[3].startswith("2 of 2 green in ")


def test_a_red_run_is_the_end_of_the_command_too(airflow, capsys) -> None:
    airflow.looks = [
        [run("2023-02", "running")],
        [run("2023-02", "failed", timedelta(seconds=5))],
    ]
    assert backfill.backfill({}) == 1
    assert "0 of 1 green" in capsys.readouterr().out


def test_runs_of_an_earlier_backfill_are_not_waited_for(airflow, capsys) -> None:
    airflow.looks = [[run("2023-02", "success", -timedelta(days=1))]]
    assert backfill.backfill({}) == 0
    assert "REPROCESS=completed" in capsys.readouterr().out


def test_it_asks_again_where_a_refusal_passes_by_itself(airflow) -> None:
    airflow.refusals = [
        Refused(409, "There is already a running backfill"),
        Refused(503, "Database is locked"),
        Refused(500, 'Airflow refuses /api/v2/backfills: {"reason": "Database error", "statement": "hidden"}'),
    ]
    airflow.looks = [[run("2023-02", "success", timedelta(seconds=1))]]
    assert backfill.backfill({}) == 0
    assert not airflow.paused


@pytest.mark.parametrize("refusal", [Refused(422, "from_date must not be after to_date"), Refused(500, "Broken")])
def test_another_refusal_is_the_end(airflow, refusal: Refused) -> None:
    airflow.refusals = [refusal]
    with pytest.raises(UserError, match=str(refusal)):
        backfill.backfill({})
    assert not airflow.paused


def test_a_paused_dag_is_said_before_anything_is_created(airflow) -> None:
    airflow.paused = True
    with pytest.raises(UserError, match="The DAG is paused"):
        backfill.backfill({})
    assert airflow.asked == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FROM", "", "FROM: '' is not a date as YYYY-MM-DD."),
        ("TO", "September", "TO: 'September' is not a date as YYYY-MM-DD."),
        ("ACTIVE", "0", "ACTIVE: '0' is not a number of runs from 1."),
        ("REPROCESS", "all", "REPROCESS: 'all' is not allowed. Allowed: none, failed, completed."),
    ],
)
def test_a_bad_value_is_refused_in_words(airflow, monkeypatch, name: str, value: str, words: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError) as refusal:
        backfill.backfill({})
    assert str(refusal.value) == words


def test_an_as_of_date_is_refused(airflow) -> None:
    with pytest.raises(UserError, match="Give FROM and TO instead"):
        backfill.backfill({"as_of": "2023-01-01"})


def test_a_mistake_ends_without_a_stack_trace(airflow, monkeypatch, capsys) -> None:
    monkeypatch.setenv("FROM", "yesterday")
    assert commands.main(["backfill"]) == 1
    assert "Failed: FROM: 'yesterday'" in capsys.readouterr().out


class Answers(BaseHTTPRequestHandler):
    """A stand-in for Airflow's API: pages of runs, and a refusal."""

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/auth/token":
            self._send(201, {"access_token": f"{body['username']}:{body['password']}"})
        else:
            self._send(409, {"detail": "There is already one"})

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "Bearer admin:secret"
        offset = int(self.path.partition("offset=")[2].partition("&")[0])
        page = [{"dag_run_id": str(number)} for number in range(offset, min(offset + 100, 250))]
        self._send(200, {"dag_runs": page, "total_entries": 250})

    def _send(self, status: int, content: Any) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


@pytest.fixture
def rest(tmp_path: Path) -> Iterator[Rest]:
    passwords = tmp_path / "passwords.json"
    passwords.write_text('{"admin": "secret"}', encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Rest(f"http://127.0.0.1:{server.server_port}", passwords)
        server.shutdown()


def test_all_pages_of_runs_are_read(rest: Rest) -> None:
    assert [run["dag_run_id"] for run in rest.runs("a_dag")] == [str(number) for number in range(250)]


def test_a_refusal_comes_in_airflows_words(rest: Rest) -> None:
    with pytest.raises(Refused, match="There is already one") as refusal:
        rest.ask("/api/v2/backfills", {})
    assert refusal.value.status == 409


@pytest.mark.parametrize("has_run_before", [False, True])
def test_an_airflow_that_does_not_run_is_said(tmp_path: Path, has_run_before: bool) -> None:
    passwords = tmp_path / "passwords.json"
    if has_run_before:
        passwords.write_text('{"admin": "secret"}', encoding="utf-8")
    with pytest.raises(UserError, match="`make up` starts it"):
        Rest("http://127.0.0.1:1", passwords)
