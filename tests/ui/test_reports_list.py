"""The list of the published reports, and texts from data on all pages."""

import json
from datetime import date

import pytest
from fastapi.testclient import TestClient
from months import AUGUST, JULY, SEPTEMBER, Shop, address, counting, key, many

from segmentation.pages import listing, published, tables
from segmentation.warehouse.manifests import MANIFEST

EVIL = "<script>alert(1)</script>\"' {{7777*7}} \u202e\u05d0"


def test_the_list_is_by_category_then_month_newest_first(shop: Shop, client: TestClient) -> None:
    shop.month(JULY, many(2), category="Gift_Cards")
    for as_of, count in ((SEPTEMBER, 7), (JULY, 3), (AUGUST, 4)):
        shop.month(as_of, many(count))
    found = listing.listing(shop.warehouse)
    months = {name: [(one.as_of, one.customers, one.change) for one in rows] for name, rows in found.categories.items()}
    assert months == {
        "Electronics": [(SEPTEMBER, 7, 3), (AUGUST, 4, 1), (JULY, 3, None)],
        "Gift Cards": [(JULY, 2, None)],
    }
    assert found.damaged == []
    text = client.get("/").text
    assert text.index("Electronics</bdi>") < text.index(">1 September 2023</a>") < text.index("Gift Cards</bdi>")
    assert "$700.00" in text
    assert "+3" in text


def test_two_categories_of_one_month_are_both_there_and_the_latest_run_wins(shop: Shop) -> None:
    """LATEST names one report only: the last run's, whatever it was of."""
    older = shop.month(JULY, many(1))
    newer = shop.month(JULY, many(2), latest=False)
    other = shop.month(JULY, many(3), category="Gift_Cards")
    found = listing.listing(shop.warehouse).categories
    assert [one.version for one in found["Gift Cards"]] == [other.version]
    assert [one.version for one in found["Electronics"]] == [newer.version]
    shop.warehouse.set_latest("report", older.version, JULY)
    found = listing.listing(shop.warehouse).categories
    assert [one.version for one in found["Electronics"]] == [older.version]
    assert [one.version for one in found["Gift Cards"]] == [other.version]


def test_own_orders_are_called_so_and_counted_in_their_currency(shop: Shop, client: TestClient) -> None:
    settings = {"source": "orders", "mapping": {"currency": "EUR"}}
    orders = shop.publish("source", None, {"orders.csv": "x"}, settings=settings)
    shop.month(JULY, many(2), category=None, source=orders)
    text = client.get("/").text
    assert "<bdi>Own orders</bdi>" in text
    assert "EUR\u00a0200.00" in text


def test_generated_data_are_marked(shop: Shop, client: TestClient) -> None:
    shop.month(JULY, many(2))
    assert "generated demo data" not in client.get("/").text
    demo = shop.publish("source", None, {"raw.jsonl": "x"}, settings={"source": "demo"})
    shop.month(AUGUST, many(2), source=demo)
    assert client.get("/").text.count("generated demo data") == 1


@pytest.mark.parametrize("damage", ["manifest", "foreign", "types", "summary", "gone", "latest"])
def test_a_damaged_month_is_named_and_does_not_break_the_list(shop: Shop, client: TestClient, damage: str) -> None:
    good, bad = shop.month(JULY, many(2)), shop.month(AUGUST, many(3))
    summary = shop.input(bad, "segment_summary")
    if damage == "manifest":
        shop.file(bad, MANIFEST).write_text("{", encoding="utf-8")
    elif damage == "foreign":
        shop.file(bad, MANIFEST).write_bytes(shop.file(good, MANIFEST).read_bytes())
    elif damage == "types":
        path = shop.file(bad, MANIFEST)
        path.write_text(json.dumps(json.loads(path.read_text()) | {"inputs": 7}), encoding="utf-8")
    elif damage == "summary":
        path = shop.file(summary, "part-0.parquet")
        path.write_bytes(b"x" * path.stat().st_size)
    elif damage == "gone":
        shop.file(summary, MANIFEST).unlink()
    else:
        (shop.warehouse.home("report", AUGUST) / "LATEST").write_text("../../secret", encoding="utf-8")
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.count("<strong>Damaged.</strong>") == 1
    assert "2023-08-01" in page.text.split("<strong>Damaged.</strong>")[1].split("</p>")[0]
    assert page.text.count(f'<a href="reports/{JULY}/{good.version}">Report</a>') == 1
    assert client.get(address(bad)).status_code == (404 if damage in ("manifest", "foreign", "types") else 200)
    assert str(shop.warehouse.root) not in page.text


def test_a_mended_month_is_well_again(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    whole = shop.file(report, MANIFEST).read_bytes()
    shop.file(report, MANIFEST).write_text("{", encoding="utf-8")
    assert "Damaged" in client.get("/").text
    shop.file(report, MANIFEST).write_bytes(whole)
    assert "Damaged" not in client.get("/").text


def test_what_was_read_is_remembered(shop: Shop, client: TestClient, monkeypatch) -> None:
    for month in range(1, 13):
        shop.month(date(2022, month, 1), many(month))
    read, manifests = counting(monkeypatch, tables, "read"), counting(monkeypatch, published, "_read")
    first = client.get("/").text
    assert (len(read), len(manifests)) == (12, 24)
    assert client.get("/").text == first
    assert (len(read), len(manifests)) == (12, 24)
    shop.month(date(2023, 1, 1), many(5))
    client.get("/")
    assert (len(read), len(manifests)) == (13, 26)


def test_an_unfinished_report_is_not_there(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    shop.file(report, MANIFEST).unlink()
    assert client.get(address(report)).status_code == 404
    (shop.warehouse.home("report", JULY) / "LATEST").unlink()
    assert "There is no report yet" in client.get("/").text


def test_an_empty_warehouse_says_what_to_do(shop: Shop, client: TestClient) -> None:
    assert "There is no report yet" in client.get("/").text


def test_texts_from_data_stay_texts(shop: Shop, client: TestClient) -> None:
    evil = {"c1": EVIL, "c2": "Champions"}
    source = shop.publish("source", None, {"raw.jsonl": "x"}, settings={"source": "files", EVIL: {EVIL: EVIL}})
    one = shop.month(JULY, evil, category=EVIL, source=source, window_months=EVIL)
    exports = shop.publish("exports", AUGUST, {"<b> & \u05d0 '\".csv": "x"})
    other = shop.month(AUGUST, evil | {"c2": EVIL}, inputs={"exports": exports.version}, window_months=3)
    pages = [
        client.get(path).text
        for path in (
            "/",
            f"/compare?a={key(one)}&b={key(other)}",
            f"/lineage/report/{one.version}?as_of={JULY}",
            f"{address(one)}/downloads",
            f"{address(other)}/downloads",
        )
    ]
    for text in pages:
        assert "<script" not in text
        assert "<b>" not in text.replace("<b>customer_segmentation</b>", "")
        assert "\u202e" not in text
        assert "{{7777*7}}" in text or text is pages[-1]
        assert "54439" not in text.partition("<body>")[2].replace("{{7777*7}}", "")
    assert "&lt;b&gt; &amp; \u05d0" in pages[-1]
