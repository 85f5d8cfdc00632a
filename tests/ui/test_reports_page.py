"""The pages of "Segments": guarded and strict, each of them; and a report's own page."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.api_fastapi.core_api import security
from fastapi.testclient import TestClient
from months import AUGUST, JULY, Shop, address, key, many

from segmentation.common.paths import PROJECT
from segmentation.pages import access, listing, reports_app


def addresses(shop: Shop) -> list[str]:
    """An address of every route, each with something to see."""
    exports = shop.publish("exports", JULY, {"champions.csv": "user_id\nc1\n"})
    report = shop.month(JULY, many(2), inputs={"exports": exports.version})
    return [
        "/",
        address(report),
        f"{address(report)}/downloads",
        f"/files/exports/{JULY}/{exports.version}/champions.csv",
        f"/compare?a={key(report)}&b={key(report)}",
        f"/lineage/report/{report.version}?as_of={JULY}",
        f"/versions?of=report.{report.version}.{JULY}",
        f"/manifests/report/{report.version}?as_of={JULY}",
        "/shops/electronics",
        "/shops/electronics/customers?id=c1",
        "/shops/electronics/what-if",
    ]


# Guards and headers
def test_every_route_asks_who_it_is_and_what_he_may_see(shop: Shop) -> None:
    for route in reports_app.app.routes:
        guards = [dependency.call for dependency in getattr(route, "dependant", None).dependencies]
        assert any(getattr(guard, "__qualname__", "").startswith("requires_authenticated") for guard in guards), route
        assert access.the_viewer in guards, route
    shown = [route for route in reports_app.app.routes if "GET" in route.methods]
    assert len(shown) == len(addresses(shop))
    assert [route.path for route in reports_app.app.routes if route not in shown] == ["/shops/{name}/what-if"]


def test_without_a_session_nothing_is_served(shop: Shop) -> None:
    client = TestClient(reports_app.app)
    for path in addresses(shop):
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert "report" not in answer.text.replace("All reports", "").partition("<body>")[2]
        assert_strict(answer)


def test_a_user_without_the_right_to_see_the_dag_sees_nothing(shop: Shop, monkeypatch) -> None:
    asked = []
    manager = SimpleNamespace(is_authorized_dag=lambda **named: asked.append(named["details"].id))
    monkeypatch.setattr(security, "get_auth_manager", lambda: manager)
    monkeypatch.setattr(security.DagModel, "get_team_name", lambda dag_id: None)
    reports_app.app.dependency_overrides[security.get_user] = lambda: SimpleNamespace(
        get_id=lambda: "1", get_name=lambda: "somebody"
    )
    try:
        client = TestClient(reports_app.app)
        paths = addresses(shop)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 403, path
            assert_strict(answer)
        assert set(asked) == {"customer_segmentation", "customer_segmentation_electronics"}
    finally:
        reports_app.app.dependency_overrides.clear()


def test_every_answer_has_strict_headers(shop: Shop, client: TestClient) -> None:
    for path in addresses(shop):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert_strict(answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/reports/soon/0123456789ab", 422), ("/compare", 422), ("/reports/2023-07-01", 404)],
)
def test_so_have_errors(shop: Shop, client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "All reports" in answer.text
    assert_strict(answer)


def test_so_has_a_page_that_breaks(shop: Shop, client: TestClient, monkeypatch) -> None:
    monkeypatch.setattr(listing, "listing", lambda *_: 1 / 0)
    answer = TestClient(reports_app.app, raise_server_exceptions=False).get("/")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert_strict(answer)


def test_writing_is_not_possible(shop: Shop, client: TestClient) -> None:
    answer = client.post("/")
    assert answer.status_code == 405
    assert_strict(answer)


def assert_strict(answer) -> None:
    policy = answer.headers["Content-Security-Policy"]
    for words in ("default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'self'"):
        assert words in policy
    assert "script" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pages_need_no_script_no_inline_style_and_no_other_window(shop: Shop, client: TestClient) -> None:
    for path in addresses(shop):
        answer = client.get(path)
        if answer.headers["Content-Type"].startswith("text/html") and not re.fullmatch(r"/reports/[^/]+/[^/]+", path):
            assert re.search(r"<script|\son\w+=|javascript:|target=|https?://", answer.text) is None, path
            assert not re.search(r"<[^>]+\sstyle=", answer.text), path
            assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
            assert answer.text.count("<style>") == 1
            assert path == "/" or "All reports" in answer.text


def test_the_policy_lets_just_the_pages_own_style_through(shop: Shop, client: TestClient) -> None:
    style = re.search(r"<style>(.*?)</style>", client.get("/").text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in client.get("/").headers["Content-Security-Policy"]


def test_all_links_are_relative_and_lead_somewhere(shop: Shop, client: TestClient) -> None:
    """Airflow may have a base path, which these pages do not know."""
    shop.month(AUGUST, many(3))
    for path in addresses(shop):
        answer = client.get(path)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        links = [link.replace("&amp;", "&") for link in re.findall(r'(?:href|action)="([^"]*)"', answer.text)]
        assert links, path
        for link in links:
            assert not link.startswith(("/", "http")), link
            there = urljoin(f"http://airflow/base/segments{path}", link).removeprefix("http://airflow/base/segments")
            if not there.endswith("/compare"):  # where the form goes, with what is chosen
                assert client.get(there).status_code == 200, f"{path}: {link}"


def test_the_way_back_from_an_error_knows_the_base_path(client: TestClient) -> None:
    answer = TestClient(reports_app.app, root_path="/base/segments").get("/a/b/..%2f..%2fc")
    assert 'href="/base/segments/"' in answer.text


# One report
def test_a_report_is_served_with_a_way_back(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    page = client.get(address(report))
    assert page.status_code == 200
    assert "<h1>A report</h1>" in page.text
    assert '<a href="../../">All reports</a>' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/reports/2023-07-01/000000000000",
        "/reports/2023-07-01/..%2f..%2fsecret",
        "/reports/%2e%2e/{version}",
        "/reports/2023-07-01/{version}%00",
        "/reports/2023-07-01/{version}%0a",
        "/reports/2023-07-01/{version}/_manifest.json",
        "/reports/not-a-day/{version}",
        "/reports/1688169600/{version}",
        "/reports/20230701/{version}",
        "/reports/2023-W26-6/{version}",
        "/reports/2023-07-01T00:00:00/{version}",
        "/reports/2023-08-01/{version}",
    ],
)
def test_anything_else_is_not_found(shop: Shop, client: TestClient, path: str) -> None:
    report = shop.month(JULY, many(2))
    assert client.get(path.format(version=report.version)).status_code in (404, 422)


# What comes with the pages
def test_the_pages_load_no_heavy_library(tmp_path: Path) -> None:
    """The first page waits for what it imports. Looking up and counting are part of it: much of Arrow loads pandas."""
    row = {"user_id": "a", "segment": "A", "recency_days": 1, "frequency": 1, "r_score": 3, "f_score": 1, "m_score": 1}
    table = pa.Table.from_pylist([{**row, "monetary": Decimal("1.00")}])
    pq.write_table(table, tmp_path / "p")
    code = """
import sys, tempfile
from pathlib import Path
from segmentation.pages import comparing, listing, lookup, rendering, whatif_counts
from segmentation.warehouse.published import StoredFile
from segmentation.warehouse.versions import Warehouse
folder = Path(sys.argv[1])
files = (StoredFile(folder, "p", (folder / "p").stat().st_size, "p"),)
assert lookup.rows_of(files, "a", ["segment"])
assert lookup.beginning_with(files, "a", 5)
scoring = whatif_counts.Scoring(3, "left", (200, 300), (200, 300), (200, 300))
assert whatif_counts.counts(files, scoring, scoring)
rendering.page("list.html.j2", "", listing=listing.listing(Warehouse(Path(tempfile.gettempdir(), "none")), []))
heavy = [name for name in ("pandas", "matplotlib", "seaborn", "pyspark", "scipy") if name in sys.modules]
assert not heavy, heavy
"""
    path = os.pathsep.join([str(PROJECT / "include")])
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": path}, check=True)
