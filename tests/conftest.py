"""What all tests share: one Spark session, started by the first test that asks for it.

It is a Java of its own, which answers soonest; with SPARK_MODE=connect it is a client of a Spark Connect server.
"""

import atexit
import contextlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from segmentation.connect import standing
from segmentation.local import java
from segmentation.paths import PROJECT

# Airflow makes its files at import; it must not make them in the user's home.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-")
atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)

SPARK_SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    # A short life needs no second compiler. The zone is far from UTC, so that a result that leans on the
    # zone of the machine shows.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=America/Phoenix",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:  # noqa: F821
    """The session that all tests use, made by the project's own builder."""
    from segmentation.session import REMOTE, spark_session

    os.environ["JAVA_HOME"] = str(java.java_home())
    # Spark's start scripts look for `python3` on the path.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    settings = {**SPARK_SETTINGS, "spark.sql.warehouse.dir": str(folder / "warehouse")}
    with contextlib.ExitStack() as held:
        if os.environ.get("SPARK_MODE", "classic") == "classic":
            session = spark_session("tests", **settings)
        else:
            os.environ[REMOTE] = held.enter_context(served(folder, settings)).remote
            held.callback(os.environ.pop, REMOTE)
            session = spark_session("tests")
        yield session
        # Py4j logs its goodbye at exit, when pytest has closed the stream already.
        logging.getLogger("py4j").setLevel(logging.WARNING)
        session.stop()


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
