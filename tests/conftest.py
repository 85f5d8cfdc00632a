"""What all tests share: one Spark session, started by the first test that asks for it."""

import atexit
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from segmentation.local import java

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
    from segmentation.session import spark_session

    os.environ["JAVA_HOME"] = str(java.java_home())
    # Spark's start scripts look for `python3` on the path.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    warehouse = tmp_path_factory.mktemp("spark-warehouse")
    session = spark_session("tests", **SPARK_SETTINGS, **{"spark.sql.warehouse.dir": str(warehouse)})
    yield session
    # Py4j logs its goodbye at exit, when pytest has closed the stream already.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    session.stop()
