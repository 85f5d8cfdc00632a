"""The one Spark session builder."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation import shipped_code

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# These change results, so they are part of every version. The rest below only changes speed.
RESULT_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
}
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
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def spark_session(name: str, **extra: str) -> "SparkSession":
    """Start (or find) the session of a job. `extra` adds settings, for tests."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(name)
    for key, value in {**RESULT_SETTINGS, **SPEED_SETTINGS, **extra}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    _ship_code(spark)
    return spark


def _ship_code(spark: "SparkSession") -> None:
    """Have the executors import this package from an archive of it, wherever they run."""
    from pyspark import SparkFiles

    # Spark serves the archive from here as long as it lives, and then removes the folder.
    folder = Path(SparkFiles.getRootDirectory(), "code")
    if not folder.exists():
        folder.mkdir()
        spark.sparkContext.addPyFile(str(shipped_code.build(folder)))


def started_in(spark: "SparkSession") -> float:
    """Seconds from the start of the Java process to now: what a task pays before it can work."""
    assert spark._jvm is not None
    java = spark._jvm.java.lang.management.ManagementFactory.getRuntimeMXBean()
    return time.time() - java.getStartTime() / 1000
