"""What a customer bought in the window of a month, and what of it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from segmentation.pages import listing, lookup
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import data_of, remembered
from segmentation.warehouse.versions import Warehouse

# How release 0.1 named the folder of each month.
PURCHASE_MONTH = "purchase_month="
PURCHASE_COLUMNS = ["purchased_at", "order_id", "parent_asin", "product_name", "price", "rating"]


@dataclass(frozen=True)
class Purchase:
    """A purchase of the window, or an order line. counts: whether its price is one that counts."""

    day: date
    order: str | None
    product: str | None
    price: Decimal | None
    stars: float | None
    counts: bool


def purchases_of(warehouse: Warehouse, month: listing.Month, rfm: Manifest | None, user_id: str) -> list[Purchase]:
    """The purchases from the window's first day on, the newest first; those that do not count are marked."""
    release = releases.find(warehouse, month.shop, month.as_of, month.number or 0)
    version = release.versions.get("purchases", "") if release else ""
    purchases = remembered(warehouse, "purchases", version, None) if version else None
    if purchases is None or rfm is None or "window_start" not in rfm.settings:
        return []
    first = date.fromisoformat(str(rfm.settings["window_start"]))
    zone = ZoneInfo(str(rfm.settings.get("time_zone", "UTC")))
    files = [one for one in data_of(warehouse, purchases) if _in_window(one.name, first, month.as_of)]
    rows = lookup.rows_of(files, user_id, PURCHASE_COLUMNS, purchase_month=(first.replace(day=1), month.as_of))
    found = [_purchase(row, rfm, zone) for row in rows]
    found = [one for one in found if first <= one.day < month.as_of]
    return sorted(found, key=lambda one: (one.day, one.order or "", one.product or ""), reverse=True)


def _in_window(name: str, first: date, as_of: date) -> bool:
    """Whether a file's month may hold a day of the window, where its folder says a month."""
    folder = PurePosixPath(name).parts[0].removeprefix(PURCHASE_MONTH)
    return not folder[:4].isdigit() or str(first.replace(day=1)) <= folder < str(as_of)


def _purchase(row: Mapping[str, Any], rfm: Manifest, zone: ZoneInfo) -> Purchase:
    at: datetime = row["purchased_at"]
    day = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone).date()
    price = None if row["price"] is None else Decimal(row["price"])
    stars = row["rating"]
    return Purchase(day, row["order_id"], row["product_name"] or row["parent_asin"], price, stars, _counts(price, rfm))


def _counts(price: Decimal | None, rfm: Manifest) -> bool:
    """As the SQL of `window_purchases` has it: above the minimum, of orders also returns, and free ones if asked."""
    if price is None:
        return False
    if price > Decimal(str(rfm.settings.get("min_price", 0))):
        return True
    is_orders = "time_zone" in rfm.settings
    return is_orders and (price < 0 or (price == 0 and rfm.settings.get("counts_free_orders") is True))
