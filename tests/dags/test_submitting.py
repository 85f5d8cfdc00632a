"""Where a stage's job goes: to what the connection names, with nothing that is secret where others can read it."""

import contextlib
import json
import socket
import threading
from typing import Any
from urllib.parse import unquote

import pytest
from airflow.sdk.exceptions import AirflowNotFoundException

from segmentation.common.errors import Unavailable, UserError
from segmentation.running.orchestration import submitting

SECRET = "s3cret/+="  # pragma: allowlist secret


def connection(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SPARK_DEFAULT", json.dumps(parts))


@pytest.fixture
def port():
    """A port at which somebody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with contextlib.suppress(OSError):  # until it is closed
                while True:
                    listener.accept()

        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("host", ["local[*]", "spark://master:7077", "yarn", "k8s://https://kubernetes:443"])
def test_other_masters_get_a_spark_submit(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    connection(monkeypatch, conn_type="spark", host=host)
    with submitting.spark_of("spark_default") as remote:
        assert remote is None


def test_no_connection_is_left_to_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SPARK_DEFAULT", raising=False)
    monkeypatch.setattr(
        submitting.Connection, "get", lambda name: (_ for _ in ()).throw(AirflowNotFoundException(name))
    )
    with submitting.spark_of("spark_default") as remote:
        assert remote is None


@pytest.mark.parametrize(
    "parts", [{"conn_type": "spark_connect", "host": "localhost"}, {"conn_type": "spark", "host": "sc://localhost"}]
)
def test_a_connection_of_spark_connect_is_one_by_type_or_address(monkeypatch, port: int, parts: dict[str, str]) -> None:
    connection(monkeypatch, **parts, port=port, password=SECRET)
    with submitting.spark_of("spark_default") as remote:
        assert remote and unquote(remote) == f"sc://localhost:{port}/;token={SECRET}"


def test_a_token_is_no_sign_of_tls(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Spark's client would try TLS for ten minutes; where the connection says TLS, it is right."""
    connection(monkeypatch, conn_type="spark_connect", host="127.0.0.1", port=port, password=SECRET)
    with submitting.spark_of("spark_default") as remote:
        assert remote and "token=" not in remote
        assert unquote(remote) == f"sc://127.0.0.1:{port}/;authorization=Bearer {SECRET}"
    connection(
        monkeypatch, conn_type="spark_connect", host="127.0.0.1", port=port, password=SECRET, extra={"use_ssl": True}
    )
    with submitting.spark_of("spark_default") as remote:
        assert remote and unquote(remote).startswith(f"sc://127.0.0.1:{port}/;token={SECRET};use_ssl=")


def test_where_nobody_answers_it_is_said_at_once_and_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    connection(monkeypatch, conn_type="spark_connect", host="127.0.0.1", port=free, password=SECRET)
    with (
        pytest.raises(Unavailable, match=f"No Spark Connect server answers at 127.0.0.1:{free}") as caught,
        submitting.spark_of("spark_default"),
    ):
        pass
    assert SECRET not in str(caught.value)


def test_an_address_that_cannot_be_read_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    connection(monkeypatch, conn_type="spark", host="sc://localhost/path")
    with (
        pytest.raises(UserError, match="The connection spark_default cannot be read"),
        submitting.spark_of("spark_default"),
    ):
        pass


def test_the_client_gets_the_address_in_its_environment_only(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    connection(monkeypatch, conn_type="spark_connect", host="localhost", port=port, password=SECRET)
    with submitting.spark_of("spark_default") as remote:
        hook = submitting.ConnectSubmitHook(
            remote=remote or "", conn_id="spark_default", env_vars={"A": "1"}, application_args=["--k=5"]
        )
    command = hook._build_spark_submit_command("job.py")
    assert command[1:] == ["job.py", "--k=5"]
    assert hook._env and hook._env["SPARK_REMOTE"] == remote
    assert hook._env["A"] == "1"
    assert hook._connection["master"] == f"sc://localhost:{port}"
