"""What all tests share: one Spark session, started by the first test that asks for it.

It is a Java of its own, which answers soonest; with SPARK_MODE=connect it is a client of a Spark Connect server.
"""

import atexit
import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

import spark_of_tests

# Airflow makes its files at import; it must not make them in the user's home.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-")
atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file of tests to each process, but all that start an Airflow to one: two at once fill two cores."""
    from xdist.scheduler import LoadFileScheduling

    class OneAirflowAtATime(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope = super()._split_scope(nodeid)
            return "tests/soak" if scope.startswith("tests/soak/") else scope

    return OneAirflowAtATime(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:  # noqa: F821
    """The session that all tests use, made by the project's own builder."""
    from segmentation.engine.session import REMOTE, spark_session

    spark_of_tests.find_java()
    folder = tmp_path_factory.mktemp("spark")
    settings = spark_of_tests.settings() | {"spark.sql.warehouse.dir": str(folder / "warehouse")}
    with contextlib.ExitStack() as held:
        if os.environ.get("SPARK_MODE", "classic") == "classic":
            session = spark_session("tests", **settings)
        else:
            os.environ[REMOTE] = held.enter_context(spark_of_tests.served(folder, settings)).remote
            held.callback(os.environ.pop, REMOTE)
            session = spark_session("tests")
        yield session
        # Py4j logs its goodbye at exit, when pytest has closed the stream already.
        logging.getLogger("py4j").setLevel(logging.WARNING)
        session.stop()
