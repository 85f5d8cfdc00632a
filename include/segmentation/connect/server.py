"""`python -m segmentation.connect.server FOLDER [OWNER]`: a Spark Connect server for this user on this machine.

It notes in FOLDER where it stands, and ends when nobody has used it for a while, when OWNER (the process that started
it) is gone, or at a signal. Its Java ends with it: that reads from it, and what it reads from has then ended.
"""

import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path

from segmentation.connect import standing
from segmentation.connect.workers import end_idle_daemons
from segmentation.warehouse.locks import locked_at_once

# How long a server stands that nobody uses.
IDLE = "SEGMENTATION_SPARK_IDLE_MINUTES"
IDLE_MINUTES = 15.0
LOOK_SECONDS = 0.5
MEMORY = "4g"
SETTINGS = {
    "spark.master": "local[*]",
    "spark.app.name": "customer_segmentation",
    "spark.driver.memory": MEMORY,
    "spark.log.level": "WARN",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    # Each session has its own code, as each has its own views and settings.
    "spark.sql.artifact.isolation.enabled": "true",
    "spark.sql.artifact.isolation.alwaysApplyClassloader": "true",
    # A client shows every few seconds that it still waits for its answer. Where it does not, because it was killed, its
    # work is interrupted: within ten seconds, all in all.
    "spark.connect.execute.reattachable.senderMaxStreamDuration": "3s",
    "spark.connect.execute.manager.detachedTimeout": "5s",
    "spark.connect.execute.manager.maintenanceInterval": "1s",
    # And what its session holds is freed. One that lives says so twice a minute (see `session`).
    "spark.connect.session.manager.defaultSessionTimeout": "2m",
    "spark.connect.session.manager.maintenanceInterval": "10s",
    # What has been compiled is kept: every month runs the same statements.
    "spark.sql.codegen.cache.maxEntries": "20000",
    # What is known of finished jobs and statements, for pages that are not shown.
    "spark.ui.retainedJobs": "50",
    "spark.ui.retainedStages": "50",
    "spark.ui.retainedTasks": "500",
    "spark.sql.ui.retainedExecutions": "10",
    "spark.connect.ui.retainedSessions": "10",
    "spark.connect.ui.retainedStatements": "10",
}


def main(folder: Path, owner: int | None) -> None:
    """Serve until it is time to end."""
    os.umask(0o077)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    with locked_at_once(folder / standing.ALIVE) as is_ours:
        if not is_ours:
            return  # another one stands here already
        (folder / standing.NOTE).unlink(missing_ok=True)
        try:
            _serve(folder, owner)
        finally:
            (folder / standing.NOTE).unlink(missing_ok=True)


def _serve(folder: Path, owner: int | None) -> None:
    port, token = _free_port(), secrets.token_urlsafe(32)
    # Not among the settings: those are in logs.
    os.environ["SPARK_CONNECT_AUTHENTICATE_TOKEN"] = token
    java = _start(port)
    standing.note(folder, standing.Server(port, token, os.getpid()))
    idle = 60 * float(os.environ.get(IDLE) or IDLE_MINUTES)
    used = time.monotonic()
    while java.poll() is None and (owner is None or os.getppid() == owner):
        time.sleep(LOOK_SECONDS)
        end_idle_daemons(java.pid)
        # Who starts one waits until nobody is in between, so that none is found that is about to end.
        with locked_at_once(folder / standing.STARTING) as nobody_starts, locked_at_once(folder / standing.USED) as free:
            if not (nobody_starts and free):
                used = time.monotonic()
            elif owner is None and time.monotonic() - used > idle:
                (folder / standing.NOTE).unlink()
                return
    if java.poll() is not None:
        sys.exit(f"Spark's Java has ended with {java.returncode}.")


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _start(port: int):  # noqa: ANN202
    """Start Spark with its server; return the process of its Java."""
    from pyspark import SparkConf, SparkContext

    conf = SparkConf()
    given = {"spark.connect.grpc.binding.port": str(port), "spark.default.parallelism": str(len(os.sched_getaffinity(0)))}
    for name, value in {**SETTINGS, **given}.items():
        # Whoever has settings of his own for all of Spark's programs keeps them.
        conf.setIfMissing(name, value)
    context = SparkContext(conf=conf)
    assert context._gateway is not None
    return context._gateway.proc


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
