"""Order files with one row per customer: what their mapping and their params may say."""

from pathlib import Path

import pytest

from segmentation import sources
from segmentation.common.errors import UserError
from segmentation.config.settings import parse
from segmentation.sources.orders_mapping import read_mapping
from segmentation.warehouse.versions import Warehouse

COLUMNS = "level: customer\ncustomer: Who\nlast_order: Last\norders: Number\namount: Sum\n"


def test_the_columns_of_a_table_of_customers_are_read() -> None:
    mapping = read_mapping(COLUMNS)
    assert mapping["level"] == "customer"
    assert mapping["columns"] == {"customer": "Who", "time": "Last", "orders": "Number", "amount": "Sum"}


@pytest.mark.parametrize("key", ["customer", "last_order", "orders", "amount"])
def test_each_of_the_four_columns_is_needed(key: str) -> None:
    lines = [line for line in COLUMNS.splitlines() if not line.startswith(key)]
    with pytest.raises(UserError, match=f"orders_mapping: {key} is missing; give the column that holds it"):
        read_mapping("\n".join(lines))


@pytest.mark.parametrize(
    "more", ["time: Day", "quantity: Q", "order: No", "product: P", "refunded: R", "returns: {do: ignore}",
             "order_level: [Sum]"],
)  # fmt: skip
def test_a_key_about_lines_is_refused_and_not_passed_over(more: str) -> None:
    with pytest.raises(UserError, match=f"{more.split(':')[0]} is no key with level customer; columns are customer, "):
        read_mapping(COLUMNS + more)


@pytest.mark.parametrize("key", ["last_order", "orders"])
def test_the_keys_of_customers_are_none_of_order_lines(key: str) -> None:
    with pytest.raises(UserError, match=f"{key} is no key with level order"):
        read_mapping(f"customer: Who\ntime: Day\namount: Sum\n{key}: X")


@pytest.fixture
def fetched(tmp_path: Path):
    def fetch(header: str = "Who,Last,Number,Sum", **params: object) -> dict:
        (tmp_path / "c.csv").write_text(f"{header}\nann,2023-05-01,2,9.50\n")
        given = {"source": "orders", "files_path": str(tmp_path / "c.csv"), "orders_mapping": COLUMNS, **params}
        return sources.fetch(parse(given), Warehouse(tmp_path / "w"), "test", report=lambda line: None).settings

    return fetch


def test_the_table_and_its_mapping_are_a_source_version(fetched) -> None:
    settings = fetched(window_months=6)  # which every form sends along
    assert (settings["source"], settings["mapping"]["level"]) == ("orders", "customer")
    assert settings["files"]["c.csv"]["columns"] == ["Who", "Last", "Number", "Sum"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("frequency_counts", "days", "'days' is not allowed. Allowed: orders with level: customer"),
        ("min_price", 5, "'5' is not allowed. Allowed: 0 with level: customer"),
        ("excluded_categories", ["Gifts"], "is not allowed. Allowed: none with level: customer"),
        ("keep_unknown_category", False, "'False' is not allowed. Allowed: true with level: customer"),
    ],
)
def test_a_param_about_lines_is_refused_before_anything_is_read(fetched, name, value, told: str) -> None:
    with pytest.raises(UserError, match=f"Param {name}: .*{told} in orders_mapping, since the table"):
        fetched(**{name: value})


def test_a_column_that_is_missing_is_named_by_the_key_that_the_user_wrote(fetched) -> None:
    with pytest.raises(UserError, match=r"last_order is 'Last', but .*c\.csv has no column of that name"):
        fetched(header="Who,Day,Number,Sum")
