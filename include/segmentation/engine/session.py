"""The one Spark session builder, and the little that a session of Spark Connect does otherwise than a classic one.

A classic session is a Java of the job's own (or the driver of a cluster). A session of Spark Connect is a place on a
server that stands; the variable SPARK_REMOTE says where. All else uses only what both have.
"""

import os
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from segmentation.engine import hadoop
from segmentation.planning.result_settings import RESULT_SETTINGS
from segmentation.warehouse.machine_failures import causes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import Column, DataFrame, SparkSession

# Names the server and how to reach it; without it a session is a classic one.
REMOTE = "SPARK_REMOTE"
# The process that started a job's client. Where that is gone, nobody waits for the job any more.
ENDS_WITH = "SEGMENTATION_ENDS_WITH"
# These change no result; those that do are in `RESULT_SETTINGS`.
SPEED_SETTINGS = {
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Success markers and checksum side files would stand beside the manifest and say less than it.
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # Manifests name every file, so finding them is quick; a Spark job to list them costs seconds.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    # Compressed, in files: the products of the largest category. Their join then moves no purchase.
    "spark.sql.autoBroadcastJoinThreshold": "64m",
    # Puts each CTE in its place at once. Left to the end, it gets a number in its query, and Spark does not find a view
    # with a CTE in the cache from a query that has others: it works the view out again each time.
    "spark.sql.legacy.ctePrecedencePolicy": "LEGACY",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
DRIVER_MEMORY = "4g"
# Java has some 200 MB of classes after a run. Left to itself it collects all garbage five times on the way there.
ROOM_FOR_CLASSES = "-XX:MetaspaceSize=320m"
# What only the start of a Java can set.
START_SETTINGS = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_OF_HADOOP = "spark.hadoop."
# How long Spark may take to hand on its events. Jobs beside make more of them, and a slow disk holds their log up.
EVENTS_MILLISECONDS = 600_000
# A server forgets a session that has been silent for long, and a job may be busy elsewhere.
SIGN_OF_LIFE_SECONDS = 30
# How soon a client ends after the process that started it.
LOOK_SECONDS = 0.5
# How Spark says that a server does not answer, or has forgotten the session.
GONE_WORDS = ("SESSION_CLOSED", "SESSION_NOT_FOUND", "SESSION_CHANGED", "StatusCode.UNAVAILABLE")
# A server that is gone does not come back at its place; Spark's own policy tries for over ten minutes.
RECONNECTIONS, LONGEST_WAIT_MILLISECONDS = 6, 1000


def spark_session(name: str, **extra: str) -> "SparkSession":
    """Start (or find) the session of a job. `extra` adds settings, for tests."""
    settings = {**RESULT_SETTINGS, **SPEED_SETTINGS, **extra}
    if REMOTE in os.environ:
        return _connected(settings)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(name)
    for key, value in {**START_SETTINGS, **settings}.items():
        builder = builder.config(key, value)
    is_new = SparkSession.getActiveSession() is None
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if is_new:
        hadoop.forget_origins(spark._jvm, spark.sparkContext._jsc)
        if str(spark.sparkContext.master).startswith("local"):
            hadoop.set_permissions_itself(spark._jvm)
    return spark


def _connected(settings: dict[str, str]) -> "SparkSession":
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    found = SparkSession.getActiveSession()
    if found:
        return found
    # A master, which Spark itself notes there, may not be named beside a server.
    os.environ.pop("MASTER", None)
    spark = SparkSession.builder.remote(os.environ[REMOTE]).create()
    retry_policy = DefaultPolicy(max_retries=RECONNECTIONS, max_backoff=LONGEST_WAIT_MILLISECONDS)
    spark.client.set_retry_policies([retry_policy])
    for key, value in settings.items():
        spark.conf.set(key.removeprefix(_OF_HADOOP), value)
    threading.Thread(target=_show_life, args=[spark], daemon=True).start()
    if ENDS_WITH in os.environ:
        threading.Thread(target=_end_with, args=[int(os.environ[ENDS_WITH])], daemon=True).start()
    return spark


def leave() -> None:
    """Have the server forget the session of a job that is done. A classic session ends with its Java."""
    from pyspark.sql import SparkSession

    spark = SparkSession.getActiveSession() if REMOTE in os.environ else None
    if spark:
        spark.stop()


def _end_with(parent: int) -> None:
    """End when the process that started us is gone. The server then misses us, and interrupts our work."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)


def _show_life(spark: "SparkSession") -> None:
    while True:
        time.sleep(SIGN_OF_LIFE_SECONDS)
        try:
            spark.conf.get("spark.sql.session.timeZone")
        except Exception:
            return  # the session has ended, or the server: the job's own next call says so


def is_connected(spark: "SparkSession") -> bool:
    """Whether a session is one of Spark Connect."""
    return not hasattr(spark, "_jsparkSession")


def server_is_gone(error: BaseException) -> bool:
    """Whether an error says that the Spark Connect server does not answer any more, or has forgotten the session."""
    if REMOTE not in os.environ:
        return False
    import grpc

    for cause in causes(error):
        if isinstance(cause, grpc.RpcError) and cause.code() == grpc.StatusCode.UNAVAILABLE:
            return True
        if isinstance(cause, str) and any(words in cause for words in GONE_WORDS):
            return True
    return False


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that Java had no memory left for the work."""
    return any(isinstance(cause, str) and "OutOfMemoryError" in cause for cause in causes(error))


def started_in(spark: "SparkSession", since: float) -> float:
    """Seconds that a task pays before it can work: since the start of its Java, or of its session on a server.

    since: the time (of `time.time`) when the session was asked for.
    """
    if is_connected(spark):
        return time.time() - since
    assert spark._jvm is not None
    java = spark._jvm.java.lang.management.ManagementFactory.getRuntimeMXBean()
    return time.time() - java.getStartTime() / 1000


def application(spark: "SparkSession") -> str:
    """The id of the Spark application that does the work, as the history server knows it."""
    return str(spark.conf.get("spark.app.id"))


def parallelism(spark: "SparkSession") -> int:
    """How many tasks work at once."""
    if not is_connected(spark):
        return int(spark.sparkContext.defaultParallelism)
    told = spark.conf.get("spark.default.parallelism", "")
    # A server that does not say it shows it: so many parts a range has.
    return int(told or 0) or spark.range(1 << 20).selectExpr("spark_partition_id()").distinct().count()


class Watch:
    """What is measured of rows while they pass: put into a frame, and asked for once the frame has been written."""

    def __init__(self) -> None:
        from pyspark.sql import Observation

        self._name = f"watch_{uuid.uuid4().hex}"
        self._observation = Observation(self._name)

    def over(self, frame: "DataFrame", figures: "Mapping[str, Column]") -> "DataFrame":
        """The same rows, watched for these figures: name -> aggregate."""
        return frame.observe(self._observation, *[column.alias(name) for name, column in figures.items()])

    def found(self, written: "DataFrame") -> dict[str, Any] | None:
        """The figures, after the frame that was written; None where Spark skipped what is watched.

        Over Spark Connect they come back with the answer to the call that did the work, and only for what was part of
        that call: a watch in a view that another call has made says nothing.
        """
        if is_connected(written.sparkSession):
            return dict(written.executionInfo.flows).get(self._name) if written.executionInfo else None
        # `Observation.get` would wait for ever for a view that Spark found to be empty and left out, so look first,
        # once the events of the finished write have arrived.
        written.sparkSession.sparkContext._jsc.sc().listenerBus().waitUntilEmpty(EVENTS_MILLISECONDS)
        java = self._observation._jo
        if java is None or not java.future().isCompleted() or java.getRow().schema() is None:
            return None
        return dict(self._observation.get)
