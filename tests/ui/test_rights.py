"""Who sees which shop's pages: who may see its DAG, and nobody else by any address."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from months import AUGUST, JULY, Shop, address, customers, key, many

from segmentation.common.paths import DAG_ID
from segmentation.warehouse import releases, runs

BOOKS = f"{DAG_ID}_books"


@pytest.fixture
def seen() -> set[str]:
    """The user may see the DAG of the shop books only."""
    return {BOOKS}


def released(shop: Shop, name: str, as_of=JULY, count: int = 2, dag_id: str | None = None):
    """A month of a shop, released by its own DAG unless another is named."""
    exports = shop.publish("exports", as_of, {"champions.csv": "user_id\nc1\n"})
    report = shop.month(as_of, many(count, prefix=name), released=False, inputs={"exports": exports.version})
    shop.release(report, title=name.title(), name=name, dag_id=f"{DAG_ID}_{name}" if dag_id is None else dag_id)
    return report


def addresses(report, shop: str, query: str) -> list[str]:
    """Every address of a month, with the shop in it or without."""
    rfm, exports = report.inputs["customer_rfm"], report.inputs["exports"]
    sign = f"&{query}" if query else ""
    return [
        f"{address(report)}?{query}",
        f"{address(report)}/downloads?{query}",
        f"/files/report/{report.as_of}/{report.version}/report.html?{query}",
        f"/files/exports/{report.as_of}/{exports}/champions.csv?{query}",
        f"/lineage/report/{report.version}?as_of={report.as_of}{sign}",
        f"/lineage/customer_rfm/{rfm}?as_of={report.as_of}{sign}",
        f"/manifests/customer_rfm/{rfm}?as_of={report.as_of}{sign}",
        f"/versions?of=customer_rfm.{rfm}.{report.as_of}{sign}",
        f"/compare?a={key(report, shop)}&b={key(report, shop)}",
        f"/shops/{shop}",
        f"/shops/{shop}/customers?id={shop}0",
        f"/shops/{shop}/what-if",
    ]


def test_a_user_sees_the_shop_whose_dag_he_may_see_and_no_other(shop: Shop, client: TestClient) -> None:
    books, games = released(shop, "books"), released(shop, "games")
    listed = client.get("/").text
    assert books.version in listed
    assert games.version not in listed
    assert "Games" not in listed
    for query in ("", "shop=books"):
        for path in addresses(books, "books", query):
            assert client.get(path).status_code == 200, path
    for query in ("", "shop=games", "shop=books"):
        for path in addresses(games, "games", query):
            assert client.get(path).status_code == 404, path
    mixed = client.get(f"/compare?a={key(books, 'books')}&b={key(games, 'games')}")
    assert mixed.status_code == 404
    borrowed = client.get(f"/compare?a={key(books, 'books')}&b={key(games, 'books')}")
    assert borrowed.status_code == 404


def test_a_version_that_two_shops_share_is_seen_by_who_may_see_one(shop: Shop, client: TestClient) -> None:
    report = released(shop, "games")
    shop.release(report, title="Books", name="books", dag_id=BOOKS)
    assert client.get(address(report)).status_code == 200
    assert "<bdi>Books</bdi>" in client.get(address(report)).text
    assert client.get(f"{address(report)}?shop=games").status_code == 404


def test_what_a_month_was_made_from_is_seen_too(shop: Shop, client: TestClient) -> None:
    before = shop.publish("customer_rfm", JULY, {"p.parquet": customers(many(1))})
    foreign = shop.publish("customer_rfm", JULY, {"p.parquet": customers(many(2))})
    report = shop.month(AUGUST, many(2), released=False, inputs={"previous_customer_rfm": before.version})
    shop.release(report, title="Books", name="books", dag_id=BOOKS)
    assert client.get(f"/manifests/customer_rfm/{before.version}?as_of={JULY}").status_code == 200
    assert client.get(f"/manifests/customer_rfm/{foreign.version}?as_of={JULY}").status_code == 404


def test_what_a_run_is_making_is_seen_by_who_sees_its_shop(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2), released=False)
    link = f"/versions?shop=books&of=report.{report.version}.{JULY}"
    assert client.get(link).status_code in (403, 404)
    runs.note(shop.warehouse, replace(shop.draft(report, name="books"), dag_id=BOOKS), trial=False)
    assert client.get(link).status_code == 200


def test_a_shop_by_hand_is_for_who_may_see_the_dag_by_hand(shop: Shop, client: TestClient) -> None:
    by_hand = released(shop, "toys", dag_id=DAG_ID)
    released(shop, "books")
    assert client.get(address(by_hand)).status_code == 404


@pytest.mark.parametrize("seen", [{DAG_ID}], ids=["by hand"])
def test_who_may_see_the_dag_by_hand_sees_what_it_made_and_not_the_shops(shop: Shop, client, seen) -> None:
    """Also when a run by hand has made the last release of a shop that has a DAG of its own, or had one."""
    by_hand, books = released(shop, "toys", dag_id=DAG_ID), released(shop, "books")
    later = released(shop, "books", count=3, dag_id=DAG_ID)
    unreleased = shop.month(AUGUST, many(4), released=False)
    for one, status in ((by_hand, 200), (unreleased, 200), (books, 404), (later, 404)):
        assert client.get(address(one)).status_code == status
    listed = client.get("/").text
    assert by_hand.version in listed
    assert later.version not in listed


def test_a_shop_with_a_file_is_its_dags_before_that_has_released_anything(
    shop: Shop, client: TestClient, tmp_path, monkeypatch
) -> None:
    report = released(shop, "books", dag_id=DAG_ID)
    assert client.get(address(report)).status_code in (403, 404)
    (tmp_path / "shops").mkdir()
    (tmp_path / "shops/books.yaml").write_text("params: {source: demo}\n")
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(tmp_path / "shops"))
    assert client.get(address(report)).status_code == 200


def test_who_may_see_no_shop_is_told_so(shop: Shop, client: TestClient) -> None:
    report = released(shop, "games")
    for path in ("/", address(report)):
        assert client.get(path).status_code == 403, path


def test_a_shop_whose_file_is_gone_stays_listed(shop: Shop, client: TestClient) -> None:
    report = released(shop, "books")
    assert releases.shops(shop.warehouse) == ["books"]
    assert client.get(address(report)).status_code == 200
    assert report.version in client.get("/").text


@pytest.mark.parametrize("name", ["../books", "Books", "books.", "b" * 300, "bo\u202eoks", "books__x"])
def test_a_shop_that_may_not_be_one_is_looked_for_nowhere(shop: Shop, client: TestClient, name: str) -> None:
    report = released(shop, "books")
    answer = client.get(address(report), params={"shop": name})
    assert answer.status_code in (404, 422)
