"""A warehouse with months made by hand, and a client whose user may see the DAG."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from months import Shop

from segmentation.pages import (
    access,
    audit,
    listing,
    lookup,
    moving,
    reports_app,
    running,
    tables,
    triggering,
    whatif_counts,
)
from segmentation.stages.report import headlines
from segmentation.warehouse import published, releases
from segmentation.warehouse.versions import Warehouse


@pytest.fixture
def shop(tmp_path: Path, monkeypatch) -> Shop:
    """An empty warehouse, and what publishes months into it. Nothing is remembered of other tests."""
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    for remembering in (
        published._remember,
        tables._rows,
        moving._counts,
        listing._orders_currency,
        headlines._sentences,
        lookup._metadata,
        lookup._ends,
        whatif_counts._counts,
        releases.remembered,
    ):
        remembering.cache_clear()
    return Shop(Warehouse(tmp_path / "warehouse"))


@pytest.fixture
def seen() -> set[str] | None:
    """The DAGs that the client's user may see; None for all. A test may give its own."""
    return None


@pytest.fixture
def dags() -> dict[str, running.DagState]:
    """What Airflow says of DAGs, by id. A test may put something there."""
    return {}


@pytest.fixture
def audited() -> list[tuple]:
    """What was written to the audit log: (event, DAG, the rest)."""
    return []


@pytest.fixture
def begun() -> list[tuple]:
    """The runs that were triggered: (DAG, params)."""
    return []


@pytest.fixture
def client(seen: set[str] | None, dags: dict[str, running.DagState], audited: list[tuple], begun: list[tuple]):
    """A client whose user may see these DAGs."""
    (guard,) = [dependency.dependency for dependency in reports_app.app.router.dependencies]
    viewer = access.Viewer(lambda dag_id: seen is None or dag_id in seen)
    reports_app.app.dependency_overrides |= {guard: lambda: None, access.the_viewer: lambda: viewer}
    reports_app.app.dependency_overrides[running.the_airflow] = lambda: dags.get
    trigger = triggering.Trigger(viewer.may_see, "the token", lambda *run: begun.append(run) or "run-1")
    reports_app.app.dependency_overrides[triggering.the_trigger] = lambda: trigger
    reports_app.app.dependency_overrides[audit.the_audit] = lambda: lambda *event: audited.append(event)
    yield TestClient(reports_app.app, follow_redirects=False)
    reports_app.app.dependency_overrides.clear()
