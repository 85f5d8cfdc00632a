"""Which sources hold a shop's own orders, and what is an address. Stdlib only, because the params ask."""

import re

_SCHEME = re.compile(r"[a-z][a-z0-9+]*://")
FILES, DATABASE = "orders", "database"
OF_ORDERS = (FILES, DATABASE)
# Params that only the source `database` reads. What it was given is in the source version.
OF_A_DATABASE = {"connection", "query", "table", "open_months", "fetch_changed"}


def is_of_orders(source: str) -> bool:
    """Whether a source, by its name, holds order lines that a mapping explains."""
    return source in OF_ORDERS


def is_address(text: str | None) -> bool:
    """Whether a text names something elsewhere, such as s3://bucket/orders.csv, and no file of this machine."""
    return bool(text and _SCHEME.match(text.strip()) and "\n" not in text)
