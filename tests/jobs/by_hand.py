"""The figures of a customer worked out in plain Python from the raw lines, to hold the workflow against."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

REVIEW_KEYS = (
    "rating", "title", "text", "asin", "parent_asin", "user_id", "timestamp", "helpful_vote", "verified_purchase",
)  # fmt: skip


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines that are JSON objects."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line, parse_float=str))
        except ValueError:
            continue
    return [entry for entry in found if isinstance(entry, dict)]


def price(text: Any) -> Decimal | None:
    """A price as an exact number, or None if it is not one."""
    try:
        return Decimal(str(text)).quantize(Decimal("0.01")) if text is not None else None
    except InvalidOperation:
        return None


def customers(
    reviews: Path, products: Path, start: date, as_of: date, excluded: tuple[str, ...] = (), keep_unknown: bool = True
) -> dict[str, tuple[int, int, Decimal]]:
    """user_id -> (recency in days, frequency, monetary) in the half-open window [start, as_of)."""
    known = {}
    for product in lines(products):
        category = product["main_category"]
        if category in (None, "", "None", "none", "N/A", "n/a", "null", "NULL"):
            dropped = not keep_unknown
        else:
            dropped = category in excluded
        known[product["parent_asin"]] = None if dropped else price(product["price"])
    distinct = {tuple(review.get(key) for key in REVIEW_KEYS) for review in lines(reviews)}
    bought: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in distinct:
        review = dict(zip(REVIEW_KEYS, row, strict=True))
        day = datetime.fromtimestamp(review["timestamp"] / 1000, UTC).date()
        cost = known.get(review["parent_asin"])
        if review["verified_purchase"] and start <= day < as_of and cost is not None and cost > Decimal("0.25"):
            bought[review["user_id"]].append((day, cost))
    return {
        user: ((as_of - max(day for day, _ in items)).days, len(items), sum(cost for _, cost in items))
        for user, items in bought.items()
    }


def quintile_scores(values: dict[str, Any]) -> dict[str, int]:
    """Scores 1 to 5 by type-7 quintiles, in exact fractions; a value on an edge belongs to the bin above."""
    ordered = sorted(Fraction(value) for value in values.values())
    edges = []
    for fifth in range(1, 5):
        rank = Fraction((len(ordered) - 1) * fifth, 5)
        low = floor(rank)
        high = min(low + 1, len(ordered) - 1)
        edges.append(ordered[low] + (rank - low) * (ordered[high] - ordered[low]))
    return {user: 1 + sum(edge <= Fraction(value) for edge in edges) for user, value in values.items()}
