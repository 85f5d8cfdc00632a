"""A small shop whose every text tries to be something else: markup, a formula, SQL, a template, a path."""

import json
from datetime import UTC, datetime, timedelta

TEXTS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</table></style><svg onload=alert(1)>",
    '=HYPERLINK("http://x.example","click")',
    "+1-1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1",
    "'; DROP TABLE reviews; --",
    "' OR '1'='1",
    "a {{ 7*7 }}{% raw %}${7*7}",
    "../../etc/passwd",
    "\u202eשלום\u202c مرحبا",
    "two\nlines, and \"quotes\"",
    "a" * 3000,
    "&lt;b&gt; &amp;",
]  # fmt: skip
CUSTOMERS = 48
AS_OF = "2023-07-01"


def products() -> list[str]:
    """A product for each text, as raw lines."""
    return [
        json.dumps({
            "parent_asin": _product(n), "title": text, "main_category": text[:200], "store": text,
            "average_rating": 4.0, "rating_number": 2000 + n, "price": f"{n + 1}.50", "categories": [text[:50]],
            "details": {text[:50]: text[:50]},
        })
        for n, text in enumerate(TEXTS)
    ]  # fmt: skip


def reviews() -> list[str]:
    """The customers' reviews, a month between those of one customer, as raw lines."""
    return [
        json.dumps({
            "rating": 5.0, "title": TEXTS[(n + m) % len(TEXTS)], "text": TEXTS[n % len(TEXTS)], "images": [],
            "asin": f"A{n}", "parent_asin": _product((n * 7 + m) % len(TEXTS)), "user_id": user(n),
            "timestamp": _millis(days_ago=3 + 7 * n + 30 * m), "helpful_vote": n, "verified_purchase": True,
        })
        for n in range(CUSTOMERS)
        for m in range(1 + n % 5)
    ]  # fmt: skip


def _product(number: int) -> str:
    return f"P{number}{TEXTS[number][:40]}"


def user(number: int) -> str:
    """The id of a customer."""
    return TEXTS[number % len(TEXTS)][:60] + (str(number) if number >= len(TEXTS) else "")


def _millis(days_ago: int) -> int:
    return int((datetime(2023, 7, 1, tzinfo=UTC) - timedelta(days=days_ago)).timestamp() * 1000)
