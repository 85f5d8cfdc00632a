"""The source `database`: equal orders by every road, with their types; what a version rests on, and what it records."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

import shops
from segmentation import sources
from segmentation.common.errors import UserError
from segmentation.sources.order_lines.lines import Lines
from segmentation.warehouse.versions import Warehouse
from shops import IDS, ROWS, fetch, landed

ROADS = ["postgres", "hook", "sqlite", "duckdb"]


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., shops.Connection]:
    """Puts rows into a database of the road that the test asks for, and returns its connection."""
    road = getattr(request, "param", "postgres")
    if road in ("postgres", "hook"):
        server = request.getfixturevalue("server")
        put = shops.in_postgres if road == "postgres" else shops.by_hook
        return lambda rows=ROWS: put(server, rows)
    put = shops.in_sqlite if road == "sqlite" else shops.in_duckdb
    return lambda rows=ROWS: put(tmp_path, rows)


every_road = pytest.mark.parametrize("shop", ROADS, indirect=True)


@every_road
def test_the_lines_of_a_table_are_those_of_its_rows(shop, warehouse: Warehouse) -> None:
    manifest = fetch(warehouse, shop())
    paths = sources.raw_files(warehouse, manifest.version)["orders"]
    read = pa.Table.from_batches(batch for path in paths for batch in Lines(manifest.settings).read(path))
    found = sorted(zip(*(read.column(name).to_pylist() for name in ("order_id", "user_id", "ordered_at", "amount",
                                                                     "product_name")), strict=True))  # fmt: skip
    assert found == [(row[0], row[1], datetime.fromisoformat(row[2]), Decimal(row[4]), row[5]) for row in sorted(ROWS)]
    assert manifest.settings["rows"]["orders.parquet"]["rows"] == len(ROWS)


@pytest.mark.parametrize("shop", ["postgres", "hook", "duckdb"], indirect=True)
def test_typed_columns_stay_typed(shop, warehouse: Warehouse) -> None:
    manifest = fetch(warehouse, shop(), mapping={"only": {"day": ["2023-01-31"]}})
    row = landed(warehouse, manifest)[0]
    assert row == {"id": IDS[0], "who": "ann", "ordered": datetime(2023, 1, 31, 23, 30, tzinfo=UTC),
                   "paid": Decimal("12.50"), "what": "Assam, 'loose'", "day": date(2023, 1, 31)}  # fmt: skip
    kinds = manifest.settings["columns"]
    assert (
        kinds["ordered"] == "timestamp[us, tz=UTC]" and kinds["day"] == "date32[day]" and "decimal128" in kinds["paid"]
    )


@every_road
def test_equal_rows_in_another_order_are_the_same_version(shop, warehouse: Warehouse) -> None:
    first, again = fetch(warehouse, shop()), fetch(warehouse, shop(ROWS[::-1]))
    assert first == again
    other = fetch(warehouse, shop([*ROWS[:3], (*ROWS[3][:4], "1000000.02", ROWS[3][5])]))
    more = fetch(warehouse, shop([*ROWS, ROWS[0]]))
    assert len({first.version, other.version, more.version}) == 3


@every_road
def test_the_dates_of_the_run_are_bound(shop, warehouse: Warehouse) -> None:
    query = (
        "SELECT id, who, ordered, paid, what /* not :this */ FROM orders -- :nor this\n"
        "WHERE day >= :window_start AND day < :as_of AND (what <> ':as_of;' OR what IS NULL)"
    )
    manifest = fetch(warehouse, shop(), query=query, as_of="2023-03-06", window_months=1)
    assert [row["id"] for row in landed(warehouse, manifest)] == [IDS[2]]
    assert manifest.settings["query"] == query


@every_road
def test_only_what_the_mapping_names_is_fetched(shop, warehouse: Warehouse) -> None:
    assert set(landed(warehouse, fetch(warehouse, shop()))[0]) == {"id", "who", "ordered", "paid", "what"}


@every_road
def test_no_rows_are_told(shop, warehouse: Warehouse) -> None:
    with pytest.raises(UserError, match=r"Param table: it has no rows\."):
        fetch(warehouse, shop([]))


def test_nothing_of_the_connection_but_its_name_is_recorded(shop, warehouse: Warehouse) -> None:
    connection = shop()
    said: list[str] = []
    manifest = fetch(warehouse, connection, said)
    kept = "".join(path.read_text(errors="replace") for path in warehouse.root.rglob("*.json")) + "".join(said)
    assert shops.CONNECTION in kept and json.loads(json.dumps(manifest.settings))["connection"] == shops.CONNECTION
    for held in (connection.password, connection.host, str(connection.port)):
        assert held not in kept


def test_nothing_is_left_in_the_landing_area(shop, warehouse: Warehouse) -> None:
    (warehouse.root / "_landing").mkdir(parents=True)
    fetch(warehouse, shop())
    assert not list((warehouse.root / "_landing").iterdir())
