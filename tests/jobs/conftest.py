"""Settings for stages over a handful of rows."""

from collections.abc import Iterator
from typing import Any

import pytest

from interpreted import interpreted
from jobs.flow import Flow

# Whole runs as users have them: compiled, and in processes of their own.
AS_USERS_HAVE_THEM = ("test_pipeline", "test_commands", "test_standing_spark")


@pytest.fixture(autouse=True, scope="module")
def few_rows(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a module's stages without compiling them."""
    if request.module.__name__.endswith(AS_USERS_HAVE_THEM):
        yield
        return
    with interpreted(request.getfixturevalue("spark")):
        yield


# A year ago, a month that is missing between, and two that follow each other.
RELEASED_DAYS = ("2022-08-01", "2023-06-01", "2023-07-01", "2023-08-01")
SMALL_DEMO: dict[str, Any] = {"source": "demo", "demo_reviews": 1000, "k_max": 3}


@pytest.fixture(scope="session")
def released_months(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flow]:
    """A shop with four released months, by as-of date."""
    root, months = tmp_path_factory.mktemp("months"), {}
    with interpreted(spark):
        for day in RELEASED_DAYS:
            months[day] = Flow(root, day, **SMALL_DEMO)
            months[day].run()
    return months
