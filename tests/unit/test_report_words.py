"""The words that follow from the kind of source."""

import pytest

from segmentation.config.settings import parse
from segmentation.sources import RESOLVERS
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.words import category_of, currency_of, label_of, mapping_shown, words_of

ORDERS = {"source": "orders", "files_path": "f", "orders_mapping": "m"}


def source(**settings: object) -> Manifest:
    return Manifest("source", "0" * 12, None, "", 1, 1, {}, {}, {}, settings, {}, "run")


@pytest.mark.parametrize(
    ("given", "things", "counted"),
    [
        ({}, "purchases", "purchases"),
        ({"frequency_counts": "days"}, "purchases", "days with a purchase"),
        ({"frequency_counts": "lines"}, "purchases", "purchases"),
        (ORDERS, "orders", "orders"),
        ({**ORDERS, "frequency_counts": "days"}, "orders", "days with an order"),
        ({**ORDERS, "frequency_counts": "lines"}, "orders", "order lines"),
    ],
)
def test_what_customers_make_and_what_is_counted(given: dict, things: str, counted: str) -> None:
    assert (words_of(parse(given)).things, words_of(parse(given)).counted) == (things, counted)


def test_reviews_are_priced_in_dollars_and_orders_in_their_currency() -> None:
    assert currency_of(source(source="demo")) == "$"
    assert currency_of(source(source="orders", mapping={"currency": "CHF"})) == "CHF"


def test_own_orders_are_called_by_their_first_file() -> None:
    assert label_of(source(source="demo")) == "generated demo data"
    for name in RESOLVERS:
        given = source(source=name, files={"a.csv": {}}, table="t", connection="c")
        assert label_of(given), f"{name} has no name on the page"
    assert label_of(source(source="orders", files={"a.csv": {}})) == "own orders, a.csv"
    assert label_of(source(source="orders", files=dict.fromkeys("abc"))) == "own orders, a and 2 more"


CUSTOMERS = {"columns": {"customer": "Who", "time": "Last"}, "level": "customer", "returns": {"do": "ignore"},
             "order_level": [], "time_zone": "UTC"}  # fmt: skip


def test_customers_who_are_summed_up_have_words_of_their_own() -> None:
    words = words_of(parse({**ORDERS, "frequency_counts": "orders"}), "customers")
    assert (words.things, words.counted, words.one, words.summed_up) == ("orders", "orders", "order", True)
    assert not words_of(parse(ORDERS), "orders").summed_up
    found = source(source="orders", files={"a.csv": {}}, mapping=CUSTOMERS)
    assert label_of(found) == "own customers, a.csv"
    assert [category_of(parse(ORDERS), kind) for kind in ("orders", "customers")] == ["Own orders", "Own customers"]
    assert category_of(parse({"category": "Gift_Cards"}), "reviews") == "Gift Cards"


def test_the_mapping_of_customers_is_shown_without_what_is_about_lines() -> None:
    assert mapping_shown(source(source="orders", mapping=CUSTOMERS)) == {
        "mapping: customer": "Who", "mapping: last order": "Last", "mapping: level": "customer",
        "mapping: time zone": "UTC",
    }  # fmt: skip


def test_the_mapping_is_shown_flat() -> None:
    mapping = {"columns": {"unit_price": "Each"}, "returns": {"do": "ignore"}, "decimal": ","}
    assert mapping_shown(source(source="orders", mapping=mapping)) == {
        "mapping: unit price": "Each", "mapping: returns do": "ignore", "mapping: decimal": ",",
    }  # fmt: skip
    assert mapping_shown(source(source="demo")) == {}
