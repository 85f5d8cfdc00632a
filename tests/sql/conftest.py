"""Settings for statements over a handful of rows."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

# Compiling and replanning take longer than a few rows do. The tests of the jobs keep both.
FEW_ROWS = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@pytest.fixture(autouse=True, scope="module")
def few_rows(spark: SparkSession) -> Iterator[None]:
    """Run a module's statements without compiling them, and set the session back after it."""
    before = {name: spark.conf.get(name) for name in FEW_ROWS}
    for name, value in FEW_ROWS.items():
        spark.conf.set(name, value)
    yield
    for name, value in before.items():
        spark.conf.set(name, value)
