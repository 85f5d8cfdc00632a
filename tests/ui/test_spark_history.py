"""Spark's history server behind Airflow's login. A stand-in says what it was asked."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from segmentation.pages import history_app
from segmentation.running.orchestration.links import HISTORY

AT = "/base/spark-history"


class StandIn(BaseHTTPRequestHandler):
    """Answers with what it was asked; sends `/old` to `/new`, and `/away` to another host."""

    def do_GET(self) -> None:
        where = {"/old": "{here}/new", "/full": "http://{host}/new", "/away": "https://evil.example/"}.get(self.path)
        self.server.asked = (self.path, {name.lower(): value for name, value in self.headers.items()})
        self.send_response(302 if where else 200)
        if where:
            host = f"127.0.0.1:{self.server.server_port}"
            self.send_header("Location", where.format(here=self.headers["X-Forwarded-Context"], host=host))
        self.send_header("Set-Cookie", "from=spark")
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>a job</p>")

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(HISTORY, f"http://127.0.0.1:{server.server_port}/")
    yield server
    server.shutdown()
    server.server_close()


def mounted() -> FastAPI:
    """As Airflow mounts it."""
    airflow = FastAPI()
    airflow.mount("/spark-history", history_app.app)
    return airflow


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A browser whose user may see the DAG, below a base path."""
    (guard,) = [dependency.dependency for dependency in history_app.app.router.dependencies]
    history_app.app.dependency_overrides[guard] = lambda: None
    yield TestClient(mounted(), root_path="/base", follow_redirects=False, cookies={"_token": "secret"})
    history_app.app.dependency_overrides.clear()


def test_a_page_comes_through_without_cookies_either_way(server, client: TestClient) -> None:
    answer = client.get(f"{AT}/history/app-1/jobs/?page=2&sort=a%2Fb", headers={"Authorization": "Bearer secret"})
    path, headers = server.asked
    assert (answer.status_code, answer.text) == (200, "<p>a job</p>")
    assert path == "/history/app-1/jobs/?page=2&sort=a%2Fb"
    assert headers["x-forwarded-context"] == AT
    assert "secret" not in str(headers)
    assert "set-cookie" not in answer.headers
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("path", "to"), [("old", f"{AT}/new"), ("full", f"{AT}/new"), ("away", f"{AT}/")])
def test_it_sends_the_browser_to_its_own_pages_only(server, client: TestClient, path: str, to: str) -> None:
    answer = client.get(f"{AT}/{path}")
    assert (answer.status_code, answer.headers["location"]) == (302, to)


def test_who_is_not_logged_in_sees_nothing_and_the_server_is_not_asked(server) -> None:
    assert TestClient(mounted(), root_path="/base").get(f"{AT}/history/app-1/jobs/").status_code == 401
    assert not hasattr(server, "asked")


def test_it_is_for_reading_only(server, client: TestClient) -> None:
    assert client.post(f"{AT}/history/app-1/stages/stage/kill/").status_code == 405
    assert not hasattr(server, "asked")


def test_without_a_server_it_says_what_to_set(client: TestClient, monkeypatch) -> None:
    monkeypatch.delenv(HISTORY, raising=False)
    answer = client.get(f"{AT}/")
    assert answer.status_code == 404
    assert HISTORY in answer.text


def test_a_server_that_is_away_is_said_to_be(server, client: TestClient) -> None:
    server.shutdown()
    server.server_close()
    answer = client.get(f"{AT}/")
    assert answer.status_code == 502
    assert "does not answer" in answer.text
