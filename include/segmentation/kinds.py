"""Which sources hold a shop's own orders. Stdlib only, because the params ask."""

FILES, DATABASE = "orders", "database"
OF_ORDERS = (FILES, DATABASE)
# Params that only the source `database` reads. What it was given is in the source version.
OF_A_DATABASE = {"connection", "query", "table", "open_months", "fetch_changed"}


def is_of_orders(source: str) -> bool:
    """Whether a source, by its name, holds order lines that a mapping explains."""
    return source in OF_ORDERS
