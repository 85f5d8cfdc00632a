"""The tables about the source worked out in plain Python from the raw lines, to hold the workflow against."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import quantiles, stdev
from typing import Any

from jobs.by_hand import REVIEW_KEYS, lines, price

PLACEHOLDERS = ("None", "none", "N/A", "n/a", "null", "NULL", "")


def known(text: str | None) -> str | None:
    return None if text in PLACEHOLDERS else text


def day(review: dict[str, Any]) -> date:
    return datetime.fromtimestamp(review["timestamp"] / 1000, UTC).date()


def stars(review: dict[str, Any]) -> int:
    return max(1, int(float(review["rating"])))


@dataclass
class Source:
    """The raw lines, and what an as-of date and the excluded categories make of them."""

    reviews: list[dict[str, Any]]
    products: dict[str, dict[str, Any]]
    excluded: tuple[str, ...]
    as_of: date

    @property
    def a_year_before(self) -> date:
        return self.as_of.replace(year=self.as_of.year - 1)

    def dropped(self, product: dict[str, Any]) -> bool:
        return known(product["main_category"]) in self.excluded

    def purchases(self) -> list[dict[str, Any]]:
        """The distinct verified reviews of products that stay."""
        distinct = {tuple(review.get(key) for key in REVIEW_KEYS): review for review in self.reviews}
        return [
            review
            for review in distinct.values()
            if review["verified_purchase"] and not self.dropped(self.products.get(review["parent_asin"], UNLISTED))
        ]

    def in_period(self, rows: list[dict[str, Any]], period: str) -> list[dict[str, Any]]:
        start = self.a_year_before if period.endswith("last_year") else date.min
        return [row for row in rows if start <= day(row) < self.as_of]

    def ratings(self) -> dict[tuple[str, int, bool], int]:
        counts = {(p, n, v): 0 for p in ("all_time", "last_year") for n in range(1, 6) for v in (True, False)}
        for period in ("all_time", "last_year"):
            for review in self.in_period(self.reviews, period):
                counts[period, stars(review), review["verified_purchase"]] += 1
        return counts

    def popular(self) -> Iterator[tuple[str, int, str, str | None, int]]:
        """(ranking, place, product, name, purchases)."""
        bought = self.purchases()
        for ranking in ("purchases_last_year", "purchases_all_time", "five_star_last_year", "five_star_all_time"):
            rows = self.in_period(bought, ranking)
            counts = Counter(
                row["parent_asin"] for row in rows if ranking.startswith("purchases") or float(row["rating"]) == 5
            )
            best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:20]
            for place, (product, times) in enumerate(best, 1):
                yield ranking, place, product, known(self.products.get(product, UNLISTED)["title"]), times

    def categories(self) -> dict[str | None, tuple]:
        """category -> products, priced ones, mean price, purchases and those of the last year, spend and that of it."""
        found: dict[str | None, list[Any]] = defaultdict(lambda: [0, [], 0, 0, Decimal(0), Decimal(0)])
        for product in self.products.values():
            row = found[known(product["main_category"])]
            row[0] += 1
            row[1] += [cost for cost in [price(product["price"])] if cost is not None]
        bought = self.purchases()
        for place, period in enumerate(("all_time", "last_year")):
            for review in self.in_period(bought, period):
                product = self.products.get(review["parent_asin"], UNLISTED)
                row = found[known(product["main_category"])]
                row[2 + place] += 1
                row[4 + place] += price(product["price"]) or 0
        return {
            name: (row[0], len(row[1]), _cents(sum(row[1]) / len(row[1])) if row[1] else None, *row[2:])
            for name, row in found.items()
        }

    def helpful(self) -> list[tuple]:
        """(votes, product, heading, day) of the ten best, exact duplicates once."""
        distinct = {
            (-row["helpful_vote"], row["parent_asin"], row["asin"], row["user_id"], row["timestamp"], row["title"])
            for row in self.in_period(self.reviews, "all_time")
            if row["helpful_vote"] > 0
        }
        return [
            (-votes, product, heading, datetime.fromtimestamp(at / 1000, UTC).date())
            for votes, product, _, _, at, heading in sorted(distinct)[:10]
        ]

    def notable(self) -> Iterator[tuple[str, int, str]]:
        """(ranking, place, product)."""
        shown = [product for product in self.products.values() if not self.dropped(product)]
        priced = [product for product in shown if (price(product["price"]) or 0) > 0]
        rated = [product for product in shown if product["rating_number"] >= 1000]
        others = [product for product in rated if product["main_category"] not in ("Amazon Devices", "Buy a Kindle")]
        for ranking, rows, score in (
            ("most_expensive", priced, lambda p: -price(p["price"])),
            ("cheapest", priced, lambda p: price(p["price"])),
            ("highest_rated", rated, lambda p: -float(p["average_rating"])),
            ("highest_rated_without_own", others, lambda p: -float(p["average_rating"])),
        ):
            rows = sorted(rows, key=lambda p, score=score: (score(p), -p["rating_number"], p["parent_asin"]))
            yield from ((ranking, place, product["parent_asin"]) for place, product in enumerate(rows[:10], 1))

    def numbers(self) -> dict[tuple[str, str], list[Decimal]]:
        """The numbers of each column of the profile."""
        products = list(self.products.values())
        bought = self.purchases()
        costs = [price(self.products.get(row["parent_asin"], UNLISTED)["price"]) for row in bought]
        return {
            ("reviews", "rating"): [Decimal(row["rating"]) for row in self.reviews],
            ("reviews", "helpful_vote"): [Decimal(row["helpful_vote"]) for row in self.reviews],
            ("reviews", "verified_purchase"): [Decimal(row["verified_purchase"]) for row in self.reviews],
            ("products", "average_rating"): [Decimal(row["average_rating"]) for row in products],
            ("products", "rating_number"): [Decimal(row["rating_number"]) for row in products],
            ("products", "price_text"): [cost for row in products if (cost := price(row["price"])) is not None],
            ("purchases", "rating"): [Decimal(max(1, int(float(row["rating"])))) for row in bought],
            ("purchases", "helpful_vote"): [Decimal(max(0, row["helpful_vote"])) for row in bought],
            ("purchases", "price"): [cost for cost in costs if cost is not None],
        }


UNLISTED: dict[str, Any] = {"main_category": None, "title": None, "price": None}


def read(reviews: Path, products: Path, excluded: tuple[str, ...], as_of: date) -> Source:
    return Source(lines(reviews), {row["parent_asin"]: row for row in lines(products)}, excluded, as_of)


def figures(numbers: list[Decimal]) -> tuple:
    """(how many, how many different, smallest, three quartiles, largest, mean, deviation), as the profile rounds."""
    quartiles = [_millionths(value) for value in quantiles(numbers, n=4, method="inclusive")]
    mean = _millionths(sum(numbers) / len(numbers))
    deviation = float(_millionths(stdev(numbers)))
    return len(numbers), len(set(numbers)), min(numbers), *quartiles, max(numbers), mean, deviation


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _millionths(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)
