"""Fill a PostgreSQL with the tea shop of orders.csv: the table tea.orders, with a type for each column.

Its address is the variable AIRFLOW_CONN_SHOP_DB, from which Airflow takes its connection `shop_db`. Run it as often as
you like: it creates schema and table where they are missing, and replaces the rows in one transaction. Lines whose day
or price nobody can read come without it, as a shop system would keep them.
"""

import csv
import os
import sys
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
from adbc_driver_postgresql import dbapi

ADDRESS = "AIRFLOW_CONN_SHOP_DB"
BERLIN = ZoneInfo("Europe/Berlin")
TABLE = """
CREATE TABLE IF NOT EXISTS tea.orders (
    order_no text NOT NULL,
    ordered_at timestamptz,
    ordered_on date,
    customer text,
    item_no text NOT NULL,
    item text NOT NULL,
    item_group text,
    quantity integer NOT NULL,
    unit_price numeric(10, 2)
)
"""
COLUMNS = pa.schema(
    {
        "order_no": pa.string(),
        "ordered_at": pa.timestamp("us", "UTC"),
        "ordered_on": pa.date32(),
        "customer": pa.string(),
        "item_no": pa.string(),
        "item": pa.string(),
        "item_group": pa.string(),
        "quantity": pa.int32(),
        "unit_price": pa.decimal128(10, 2),
    }
)


def rows(path: Path) -> pa.Table:
    """The lines of the file, one row each, as tea.orders has them."""
    with open(path, encoding="utf-8", newline="") as file:
        return pa.Table.from_pylist([_row(line) for line in csv.DictReader(file)], schema=COLUMNS)


def _row(line: dict[str, str]) -> dict[str, object]:
    at = _time(line["Ordered"])
    return {
        "order_no": line["Order No"],
        "ordered_at": at,
        "ordered_on": at and at.date(),
        "customer": line["Customer"].removesuffix(".0") or None,
        "item_no": line["Item No"],
        "item": line["Item"],
        "item_group": line["Group"] or None,
        "quantity": int(line["Quantity"]),
        "unit_price": _price(line["Unit Price"]),
    }


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=BERLIN)
    except ValueError:
        return None


def _price(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def fill(address: str, orders: pa.Table) -> None:
    """Make tea.orders hold these rows and no others."""
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS tea")
        cursor.execute(TABLE)
        cursor.execute("DELETE FROM tea.orders")
        cursor.adbc_ingest("orders", orders, mode="append", db_schema_name="tea")
        connection.commit()


if __name__ == "__main__":
    address = os.environ.get(ADDRESS, "")
    if not address.startswith(("postgresql://", "postgres://")):
        sys.exit(f"{ADDRESS} is no address of a PostgreSQL, such as postgresql://user:password@127.0.0.1:5432/shop")
    found = rows(Path(__file__).with_name("orders.csv"))
    try:
        fill(address, found)
    except dbapi.Error as error:
        sys.exit(f"{ADDRESS}: {str(error).strip().splitlines()[0]}")
    print(f"tea.orders has {found.num_rows} lines.")
