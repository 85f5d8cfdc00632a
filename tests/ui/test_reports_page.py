"""The page "Customer segments": guarded, and serving published reports only."""

from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from segmentation import reports_app
from segmentation.manifests import MANIFEST, Manifest, data_files, describe_files
from segmentation.versions import Warehouse

AS_OF, VERSION = date(2023, 9, 1), "0123456789ab"


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch) -> Warehouse:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    warehouse = Warehouse(tmp_path / "warehouse")
    attempt = warehouse.attempt("report", VERSION, AS_OF)
    (attempt.folder / "report.html").write_text("<h1>A report</h1>", encoding="utf-8")
    files = describe_files(attempt.folder, data_files(attempt.folder))
    manifest = Manifest(
        "report", VERSION, AS_OF.isoformat(), "2026-01-01T00:00:00+00:00", 1, 1, {}, files, {},
        {"category": "<script>alert(1)</script>", "source": "files"}, {}, "test",
    )  # fmt: skip
    warehouse.publish(attempt, manifest)
    warehouse.set_latest("report", VERSION, AS_OF)
    return warehouse


@pytest.fixture
def client():
    """A client whose user may see the DAG."""
    (guard,) = [dependency.dependency for dependency in reports_app.app.router.dependencies]
    reports_app.app.dependency_overrides[guard] = lambda: None
    yield TestClient(reports_app.app)
    reports_app.app.dependency_overrides.clear()


def test_every_route_asks_for_access_to_the_dag() -> None:
    for route in reports_app.app.routes:
        guards = [dependency.call for dependency in getattr(route, "dependant", None).dependencies]
        assert any(getattr(guard, "__qualname__", "").startswith("requires_access_dag") for guard in guards), route


def test_the_list_names_published_reports_as_text(warehouse: Warehouse, client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert f'href="reports/{AS_OF}/{VERSION}"' in page.text
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_report_is_served(warehouse: Warehouse, client: TestClient) -> None:
    page = client.get(f"/reports/{AS_OF}/{VERSION}")
    assert page.text == "<h1>A report</h1>"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        f"/reports/{AS_OF}/000000000000",
        f"/reports/{AS_OF}/..%2f..%2fsecret",
        f"/reports/%2e%2e/{VERSION}",
        f"/reports/{AS_OF}/{VERSION}%00",
        f"/reports/{AS_OF}/{VERSION}/_manifest.json",
        f"/reports/not-a-day/{VERSION}",
    ],
)
def test_anything_else_is_not_found(warehouse: Warehouse, client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (404, 422)


def test_an_unfinished_report_is_not_served(warehouse: Warehouse, client: TestClient) -> None:
    (warehouse.place("report", VERSION, AS_OF) / MANIFEST).unlink()
    assert client.get(f"/reports/{AS_OF}/{VERSION}").status_code == 404
    assert "There is no report yet" in client.get("/").text
