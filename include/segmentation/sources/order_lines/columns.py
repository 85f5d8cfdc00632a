"""What the headers of order files say of lines that may not count, although the mapping does not ask it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from segmentation.sources.order_lines.filters import Filters

_DOUBTFUL = re.compile(r"\b(?:status|state|refund(?:ed|s)?|cancel(?:l?ed|l?ation)?|void(?:ed)?|chargeback|disputed?)\b")
# `Product Type` or `Card type` are about something else, so all of the header has to say it.
_KINDS = re.compile(
    r"(?:(?:transaction|order|line|row|record|entry|sale|movement|document|doc|invoice|receipt|event) )?"
    r"(?:type|kind)|typ|belegart|vorgangsart|umsatzart|tipo|art"
)
_PLACES = re.compile(r"\b(?:ship|billing|address|province|country|region|delivery|united|tax|fulfil|tracking)")
# What a header calls how many orders somebody had.
ORDER_COUNTS = (
    "orders", "order count", "orders count", "number of orders", "total orders", "no of orders", "num orders",
    "nr of orders", "lifetime orders", "purchases", "purchase count", "number of purchases", "total purchases",
    "transactions", "transaction count", "number of transactions", "frequency", "bestellungen",
    "anzahl bestellungen", "commandes", "nombre de commandes", "pedidos", "numero de pedidos",
)  # fmt: skip
_SUMMED = re.compile(rf"\b(?:{'|'.join(ORDER_COUNTS)})\b")
MOST = 5


def doubtful_columns(source: Mapping[str, Any]) -> str | None:
    """The columns that look as if they say which lines do not count, and that the mapping does not name; else None."""
    found = [name for name in _unmapped(source) if _says_what_counts(spaced(name))]
    return ", ".join(found[:MOST]) or None


def _says_what_counts(header: str) -> bool:
    return bool(_KINDS.fullmatch(header) or (_DOUBTFUL.search(header) and not _PLACES.search(header)))


def summed_columns(source: Mapping[str, Any]) -> str | None:
    """The columns that look as if each row was a customer already summed up; else None."""
    if source["mapping"]["level"] == "customer":
        return None
    found = [name for name in _columns(source) if _SUMMED.search(spaced(name))]
    return ", ".join(found[:MOST]) or None


def _unmapped(source: Mapping[str, Any]) -> list[str]:
    mapping = source["mapping"]
    mapped = {one for name in mapping["columns"].values() for one in ([name] if isinstance(name, str) else name)}
    mapped |= set(Filters(mapping).columns)
    return [name for name in _columns(source) if name not in mapped]


def _columns(source: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys(name for file in source["files"].values() for name in file["columns"])


def spaced(name: str) -> str:
    """A header in lower-case words: `CustomerID`, `customer_id` and `Customer-Id` are `customer id`."""
    name = re.sub(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name[:200])
    return re.sub(r"[\W_]+", " ", name).strip().lower()
