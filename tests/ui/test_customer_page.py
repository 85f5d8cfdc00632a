"""The page of a customer: found or not, what each month says, and that each lookup is known afterwards."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pyarrow as pa
import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from months import AUGUST, JULY, SEPTEMBER, Shop, many
from sqlalchemy.exc import OperationalError

from segmentation.common.paths import DAG_ID
from segmentation.pages import audit, customers, reports_app
from segmentation.warehouse.manifests import Manifest

EVIL = "<script>alert(1)</script>\"' {{7777*7}} \u202e\u05d0"
SETTINGS = {
    "as_of": "2023-08-01",
    "window_start": "2022-08-01",
    "bins_closed": "left",
    "min_price": "0.25",
    "frequency_counts": "lines",
}


def rfm_of(*rows: tuple) -> pa.Table:
    """customer, days, frequency, spend, the three scores, segment."""
    names = ["user_id", "recency_days", "frequency", "monetary", "r_score", "f_score", "m_score", "segment"]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    columns["monetary"] = pa.array(map(Decimal, columns["monetary"]), pa.decimal128(18, 2))
    scores = zip(columns["r_score"], columns["f_score"], columns["m_score"], strict=True)
    return pa.table({**columns, "rfm_score": ["".join(map(str, each)) for each in scores]})


def edges_of(**edges: list[str]) -> pa.Table:
    rows = []
    for metric, own in edges.items():
        ends = [None, *map(Decimal, own), None]
        for place in range(len(ends) - 1):
            score = len(ends) - 1 - place if metric == "recency" else place + 1
            rows.append({"metric": metric, "score": score, "lower": ends[place], "upper": ends[place + 1]})
    types = {"metric": pa.string(), "score": pa.int32(), "lower": pa.decimal128(18, 2), "upper": pa.decimal128(18, 2)}
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def purchases_of(*rows: tuple) -> pa.Table:
    names = ["user_id", "purchased_at", "order_id", "parent_asin", "product_name", "price", "rating"]
    types = [pa.string(), pa.timestamp("us", "UTC"), *[pa.string()] * 3, pa.decimal128(18, 2), pa.float64()]
    data = [dict(zip(names, row, strict=True)) for row in rows]
    return pa.Table.from_pylist(data, pa.schema(list(zip(names, types, strict=True))))


def at(month: int, day: int, hour: int = 12, year: int = 2023) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def month(shop: Shop, as_of: date, rfm: pa.Table, purchases: Manifest | None = None, **settings: object) -> Manifest:
    """A released month with these customers, clusters and lists."""
    ids = rfm["user_id"].to_pylist()
    scored = shop.publish("customer_scores", as_of, {"p.parquet": rfm}, settings={**SETTINGS, **settings})
    made = shop.publish("customer_rfm", as_of, {"p.parquet": rfm}, {"customer_scores": scored.version})
    clusters = pa.table({"user_id": ids, "cluster": [0] * len(ids), "cluster_label": ["Calm"] * len(ids)})
    edges = edges_of(recency=["10", "47"], frequency=["2", "3"], monetary=["20.00", "50.00"])
    lists = {
        f"{name}.parquet": rfm.filter(pa.compute.equal(rfm["segment"], segment)).select(["user_id", "segment"])
        for name, segment in (("champions", "Champions"), ("at-risk", "At Risk"))
    }
    inputs = {
        "customer_rfm": made.version,
        "customer_clusters": shop.publish("customer_clusters", as_of, {"p.parquet": clusters}).version,
        "rfm_edges": shop.publish("rfm_edges", as_of, {"p.parquet": edges}).version,
        "exports": shop.publish("exports", as_of, lists).version,
    }
    versions = {**inputs, **({"purchases": purchases.version} if purchases else {})}
    report = shop.month(as_of, many(1), released=False, inputs=inputs)
    shop.release(report, inputs=versions)
    return report


@pytest.fixture(params=["in one file", "in a folder for each month, as release 0.1 had it"])
def bought(shop: Shop, request: pytest.FixtureRequest) -> Manifest:
    """A shop with two months, and purchases of two customers."""
    files = {
        "purchase_month=2022-07-01/p.parquet": purchases_of(
            ("ann", at(7, 31, year=2022), None, "B1", "Before the window", Decimal(9), 5.0)
        ),
        "purchase_month=2022-08-01/p.parquet": purchases_of(
            ("ann", at(8, 1, 0, year=2022), "o1", "B1", EVIL, Decimal("19.99"), 5.0),
            ("bob", at(8, 2, year=2022), None, "B1", "Not hers", Decimal(9), 5.0),
        ),
        "purchase_month=2023-07-01/p.parquet": purchases_of(
            ("ann", at(7, 31, 23), None, "B2", None, None, None),
            ("ann", at(7, 2), "o2", "B3", "For a dime", Decimal("0.10"), 1.0),
        ),
        "purchase_month=2023-08-01/p.parquet": purchases_of(
            ("ann", at(8, 1, 0), None, "B4", "After it", Decimal(9), 5.0)
        ),
    }
    if request.param == "in one file":
        days = [date.fromisoformat(name[len("purchase_month=") :][:10]) for name in files]
        tables = [
            table.append_column("purchase_month", pa.array([day] * table.num_rows))
            for day, table in zip(days, files.values(), strict=True)
        ]
        files = {"p.parquet": pa.concat_tables(tables)}
    purchases = shop.publish("purchases", None, files)
    month(shop, JULY, rfm_of(("ann", 40, 1, "19.99", 2, 1, 1, "At Risk"), ("cay", 5, 1, "1.00", 3, 1, 1, "Lost")))
    rows = [("ann", 9, 2, "49.99", 3, 2, 2, "Champions"), ("annabel", 9, 2, "49.99", 3, 2, 2, "Champions")]
    return month(shop, AUGUST, rfm_of(*rows), purchases)


def found(shop: Shop, who: str, **named: bool) -> customers.Found:
    one = customers.find(shop.warehouse, "electronics", who, **named)
    assert one is not None
    assert one.missing == []
    return one


def test_each_month_says_values_scores_segment_cluster_and_edges(shop: Shop, bought: Manifest) -> None:
    now, before = found(shop, "ann").visits
    assert (now.segment, now.cluster, now.score) == ("Champions", "Calm", "322")
    assert [(str(one.value), one.score) for one in now.metrics] == [("9", 3), ("2", 2), ("49.99", 2)]
    assert (before.month.as_of, before.segment, before.score) == (JULY, "At Risk", "211")
    assert found(shop, "ann").sentences == [
        "1 day more and the recency score falls to 2.",
        "1 purchase more and the frequency score rises to 3.",
        "1 purchase fewer and the frequency score falls to 1.",
        "$0.01 more and the spend score rises to 3.",
        "$30.00 less and the spend score falls to 1.",
    ]


def test_the_purchases_are_those_of_the_window_and_say_what_does_not_count(shop: Shop, bought: Manifest) -> None:
    one = found(shop, "ann")
    assert [(str(each.day), each.product, each.counts) for each in one.purchases] == [
        ("2023-07-31", "B2", False),
        ("2023-07-02", "For a dime", False),
        ("2022-08-01", EVIL, True),
    ]
    assert one.lists == ["champions"]


def test_orders_go_by_the_shops_calendar_and_returns_count(shop: Shop) -> None:
    rows = [
        ("ann", at(7, 31, 23), "o1", None, None, Decimal(5), None),
        ("ann", at(7, 31, 12), "o2", None, None, Decimal(-5), None),
        ("ann", at(7, 30, 12), "o3", None, None, Decimal(0), None),
    ]
    purchases = shop.publish("purchases", None, {"purchase_month=2023-07-01/p.parquet": purchases_of(*rows)})
    rfm = rfm_of(("ann", 1, 1, "5.00", 3, 1, 1, "Champions"))
    settings = {"time_zone": "Europe/Berlin", "min_price": "0", "frequency_counts": "orders"}
    month(shop, AUGUST, rfm, purchases, **settings)
    assert [(one.order, one.counts) for one in found(shop, "ann").purchases] == [("o2", True), ("o3", False)]
    month(shop, AUGUST, rfm, purchases, **settings, counts_free_orders=True)
    assert [(one.order, one.counts) for one in found(shop, "ann").purchases] == [("o2", True), ("o3", True)]


def test_who_is_no_customer_any_more_is_found_in_an_earlier_month(shop: Shop, client: TestClient, bought) -> None:
    one = found(shop, "cay")
    assert (one.of.as_of, [bool(visit.metrics) for visit in one.visits]) == (JULY, [False, True])
    text = client.get("/shops/electronics/customers?id=cay").text
    assert "In later months they are no customer" in text
    assert "In none." in text


def test_twelve_months_are_shown_and_the_rest_on_request(shop: Shop, client: TestClient) -> None:
    for place in range(14):
        who = "ann" if place else "old"
        month(shop, date(2022 + place // 12, place % 12 + 1, 1), rfm_of((who, 9, 1, "1.00", 3, 1, 1, "Champions")))
    one = found(shop, "ann")
    assert (len(one.visits), one.more_months) == (12, 2)
    assert (
        'href="customers?id=ann&amp;all=1">2 earlier months' in client.get("/shops/electronics/customers?id=ann").text
    )
    assert len(found(shop, "ann", all_months=True).visits) == 14
    assert len(found(shop, "old").visits) == 14, "who is in none of the twelve is looked for in all"


def test_a_month_of_an_earlier_release_has_its_settings_with_its_customers(shop: Shop) -> None:
    report = month(shop, AUGUST, rfm_of(("ann", 9, 1, "1.00", 3, 1, 1, "Champions")))
    rfm = shop.input(report, "customer_rfm")
    files = {"p.parquet": rfm_of(("ann", 9, 1, "1.00", 3, 1, 1, "Champions"))}
    old = shop.publish("customer_rfm", AUGUST, files, settings=SETTINGS)
    told = shop.publish(
        "report", AUGUST, {"report.html": "x"}, {**report.inputs, "customer_rfm": old.version}, report.settings
    )
    shop.release(told)
    assert rfm.settings == {}
    assert len(found(shop, "ann").sentences) == 3


def test_scores_of_ranks_have_no_edges(shop: Shop, client: TestClient) -> None:
    month(shop, AUGUST, rfm_of(("ann", 9, 1, "1.00", 3, 1, 1, "Champions")), bins_closed="")
    assert found(shop, "ann").sentences == []
    assert "come from ranks, not from edges" in client.get("/shops/electronics/customers?id=ann").text


def test_the_page_escapes_what_is_in_the_data_and_in_the_address(shop: Shop, client: TestClient, bought) -> None:
    for text in (client.get("/shops/electronics/customers?id=ann").text, search(client, EVIL).text):
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
        assert "77777" not in text.replace("7777*7", "")
        assert "\u202e" not in text.partition("<h2")[2], "outside of what was typed"


def search(client: TestClient, who: str):
    return client.get("/shops/electronics/customers", params={"id": who})


def test_an_id_that_is_none_gives_those_that_begin_so(shop: Shop, client: TestClient, bought: Manifest) -> None:
    text = search(client, "an").text
    assert "No month has this customer" in text
    assert 'href="customers?id=ann"' in text
    assert 'href="customers?id=annabel"' in text
    assert "No id of the current month begins with" in search(client, "ANN").text
    rows = [(f"x{number:02}", 9, 1, "1.00", 3, 1, 1, "Champions") for number in range(60)]
    month(shop, SEPTEMBER, rfm_of(*rows))
    text = search(client, "x").text
    assert "The first 50 ids" in text
    assert text.count("<li><a href=") == 50 + 2


def test_ids_in_addresses_are_quoted(shop: Shop, client: TestClient) -> None:
    odd = "a&id=b#'\"%/../<é"
    month(shop, AUGUST, rfm_of((odd, 9, 1, "1.00", 3, 1, 1, "Champions"), ("b", 1, 1, "1.00", 3, 1, 1, "Lost")))
    assert "%26id%3Db%23%27%22%25/../%3C%C3%A9" in search(client, "a&").text
    assert found(shop, odd).user_id == odd


def test_every_lookup_is_in_the_audit_log_and_nothing_else(shop: Shop, client, bought, audited: list[tuple]) -> None:
    client.get("/shops/electronics/customers")
    client.get("/shops/electronics")
    assert audited == []
    for who in ("ann", "nobody", "ann"):
        search(client, who)
    client.head("/shops/electronics/customers?id=bob")
    assert [event[0] for event in audited] == ["customer_lookup"] * 4
    assert {event[1] for event in audited} == {DAG_ID}
    assert [event[2] for event in audited] == [
        {"shop": "electronics", "customer": who} for who in ("ann", "nobody", "ann", "bob")
    ]


def test_what_cannot_be_logged_is_not_answered(shop: Shop, client: TestClient, bought: Manifest, monkeypatch) -> None:
    def no_session(*_, **__):
        raise OperationalError("INSERT", {}, Exception("locked"))

    monkeypatch.setattr("airflow.utils.session.create_session", no_session)
    write = audit.the_audit(SimpleNamespace(get_name=lambda: "ann"))
    with pytest.raises(HTTPException, match="audit log cannot be written"):
        write("customer_lookup", DAG_ID, {})
    reports_app.app.dependency_overrides[audit.the_audit] = lambda: write
    answer = search(client, "ann")
    assert answer.status_code == 503
    assert "49.99" not in answer.text


def test_the_log_names_event_user_dag_and_id(monkeypatch) -> None:
    added = []

    class Session:
        add = staticmethod(added.append)
        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda *_: None  # noqa: E731

    monkeypatch.setattr("airflow.utils.session.create_session", Session)
    audit.the_audit(SimpleNamespace(get_name=lambda: "vera"))("customer_lookup", "a_dag", {"customer": "é\n"})
    (row,) = added
    assert (row.event, row.owner, row.dag_id) == ("customer_lookup", "vera", "a_dag")
    assert row.extra == '{"customer": "\\u00e9\\n"}'


@pytest.mark.parametrize("seen", [{f"{DAG_ID}_books"}], ids=["another shop's"])
def test_who_may_not_see_the_shop_looks_up_nobody(shop: Shop, client, bought, audited: list[tuple], seen) -> None:
    shop.release(shop.month(JULY, many(1)), title="Books", name="books", dag_id=f"{DAG_ID}_books")
    assert search(client, "ann").status_code == 404
    assert audited == []


@pytest.mark.parametrize("who", ["a" * 501, "\x00" * 600, "%ed%a0%80"], ids=["long", "zeros", "half a character"])
def test_what_can_be_no_id_is_refused(shop: Shop, client: TestClient, bought: Manifest, who: str) -> None:
    path = f"/shops/electronics/customers?id={who}"
    answer = client.get(path.replace("\x00", "%00"))
    assert answer.status_code in (200, 422)
    assert "49.99" not in answer.text


def test_a_damaged_table_is_named_and_the_rest_is_shown(shop: Shop, client: TestClient, bought: Manifest) -> None:
    shop.file(shop.input(bought, "exports"), "champions.parquet").write_bytes(b"PAR1")
    text = search(client, "ann").text
    assert "In which lists they are cannot be told." in text
    assert "$49.99" in text
    shop.file(shop.input(bought, "customer_clusters"), "p.parquet").write_bytes(b"PAR1")
    assert "The month as of 2023-08-01 cannot be told." in search(client, "ann").text
