"""Settings for statements over a handful of rows."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from interpreted import interpreted


@pytest.fixture(autouse=True, scope="module")
def few_rows(spark: SparkSession) -> Iterator[None]:
    """Run a module's statements without compiling or replanning them. The tests of the jobs keep both."""
    with interpreted(spark, **{"spark.sql.adaptive.enabled": "false"}):
        yield
