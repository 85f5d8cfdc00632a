"""Settings for stages over a handful of rows."""

from collections.abc import Iterator

import pytest

from interpreted import interpreted

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
