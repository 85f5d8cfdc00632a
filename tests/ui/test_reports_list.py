"""The list of the published reports, and texts from data on all pages."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from months import AUGUST, JULY, SEPTEMBER, Shop, address, counting, key, many, shop_named

from segmentation.config.shops.targets import Target
from segmentation.pages import listing, tables
from segmentation.running.deliver import records
from segmentation.warehouse import published, releases, runs
from segmentation.warehouse.manifests import MANIFEST

EVIL = "<script>alert(1)</script>\"' {{7777*7}} \u202e\u05d0"


def listed(shop: Shop) -> dict[str, list[tuple]]:
    """The months of the list by the shops' titles."""
    found = listing.listing(shop.warehouse, releases.shops(shop.warehouse))
    assert found.damaged == []
    return {one.title: [(month.as_of, month.customers, month.change) for month in one.months] for one in found.shops}


def test_the_list_is_by_shop_then_month_newest_first(shop: Shop, client: TestClient) -> None:
    shop.month(JULY, many(2), category="Gift_Cards")
    for as_of, count in ((SEPTEMBER, 7), (JULY, 3), (AUGUST, 4)):
        shop.month(as_of, many(count))
    assert listed(shop) == {
        "Electronics": [(SEPTEMBER, 7, 3), (AUGUST, 4, 1), (JULY, 3, None)],
        "Gift Cards": [(JULY, 2, None)],
    }
    text = client.get("/").text
    assert text.index("Electronics</bdi>") < text.index(">1 September 2023</a>") < text.index("Gift Cards</bdi>")
    assert "$700.00" in text
    assert "+3" in text


def test_each_shop_has_its_own_month_and_the_highest_number_is_the_current_one(shop: Shop) -> None:
    older, newer = shop.month(JULY, many(1)), shop.month(JULY, many(2))
    shop.month(JULY, many(3), category="Gift_Cards")
    assert listed(shop) == {"Electronics": [(JULY, 2, None)], "Gift Cards": [(JULY, 3, None)]}
    shop.release(older)
    assert listed(shop) == {"Electronics": [(JULY, 1, None)], "Gift Cards": [(JULY, 3, None)]}
    assert releases.numbers(shop.warehouse, "electronics", JULY) == [1, 2, 3]
    assert newer.version != older.version


def test_one_version_may_be_the_month_of_two_shops(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    shop.release(report, title="A twin", name="twin")
    assert listed(shop) == {"A twin": [(JULY, 2, None)], "Electronics": [(JULY, 2, None)]}
    text = client.get("/").text
    for name in ("twin", "electronics"):
        assert f'<a href="reports/{JULY}/{report.version}?shop={name}">Report</a>' in text
    assert "<bdi>A twin</bdi>" in client.get(f"{address(report)}?shop=twin").text
    assert "<bdi>Electronics</bdi>" in client.get(f"{address(report)}?shop=electronics").text
    assert client.get(f"{address(report)}?shop=books").status_code == 404


def test_a_trial_is_listed_as_one_and_changes_no_month(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    trial = shop.month(JULY, many(5), released=False)
    runs.note(shop.warehouse, shop.draft(trial), trial=True)
    runs.note(shop.warehouse, shop.draft(shop.month(AUGUST, many(6), released=False)), trial=False)
    (found,) = listing.listing(shop.warehouse, ["electronics"]).shops
    assert [(one.version, one.customers) for one in found.months] == [(report.version, 2)]
    assert [(one.version, one.customers, one.is_trial) for one in found.trials] == [(trial.version, 5, True)]
    text = client.get("/").text
    assert text.count('<span class="mark">trial</span>') == 1
    assert ", trial</option>" in text
    assert client.get(f"{address(trial)}?shop=electronics").status_code == 200
    assert client.get(f"/compare?a={key(trial)}&b={key(report)}").status_code == 200


def test_a_trial_whose_report_is_not_there_or_is_the_month_is_not_listed(shop: Shop) -> None:
    report = shop.month(JULY, many(2))
    runs.note(shop.warehouse, shop.draft(report), trial=True)
    unfinished = shop.month(AUGUST, many(5), released=False)
    runs.note(shop.warehouse, shop.draft(unfinished), trial=True)
    shop.file(unfinished, MANIFEST).unlink()
    (found,) = listing.listing(shop.warehouse, ["electronics"]).shops
    assert found.trials == []


def test_own_orders_are_counted_in_their_currency(shop: Shop, client: TestClient) -> None:
    settings = {"source": "orders", "mapping": {"currency": "EUR"}}
    orders = shop.publish("source", None, {"orders.csv": "x"}, settings=settings)
    shop.month(JULY, many(2), category=None, source=orders)
    text = client.get("/").text
    assert "<bdi>Own orders</bdi>" in text
    assert "EUR\u00a0200.00" in text


def test_the_figures_of_a_release_save_reading_its_tables(shop: Shop, monkeypatch) -> None:
    report = shop.month(JULY, many(2), released=False)
    figures = {"customers": 2, "spend": "200.00", "currency": "CHF"}
    releases.create(shop.warehouse, replace(shop.draft(report), figures=figures))
    read = counting(monkeypatch, tables, "read")
    (month,) = listing.listing(shop.warehouse, ["electronics"]).shops[0].months
    assert (month.customers, month.spend, month.currency) == (2, Decimal("200.00"), "CHF")
    assert read == []


def test_generated_data_are_marked(shop: Shop, client: TestClient) -> None:
    shop.month(JULY, many(2))
    assert "generated demo data" not in client.get("/").text
    demo = shop.publish("source", None, {"raw.jsonl": "x"}, settings={"source": "demo"})
    shop.month(AUGUST, many(2), source=demo)
    assert client.get("/").text.count("generated demo data") == 1


@pytest.mark.parametrize("damage", ["manifest", "foreign", "types", "summary", "gone", "release"])
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
        path = releases.place(shop.warehouse, "electronics", AUGUST, 1)
        path.write_text(path.read_text().replace(bad.version, good.version), encoding="utf-8")
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.count("<strong>Damaged.</strong>") == 1
    assert "2023-08-01" in page.text.split("<strong>Damaged.</strong>")[1].split("</p>")[0]
    assert page.text.count(f'<a href="reports/{JULY}/{good.version}?shop=electronics">Report</a>') == 1
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
    releases.place(shop.warehouse, "electronics", JULY, 1).unlink()
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
            f"/compare?a={key(one, shop_named(EVIL))}&b={key(other)}",
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


def test_the_list_says_where_a_release_was_brought_and_what_could_not_be(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    shop.month(AUGUST, many(2))
    release = releases.current(shop.warehouse, "electronics", JULY)
    assert release and release.versions["report"] == report.version
    crm, dwh = Target("table", "customers", "crm"), Target("table", "customers", "dwh")
    with records.writing(shop.warehouse, release) as kept:
        kept.keep(crm, records.record_of(crm, "0" * 12, 2, "run"))
        kept.note_failure(dwh, records.record_of(dwh, "0" * 12, 0, "run", reason=f"the database says: {EVIL}"))
    text = client.get("/").text
    assert "delivered to table customers (crm), " in text and ": 2 rows" in text
    assert "not delivered to table customers (dwh), " in text and "the database says: &lt;script&gt;" in text
    assert EVIL not in text
    assert text.count("delivered to") == 2, "the other month was brought nowhere"
