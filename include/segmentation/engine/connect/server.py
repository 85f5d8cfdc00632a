"""`python -m segmentation.engine.connect.server FOLDER [OWNER]`: a Spark Connect server for this user on this machine.

It notes in FOLDER where it stands, and ends when nobody has used it for a while, when OWNER (the process that started
it) is gone, or at a signal. Its Java ends with it: that reads from it, and what it reads from has then ended.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from segmentation.engine import hadoop
from segmentation.engine.connect import standing
from segmentation.engine.connect.workers import end_idle_daemons
from segmentation.engine.session import DRIVER_MEMORY, ROOM_FOR_CLASSES
from segmentation.warehouse.locks import locked, locked_at_once

# How long a server stands that nobody uses.
IDLE = "SEGMENTATION_SPARK_IDLE_MINUTES"
IDLE_MINUTES = 15.0
LOOK_SECONDS = 0.5
MOST_MEGABYTES = 1024 * int(DRIVER_MEMORY.removesuffix("g"))
# What Spark takes where no setting says how much memory Java may have.
MEMORY = "SPARK_DRIVER_MEMORY"
# In the server's folder: which folder it has for temporary files.
TEMPORARY, PREFIX = "temporary", "segmentation-spark-"
# Where Spark looks for the token that it shall ask for.
TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"  # noqa: S105 - the name of a variable
# Java compiles thoroughly what runs often enough, and with its usual idea of often, that is half of what a first run on
# little data costs. So ten times as often; what has millions of rows still reaches that.
COMPILER = (
    "-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000 "
    "-XX:Tier4BackEdgeThreshold=400000 -XX:ReservedCodeCacheSize=384m"
)
JAVA_OPTIONS = "spark.driver.defaultJavaOptions"
# What Java is started with.
OF_JAVA = {
    "spark.app.name": "customer_segmentation",
    JAVA_OPTIONS: f"{COMPILER} {ROOM_FOR_CLASSES}",
    "spark.log.level": "WARN",
    "spark.ui.showConsoleProgress": "false",
}
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    # With a class loader for each session, Java would compile the same generated code anew for each task. Our sessions
    # bring no Java code, and their Python code travels with the functions (`shipped_code`).
    "spark.sql.artifact.isolation.enabled": "false",
    "spark.sql.artifact.isolation.alwaysApplyClassloader": "false",
    # A client shows every few seconds that it still waits for its answer. Where it does not, because it was killed, its
    # work is interrupted: within ten seconds, all in all.
    "spark.connect.execute.reattachable.senderMaxStreamDuration": "3s",
    "spark.connect.execute.manager.detachedTimeout": "5s",
    "spark.connect.execute.manager.maintenanceInterval": "1s",
    # And what its session holds is freed. One that lives says so twice a minute (see `session`).
    "spark.connect.session.manager.defaultSessionTimeout": "2m",
    "spark.connect.session.manager.maintenanceInterval": "10s",
    # A job that wants more memory than there is fails; Spark's usual answer is to end, and all other jobs with it.
    "spark.executor.killOnFatalError.depth": "0",
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
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    # For as long as we live. Whoever looks whether we do holds it for a moment.
    with locked(folder / standing.ALIVE):
        try:
            with _temporary(folder) as temporary:
                _serve(folder, owner, temporary)
        finally:
            (folder / standing.NOTE).unlink(missing_ok=True)


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A folder for temporary files, which goes with us.

    A Java that is killed leaves its files, shuffles and all. Where we are killed with it, the next server removes them.
    """
    name = folder / TEMPORARY
    if name.exists():
        left = Path(name.read_text(encoding="utf-8"))
        if left.name.startswith(PREFIX):
            shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        name.write_text(str(made), encoding="utf-8")
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        name.unlink(missing_ok=True)


def _serve(folder: Path, owner: int | None, temporary: Path) -> None:
    port, token = free_port(), secrets.token_urlsafe(32)
    # Not among the settings: those are in logs.
    os.environ[TOKEN] = token
    java = _start(port, temporary)
    standing.note(folder, standing.Server(port, token, os.getpid()))
    idle = 60 * float(os.environ.get(IDLE) or IDLE_MINUTES)
    used = time.monotonic()
    while java.poll() is None and (owner is None or os.getppid() == owner):
        time.sleep(LOOK_SECONDS)
        end_idle_daemons(java.pid)
        # Who starts one waits until nobody is in between, so that none is found that is about to end.
        with (
            locked_at_once(folder / standing.STARTING) as nobody_starts,
            locked_at_once(folder / standing.USED) as free,
        ):
            if not (nobody_starts and free):
                used = time.monotonic()
            elif owner is None and time.monotonic() - used > idle:
                (folder / standing.NOTE).unlink()
                return
    if java.poll() is not None:
        sys.exit(f"Spark's Java has ended with {java.returncode}.")


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def memory(cores: int) -> str:
    """How much Java may take for data: a gigabyte, and half of one for each core, up to what a Java for a job gets.

    What does not fit is spilled.
    """
    return f"{min(1024 + 512 * cores, MOST_MEGABYTES)}m"


def settings(port: int) -> dict[str, str]:
    """The settings of a Spark that serves at a port."""
    return {**SETTINGS, "spark.connect.grpc.binding.port": str(port), "spark.default.parallelism": str(_cores())}


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _start(port: int, temporary: Path) -> "subprocess.Popen[bytes]":
    """Start Spark with its server; return the process of its Java. What the user's `spark-defaults.conf` says wins."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    launch = cast("Callable[[SparkConf], Any]", launch_gateway)  # it has no types
    of_java = SparkConf(loadDefaults=False).setAll(list(OF_JAVA.items()))
    # As a variable, because a setting of ours would hold against what the user's file says of it.
    os.environ.setdefault(MEMORY, memory(_cores()))
    # Java does not look at TMPDIR. In quotes, as Spark's launcher takes options apart.
    place = str(temporary).replace("\\", "\\\\").replace('"', '\\"')
    of_java.set(JAVA_OPTIONS, f'{OF_JAVA[JAVA_OPTIONS]} "-Djava.io.tmpdir={place}"')
    gateway = launch(of_java)
    hadoop.set_permissions_itself(gateway.jvm)
    conf = SparkConf(_jvm=gateway.jvm)
    for name, value in settings(port).items():
        conf.setIfMissing(name, value)
    context = SparkContext(gateway=gateway, conf=conf)
    hadoop.forget_origins(gateway.jvm, context._jsc)
    return gateway.proc


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
