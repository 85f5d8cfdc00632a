"""The Spark of the tests: its settings, and a server with them."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import small_java
from segmentation.common.paths import PROJECT
from segmentation.engine.connect import standing
from segmentation.engine.session import ROOM_FOR_CLASSES
from segmentation.running.local import java

SPARK_SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    # A short life needs no second compiler. But without it Java has room for little code, throws it out and compiles
    # it again: a third of its time. The zone is far from UTC, so that a result that leans on the machine's zone shows.
    "spark.driver.extraJavaOptions": (
        f"-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=384m {ROOM_FOR_CLASSES} -XX:+UseSerialGC "
        "-Duser.timezone=America/Phoenix"
    ),
}


def settings() -> dict[str, str]:
    """The settings, with the class cache of this installation."""
    name = "spark.driver.extraJavaOptions"
    return {**SPARK_SETTINGS, name: f"{SPARK_SETTINGS[name]} {small_java.class_cache()}"}


def find_java() -> None:
    """Have Spark find Java and Python, in this process and those that it starts."""
    os.environ["JAVA_HOME"] = str(java.java_home())
    # Spark's start scripts look for `python3` on the path.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYSPARK_PYTHON"] = sys.executable


@contextlib.contextmanager
def served(folder: Path, settings: dict[str, str]) -> Iterator[standing.Server]:
    """A Spark Connect server with these settings, as its user would give them; it ends with the tests."""
    lines = [f"{name} {value}" for name, value in settings.items()]
    (folder / "spark-defaults.conf").write_text("\n".join(lines), encoding="utf-8")
    environment = {**os.environ, "SPARK_CONF_DIR": str(folder), "PYTHONPATH": str(PROJECT / "include")}
    process = standing.start(folder, environment)
    try:
        with standing.using(folder, environment) as server:
            yield server
    finally:
        standing.end(process.pid)
