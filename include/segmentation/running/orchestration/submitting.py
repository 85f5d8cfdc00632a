"""How a stage's job is submitted: to the Spark that its Airflow connection names.

`local[*]`, `spark://`, `yarn` and `k8s://` get a `spark-submit`, which starts a Java for the job. `sc://` is a Spark
Connect server that stands: there the job is a Python program, its client, and no Java starts.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from airflow.providers.apache.spark.hooks.spark_connect import SparkConnectHook
from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.sdk import Connection

from segmentation.common.errors import Unavailable, UserError
from segmentation.engine.connect import standing
from segmentation.engine.session import ENDS_WITH, REMOTE
from segmentation.running.orchestration.connections import lookup

DEFAULT_PORT = 15002
ANSWER_SECONDS = 10


@contextlib.contextmanager
def spark_of(conn_id: str) -> Iterator[str | None]:
    """How to reach the Spark Connect server of a connection, as long as it is needed; None where it names another kind.

    The address holds the token. Raises Unavailable if no server answers, UserError if the address cannot be read.
    """
    connection = lookup(conn_id)
    if connection is None or not is_connect(connection):
        yield None
    elif folder := connection.extra_dejson.get(standing.EXTRA):
        with standing.using(Path(folder)) as server:
            yield server.remote
    else:
        remote = _remote(conn_id, connection)
        _check_answers(remote)
        yield remote


def is_connect(connection: Connection) -> bool:
    """Whether a connection names a Spark Connect server: by its type, or by an address that begins with `sc://`."""
    return connection.conn_type == SparkConnectHook.conn_type or (connection.host or "").startswith("sc://")


def _remote(conn_id: str, connection: Connection) -> str:
    try:
        remote = SparkConnectHook(conn_id).get_connection_url()
        host = urlsplit(remote).hostname
    except ValueError as error:
        raise UserError(f"The connection {conn_id} cannot be read: {error}") from None
    is_encrypted = str(connection.extra_dejson.get("use_ssl", "")).lower() == "true"
    if connection.password and host != "localhost" and not is_encrypted:
        # Spark's client takes a token as a sign of TLS, and tries that for ten minutes where there is none.
        token = f"token={quote(connection.password)}"
        remote = remote.replace(token, f"authorization={quote(f'Bearer {connection.password}')}")
    return remote


def _check_answers(remote: str) -> None:
    """Ask whether anybody is there: Spark's client would go on asking for ten minutes."""
    host, port = _place(remote)
    try:
        with socket.create_connection((host, port), timeout=ANSWER_SECONDS):
            pass
    except OSError as error:
        raise Unavailable(f"No Spark Connect server answers at {host}:{port} ({error}).") from None


def _place(remote: str) -> tuple[str | None, int]:
    where = urlsplit(remote)
    return where.hostname, where.port or DEFAULT_PORT


class ConnectSubmitHook(SparkSubmitHook):
    """Submits a job to a Spark Connect server: starts its client, follows its log, and ends it when told to."""

    def __init__(self, *, remote: str, env_vars: dict[str, Any] | None, **kwargs: Any) -> None:
        self._remote = remote
        secret = {REMOTE: remote, ENDS_WITH: str(os.getpid())}
        super().__init__(env_vars=env_vars, **kwargs)
        self._env = {**(env_vars or {}), **secret}

    def _resolve_connection(self) -> dict[str, Any]:
        host, port = _place(self._remote)
        master = {"master": f"sc://{host}:{port}", "deploy_mode": None, "spark_binary": sys.executable}
        return super()._resolve_connection() | master

    def _build_spark_submit_command(self, application: str) -> list[str]:
        """The client's command. The address of the server is in its environment, because the token is."""
        command = [sys.executable, application, *(self._application_args or [])]
        self.log.info("Spark-Submit cmd: %s, for %s", self._mask_cmd(command), self._connection["master"])
        return command
