"""Where the local installation keeps its things, and the environment that Airflow and Spark run in."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from segmentation.common.paths import LOCAL, PROJECT, UTF8, warehouse_root
from segmentation.engine.connect import standing
from segmentation.engine.session import ROOM_FOR_CLASSES
from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.running.local import java

AIRFLOW_HOME = LOCAL / "airflow"
LOGS = LOCAL / "logs"
# The Spark of the Airflow of `make up`.
SPARK = LOCAL / "spark"

# A second writer waits this long for SQLite instead of failing with "database is locked".
SQLITE_CONNECT_ARGS = {"timeout": 60}


# With the quick compiler only, a job on little data takes half the processor time; on much it would take more. Java has
# room for 48 MB of code then, which a stage can fill: it would throw code out and compile it again.
SMALL_JOBS = f"-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=128m {ROOM_FOR_CLASSES}"
# Jobs want throughput, not short pauses.
COLLECTOR = "-XX:+UseParallelGC"


def environment() -> dict[str, str]:
    """The environment of every Airflow and Spark process on this machine. What the user has set wins."""
    home = java.java_home()
    # Who has Spark settings of his own may have chosen a collector there, and Java takes only one.
    collector = "" if "SPARK_CONF_DIR" in os.environ else COLLECTOR
    options = " ".join(filter(None, [collector, java.class_cache_options(home)]))
    settings = {
        "AIRFLOW_HOME": str(AIRFLOW_HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # Two Spark jobs fill a machine; runs that wait for a retry take no slot.
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "segmentation.running.local.layout.SQLITE_CONNECT_ARGS",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW_CONN_SPARK_DEFAULT": standing_spark(SPARK),
        "SEGMENTATION_WAREHOUSE": str(warehouse_root()),
        # Spark on one machine listens to that machine only.
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_SUBMIT_OPTS": options,
        # Who chooses the options of Java chooses them for all jobs.
        SMALL_JOB_OPTIONS: "" if "SPARK_SUBMIT_OPTS" in os.environ else f"{options} {SMALL_JOBS}",
    }
    found = {**settings, **os.environ}
    found |= UTF8
    found["JAVA_HOME"] = str(home)
    found["SPARK_HOME"] = _spark_home()
    found["PYTHONPATH"] = os.pathsep.join([str(PROJECT / "include"), *_given("PYTHONPATH")])
    # spark-submit looks for python3 and its own helpers on PATH.
    found["PATH"] = os.pathsep.join([str(Path(sys.prefix) / "bin"), *_given("PATH")])
    return found


def standing_spark(folder: Path) -> str:
    """The Airflow connection, as JSON, of a Spark that stands on this machine and notes in a folder where."""
    return json.dumps({"conn_type": "spark_connect", "host": "localhost", "extra": {standing.EXTRA: str(folder)}})


def spark_stands(environment: Mapping[str, str]) -> bool:
    """Whether jobs go to a Spark that stands on this machine, and the user has named no other."""
    return environment.get("AIRFLOW_CONN_SPARK_DEFAULT") == standing_spark(SPARK)


def _given(name: str) -> list[str]:
    return [part for part in os.environ.get(name, "").split(os.pathsep) if part]


def _spark_home() -> str:
    import pyspark

    return str(Path(pyspark.__file__).parent)
