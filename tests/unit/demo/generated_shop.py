"""A generated shop, read back, for the tests of the demo source."""

import json
from datetime import UTC, datetime
from pathlib import Path

from segmentation.sources import demo_shop

KEPT = {
    "Computers", "All Electronics", "Camera & Photo", "Cell Phones & Accessories", "Home Audio & Theater",
    "Industrial & Scientific", "Car Electronics", "Office Products", "GPS & Navigation", "Amazon Devices",
    "Portable Audio & Accessories", "Musical Instruments", "None", "", None,
}  # fmt: skip
REVIEWS = 20_000


def milliseconds(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def numeric(price: object) -> bool:
    return isinstance(price, float)


class Shop:
    """A generated shop, read back: parsed rows, and the lines that do not parse."""

    def __init__(self, folder: Path, reviews: int, seed: int = 7) -> None:
        self.paths = demo_shop.generate(folder, category="Electronics", reviews=reviews, seed=seed)
        self.review_lines = self.paths["reviews"].read_text("utf-8").removesuffix("\n").split("\n")
        self.product_lines = self.paths["products"].read_text("utf-8").removesuffix("\n").split("\n")
        self.reviews, self.broken_reviews = self.parse(self.review_lines)
        self.products, self.broken_products = self.parse(self.product_lines)
        self.by_parent = {product["parent_asin"]: product for product in self.products}

    @staticmethod
    def parse(lines: list[str]) -> tuple[list[dict], list[str]]:
        rows, broken = [], []
        for line in lines:
            try:
                rows.append(json.loads(line))
            except ValueError:
                broken.append(line)
        return rows, broken

    def one_year_customers(self) -> dict[str, list[tuple[int, float]]]:
        """(time, price) of each purchase from 2022-09-14 to 2023-09-13 that counts, by customer."""
        customers: dict[str, list[tuple[int, float]]] = {}
        for line in set(self.review_lines) - set(self.broken_reviews):
            review = json.loads(line)
            product = self.by_parent.get(review["parent_asin"], {"price": None})
            if (
                review["verified_purchase"]
                and review["timestamp"] >= milliseconds(2022, 9, 14)
                and numeric(product["price"])
                and product["price"] > 0.25
                and product["main_category"] in KEPT
            ):
                customers.setdefault(review["user_id"], []).append((review["timestamp"], product["price"]))
        return customers
