"""Tricks with addresses and with the folders: none of them leads to a file that was not published."""

import asyncio
import os
from types import SimpleNamespace
from urllib.parse import quote, unquote

import pytest
from fastapi.testclient import TestClient
from months import JULY, Shop, address, many

from segmentation.warehouse import published
from segmentation.warehouse.manifests import MANIFEST

CSV = "user_id\nc1\nc2\n"


@pytest.fixture
def exports(shop: Shop):
    return shop.publish("exports", JULY, {"champions.csv": CSV})


@pytest.fixture
def report(shop: Shop, exports):
    return shop.month(JULY, many(2), inputs={"exports": exports.version})


def path_of(manifest, name: str) -> str:
    return f"/files/{manifest.dataset}/{manifest.as_of}/{manifest.version}/{name}"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        "..%252fsecret.txt",
        "%252e%252e/secret.txt",
        "..\\secret.txt",
        "..%5csecret.txt",
        "%2fetc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "champions.csv%00",
        "champions.csv%00.txt",
        "champions.csv/",
        "./champions.csv",
        "%2e/champions.csv",
        "x/../champions.csv",
        "x%2f..%2fchampions.csv",
        "CHAMPIONS.CSV",
        "champions.csv%20",
        "file:///etc/passwd",
        "_manifest.json",
        "unlisted.txt",
        "",
        "%c0%ae%c0%ae/secret.txt",
    ],
)
def test_no_address_leads_to_another_file(shop: Shop, exports, client: TestClient, name: str) -> None:
    secret = "the secret"
    (shop.file(exports, "").parent / "secret.txt").write_text(secret, encoding="utf-8")
    shop.file(exports, "unlisted.txt").write_text(secret, encoding="utf-8")
    # A client tidies "../" away before it asks, so this address is asked as it is, too.
    for answer in (client.get(path_of(exports, name)), ask_as_it_is(client, path_of(exports, name))):
        if name in ("./champions.csv", "%2e/champions.csv", "x/../champions.csv") and answer.status_code == 200:
            assert answer.text == CSV  # tidied away by the client
            continue
        assert answer.status_code in (404, 422), answer.status_code
        assert secret not in answer.text
        assert "root:" not in answer.text


def ask_as_it_is(client: TestClient, path: str):
    """Ask for a path that no client has tidied: it goes to the app as a server would pass it on."""
    messages = []
    events = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        return next(events, {"type": "http.disconnect"})

    async def send(message):
        messages.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
        "server": ("airflow", 80), "client": ("me", 1),
    }  # fmt: skip
    asyncio.run(client.app(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in messages)
    return SimpleNamespace(status_code=messages[0]["status"], text=body.decode())


@pytest.mark.parametrize("dataset", ["customer_rfm", "source", "..", "segment_summary", "exports%2f.."])
def test_only_reports_and_exports_are_downloads(report, client: TestClient, dataset: str) -> None:
    version = report.inputs.get(dataset, report.version)
    assert client.get(f"/files/{dataset}/{JULY}/{version}/part-0.parquet").status_code in (404, 422)


@pytest.mark.parametrize("kind", ["file", "hard to see", "folder", "version", "pipe", "directory"])
def test_links_and_things_that_are_no_files_are_refused(shop: Shop, report, client: TestClient, tmp_path, kind) -> None:
    name = "charts/moves.svg"
    path = shop.file(report, name)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "moves.svg").write_text("<svg/>", encoding="utf-8")  # of the right size
    assert client.get(path_of(report, name)).status_code == 200
    if kind == "file":
        path.unlink()
        path.symlink_to(outside / "moves.svg")
    elif kind == "hard to see":  # a link that stays within the version
        path.rename(path.with_name("aside.svg"))
        path.symlink_to("aside.svg")
    elif kind == "folder":
        path.unlink()
        path.parent.rmdir()
        path.parent.symlink_to(outside)
    elif kind == "version":
        folder = shop.warehouse.place_of(report)
        folder.rename(outside / "version")
        folder.symlink_to(outside / "version")
    elif kind == "pipe":
        path.unlink()
        os.mkfifo(path)
    else:
        path.unlink()
        path.mkdir()
    answer = client.get(path_of(report, name))
    assert answer.status_code == 404
    assert "<svg/>" not in answer.text


def test_an_empty_file_cannot_be_a_pipe(shop: Shop, client: TestClient) -> None:
    """Its size would be right."""
    empty = shop.publish("exports", JULY, {"nobody.csv": ""})
    assert client.get(path_of(empty, "nobody.csv")).status_code == 200
    shop.file(empty, "nobody.csv").unlink()
    os.mkfifo(shop.file(empty, "nobody.csv"))
    assert client.get(path_of(empty, "nobody.csv")).status_code == 404


def test_a_version_that_is_a_link_is_none(shop: Shop, report, client: TestClient, tmp_path) -> None:
    folder = shop.warehouse.place_of(report)
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    for route in ("lineage", "manifests"):
        assert client.get(f"/{route}/report/{report.version}?as_of={JULY}").status_code == 404
    assert "The figures" not in client.get("/").text
    assert f"reports/{JULY}" not in client.get("/").text


def test_a_manifest_that_is_a_link_makes_no_version(shop: Shop, report, client: TestClient, tmp_path) -> None:
    path = shop.file(report, MANIFEST)
    path.rename(tmp_path / "manifest")
    path.symlink_to(tmp_path / "manifest")
    assert client.get(address(report)).status_code == 404


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "charts/../../secret.txt", "a//b", "."])
def test_a_manifest_that_was_edited_leads_nowhere(shop: Shop, report, client: TestClient, name: str) -> None:
    (shop.warehouse.place_of(report).parent / "secret.txt").write_text("a secret", encoding="utf-8")
    path = shop.file(report, MANIFEST)
    path.write_text(path.read_text().replace('"insights.txt"', f'"{name}"').replace('"bytes": 12', '"bytes": 8'))
    answer = client.get(path_of(report, quote(name, safe="")))
    assert answer.status_code == 404
    assert "a secret" not in answer.text


@pytest.mark.parametrize("content", ["", "All is well. And more.", None])
def test_a_file_that_is_not_as_it_was_published_is_not_served(shop: Shop, report, client, content: str | None) -> None:
    path = shop.file(report, "insights.txt")
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    answer = client.get(path_of(report, "insights.txt"))
    assert answer.status_code == 404
    assert "not as it was published" in answer.text
    assert str(shop.warehouse.root) not in answer.text


def test_a_report_that_is_not_as_it_was_published_is_not_shown(shop: Shop, report, client: TestClient) -> None:
    shop.file(report, "report.html").write_text("<h1>Other</h1>", encoding="utf-8")
    answer = client.get(address(report))
    assert answer.status_code == 404
    assert "Other" not in answer.text


def test_unfinished_versions_have_no_files(shop: Shop, report, exports, client: TestClient) -> None:
    attempt = shop.warehouse.attempt("exports", "abcdefabcdef", JULY)
    (attempt.folder / "champions.csv").write_text("half", encoding="utf-8")
    for folder in (attempt.folder.name, "abcdefabcdef"):
        assert client.get(f"/files/exports/{JULY}/{folder}/champions.csv").status_code in (404, 422)
    shop.file(exports, MANIFEST).unlink()
    assert client.get(path_of(exports, "champions.csv")).status_code == 404


def test_no_file_stays_open(shop: Shop, report, client: TestClient) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        client.get(path_of(report, "insights.txt"))
        client.get(path_of(report, "../secret"))
    (shop.file(report, "charts/moves.svg")).write_text("longer than it was")
    client.get(path_of(report, "charts/moves.svg"))
    with pytest.raises(published.Damaged):
        published.file_of(shop.warehouse, report, "charts/moves.svg").open()
    assert len(os.listdir("/proc/self/fd")) <= before
