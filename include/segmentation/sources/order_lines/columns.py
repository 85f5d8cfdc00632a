"""What the headers of order files say of lines that may not count, although the mapping does not ask it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from segmentation.sources.order_lines.filters import Filters

_DOUBTFUL = re.compile(
    r"\b(?:status|state|refund(?:ed|s)?|cancel(?:l?ed|l?ation)?|void(?:ed)?|chargeback|disputed?)\b", re.IGNORECASE
)
# `Product Type` or `Card type` are about something else, so all of the header has to say it.
_KINDS = re.compile(
    r"(?:(?:transaction|order|line|row|record|entry|sale|movement|document|doc|invoice|receipt|event) )?"
    r"(?:type|kind)|typ|belegart|vorgangsart|umsatzart|tipo|art",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\b(?:ship|billing|address|province|country|region|delivery|united|tax|fulfil|tracking)", re.IGNORECASE
)
_SUMMED = re.compile(
    r"\b(?:frequency|orders|order count|orders count|num(?:ber)? (?:of )?orders|total orders|purchases|transactions)\b",
    re.IGNORECASE,
)
MOST = 5


def doubtful_columns(source: Mapping[str, Any]) -> str | None:
    """The columns that look as if they say which lines do not count, and that the mapping does not name; else None."""
    found = [name for name in _unmapped(source) if _says_what_counts(_spaced(name))]
    return ", ".join(found[:MOST]) or None


def _says_what_counts(header: str) -> bool:
    return bool(_KINDS.fullmatch(header.strip()) or (_DOUBTFUL.search(header) and not _PLACES.search(header)))


def summed_columns(source: Mapping[str, Any]) -> str | None:
    """The columns that look as if each row was a customer already summed up; else None."""
    if source["mapping"]["level"] == "customer":
        return None
    found = [name for name in _columns(source) if _SUMMED.search(_spaced(name))]
    return ", ".join(found[:MOST]) or None


def _unmapped(source: Mapping[str, Any]) -> list[str]:
    mapping = source["mapping"]
    mapped = {one for name in mapping["columns"].values() for one in ([name] if isinstance(name, str) else name)}
    mapped |= set(Filters(mapping).columns)
    return [name for name in _columns(source) if name not in mapped]


def _columns(source: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys(name for file in source["files"].values() for name in file["columns"])


def _spaced(name: str) -> str:
    """orderStatus and order_status as words."""
    return re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[:200]))
