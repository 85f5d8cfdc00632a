"""Downloads: the listed bytes and nothing else, each to keep."""

from urllib.parse import quote

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from months import AUGUST, JULY, Shop, address, many

from segmentation.pages import files, rendering

CSV = "user_id\nc1\nc2\n"


@pytest.fixture
def exports(shop: Shop):
    """A month's exports: two lists, one of them in both formats."""
    return shop.publish(
        "exports",
        JULY,
        {
            "champions.csv": CSV,
            "champions.parquet": pa.table({"user_id": ["c1", "c2"]}),
            "moved-into-at-risk.csv": "user_id\n",
        },
        rows={"champions.csv": 2, "moved-into-at-risk.csv": 0},
    )


@pytest.fixture
def report(shop: Shop, exports):
    return shop.month(JULY, many(2), inputs={"exports": exports.version})


def path_of(manifest, name: str) -> str:
    return f"/files/{manifest.dataset}/{manifest.as_of}/{manifest.version}/{name}"


def test_the_page_lists_each_list_once_with_its_formats(report, exports, client: TestClient) -> None:
    text = client.get(f"{address(report)}/downloads").text
    assert text.count("<bdi>champions</bdi>") == 1
    assert "<bdi>moved into at risk</bdi>" in text
    for name in ("champions.csv", "champions.parquet", "moved-into-at-risk.csv"):
        assert f'href="../../../files/exports/{JULY}/{exports.version}/{name}?shop=electronics"' in text
    assert f'href="../../../files/report/{JULY}/{report.version}/charts/moves.svg?shop=electronics"' in text
    found = {one.name: (one.rows, [ending for ending, _, _ in one.formats]) for one in files.lists(exports)}
    assert found == {"champions": (2, ["CSV", "Parquet"]), "moved-into-at-risk": (0, ["CSV"])}


def test_an_older_report_has_no_lists_and_says_so(shop: Shop, client: TestClient) -> None:
    older = shop.month(AUGUST, many(2))
    page = client.get(f"{address(older)}/downloads")
    assert page.status_code == 200
    assert "no lists to download" in page.text
    gone = shop.month(AUGUST, many(2), inputs={"exports": "ffffffffffff"})
    assert "no lists to download" in client.get(f"{address(gone)}/downloads").text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("report.html", "application/octet-stream"),
        ("insights.txt", "text/plain; charset=utf-8"),
        ("charts/moves.svg", "image/svg+xml"),
    ],
)
def test_a_file_comes_whole_and_to_keep(shop: Shop, report, client: TestClient, name: str, kind: str) -> None:
    answer = client.get(path_of(report, name))
    content = shop.file(report, name).read_bytes()
    assert answer.status_code == 200
    assert answer.content == content
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_export_comes_with_the_shop_and_the_month_in_its_name(exports, report, client: TestClient) -> None:
    answer = client.get(path_of(exports, "champions.csv"))
    assert answer.text == CSV
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="electronics-2023-07-01-champions.csv"' in answer.headers["Content-Disposition"]


def test_a_large_file_comes_whole(shop: Shop, client: TestClient) -> None:
    content = "0123456789abcdef\n" * 100_000
    large = shop.publish("exports", JULY, {"all.csv": content})
    assert client.get(path_of(large, "all.csv")).text == content


@pytest.mark.parametrize("name", ["\u05d0\u05d1.csv", 'a"; filename="evil.exe.csv', "<b>.csv"])
def test_odd_names_stay_in_their_header(shop: Shop, client: TestClient, name: str) -> None:
    odd = shop.publish("exports", JULY, {name: CSV})
    answer = client.get(path_of(odd, quote(name, safe="")))
    assert answer.text == CSV
    header = answer.headers["Content-Disposition"]
    assert header.count('"') == 2
    assert header.endswith(quote(name, safe=""))


def test_no_name_makes_a_header_of_its_own() -> None:
    header = files.disposition("a\r\nX: y.csv", JULY, "books")
    assert "\r" not in header
    assert "\n" not in header


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (8700, "8.7 KB"),
        (3_400_000, "3.4 MB"),
        (27_900_000_000, "28 GB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert rendering.size(count) == text


@pytest.mark.parametrize("what", ["", "downloads", "lineage", "gone", "nonsense", "file"])
def test_head_answers_as_get_does_without_the_body(report, exports, client: TestClient, what: str) -> None:
    where = {
        "": "/",
        "downloads": f"{address(report)}/downloads",
        "lineage": f"/lineage/report/{report.version}?as_of={JULY}",
        "gone": f"/reports/{JULY}/ffffffffffff",
        "nonsense": "/reports/never/x",
        "file": path_of(exports, "champions.csv"),
    }[what]
    head, get = client.head(where), client.get(where)
    assert head.status_code == get.status_code
    assert head.headers == get.headers
    assert head.content == b""
    assert get.content
    assert client.post(where).status_code == 405
