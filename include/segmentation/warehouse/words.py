"""The words of the report that follow from the kind of source and from what frequency counts."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from segmentation.config.kinds import DATABASE, is_of_orders
from segmentation.config.settings import Settings
from segmentation.planning.plan import CUSTOMERS
from segmentation.warehouse.manifests import Manifest

OWN_ORDERS, OWN_CUSTOMERS = "Own orders", "Own customers"


@dataclass(frozen=True)
class Words:
    """things: what customers make. counted: what frequency counts. one: a single one of these things.
    summed_up: whether the source has customers with their sums, and none of these things by itself."""

    one: str
    things: str
    counted: str
    summed_up: bool = False


def words_of(settings: Settings, kind: str = "") -> Words:
    """The words for these settings; `kind`: that of the plan, where it is known."""
    if kind == CUSTOMERS:
        return Words("order", "orders", "orders", summed_up=True)
    one = "order" if settings.kind == "orders" else "purchase"
    lines = "order lines" if settings.kind == "orders" else "purchases"
    counted = {"orders": f"{one}s", "days": f"days with {_article(one)} {one}", "lines": lines}
    return Words(one, f"{one}s", counted[settings.frequency_counts])


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def currency_of(source: Manifest) -> str:
    """The currency of a source's amounts: an ISO code or a sign; empty where orders do not say it.

    The reviews' prices are in dollars.
    """
    return source.settings.get("mapping", {"currency": "$"}).get("currency") or ""


def calendar_of(source: Manifest) -> str:
    """The zone whose days count: the shop's of a source of orders, else UTC."""
    return source.settings.get("mapping", {}).get("time_zone", "UTC")


def label_of(source: Manifest) -> str:
    """What the source is called on the page."""
    labels = {
        "demo": "generated demo data",
        "files": "own files in the layout of Amazon Reviews 2023",
        "huggingface": "Amazon Reviews 2023, Hugging Face Hub",
    }
    if not is_of_orders(source.settings["source"]):
        return labels[source.settings["source"]]
    things = "customers" if source.settings.get("mapping", {}).get("level") == "customer" else "orders"
    if source.settings["source"] == DATABASE:
        return (
            f"own {things}, {source.settings['table'] or 'a query'} of the connection {source.settings['connection']}"
        )
    names = [PurePath(name).name for name in source.settings["files"]]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"own {things}, {names[0]}{more}"


def category_of(settings: Settings, kind: str) -> str:
    """What the report is of: a category of the reviews, or what the user has."""
    own = {"orders": OWN_ORDERS, CUSTOMERS: OWN_CUSTOMERS}
    return own.get(kind) or settings.category.replace("_", " ")


def mapping_shown(source: Manifest) -> dict[str, Any]:
    """The mapping of orders as settings to show: {} for other sources."""
    mapping = source.settings.get("mapping", {})
    flat = {**mapping.get("columns", {}), **{key: value for key, value in mapping.items() if key != "columns"}}
    flat |= {f"returns {key}": value for key, value in flat.pop("returns", {}).items()}
    if mapping.get("level") == "customer":
        flat = {"last order" if key == "time" else key: value for key, value in flat.items()}
        flat = {key: value for key, value in flat.items() if not key.startswith(("returns ", "order_level"))}
    return {f"mapping: {key}".replace("_", " "): value for key, value in flat.items()}


def orders_quality(figures: dict[str, Any], rows: dict[str, int]) -> dict[str, Any]:
    """What was read, refused and left out of order files, for the page."""
    return {
        "Order lines read": figures.get("order_lines_read"),
        "Lines refused": rows["rejected_rows"],
        "Returns ignored": figures.get("returns_ignored"),
        "Returns subtracted": figures.get("returns_subtracted"),
        "Lines of orders refunded in full": figures.get("refunded_lines"),
        "Lines refunded in part": figures.get("partly_refunded_lines"),
        "Lines left out by only and except": figures.get("order_lines_filtered"),
        "Further rows of orders whose amount stands on their first row": figures.get("order_lines_further"),
        "Lines that stand in another file too, dropped": figures.get("order_lines_repeated"),
        "Lines of 0.00": figures.get("free_lines"),
        "Negative lines that are no return, left out": figures.get("negative_lines_dropped"),
        "Lines dropped by category": figures.get("order_lines_dropped"),
        "Lines that count, all time": rows["purchases"],
        "Customers left out, whose returns took all they spent in the window": figures.get("customers_without_spend"),
    }


def customers_quality(figures: dict[str, Any], rows: dict[str, int]) -> dict[str, Any]:
    """What was read, refused and left out of files with one row per customer, for the page."""
    return {
        "Rows of customers read": figures.get("order_lines_read"),
        "Rows refused": rows["rejected_rows"],
        "Rows left out by only and except": figures.get("order_lines_filtered"),
        "Rows that say the same as another, left out": figures.get("order_lines_repeated"),
        "Customers in the table": rows["given_customers"],
        "First and last of their last orders": _span(figures),
        "Customers left out, with a last order on the as-of date or later": figures.get("customers_late"),
        "Customers left out, with an amount of 0 or less": figures.get("customers_without_spend"),
    }


def _span(figures: dict[str, Any]) -> str | None:
    first, last = figures.get("first_last_order"), figures.get("last_last_order")
    return f"{first} and {last}" if first and last else None


def reviews_quality(figures: dict[str, Any], rows: dict[str, int]) -> dict[str, Any]:
    """What was read, refused, mended and left out of the files of reviews and products, for the page."""
    return {
        "Review lines read": figures.get("review_lines_read"),
        "Product lines read": figures.get("product_lines_read"),
        "Lines refused": rows["rejected_rows"],
        "Verified reviews": figures.get("verified_reviews"),
        "Exact duplicates dropped": figures.get("duplicate_reviews"),
        "Ratings of 0 mended to 1": figures.get("zero_ratings"),
        "Negative votes mended to 0": figures.get("negative_helpful_votes"),
        "Products without a price": figures.get("products_without_price"),
        "Products with a price that is not a number": figures.get("products_with_odd_price"),
        "Products with a price of 0": figures.get("products_with_price_zero"),
        "Products dropped by category": figures.get("products_dropped"),
        "Purchases, all time": rows["purchases"],
        "Purchases without a price, all time": figures.get("purchases_without_price"),
    }
