"""One generated shop for all tests of the demo source."""

import pytest
from generated_shop import REVIEWS, Shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"), REVIEWS)


@pytest.fixture(scope="session", params=[5_000, REVIEWS])
def any_shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> Shop:
    """The smallest shop that promises every oddity, and the usual one."""
    return shop if request.param == REVIEWS else Shop(tmp_path_factory.mktemp("small"), request.param)
