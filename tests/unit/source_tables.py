"""The tables about the source as small frames, for the tests of their charts and of their section of the page."""

from datetime import date
from decimal import Decimal

import pandas as pd

# Reviews of the last year by stars: (verified, not verified).
LAST_YEAR = {
    1: (268_795, 20_897),
    2: (96_773, 9_063),
    3: (109_692, 14_635),
    4: (161_945, 36_558),
    5: (1_054_998, 135_960),
}


def ratings(last_year: dict[int, tuple[int, int]] = LAST_YEAR, before: int = 1000) -> pd.DataFrame:
    rows = []
    for stars, pair in last_year.items():
        for verified, reviews in zip((True, False), pair, strict=True):
            rows.append(("last_year", stars, verified, reviews))
            rows.append(("all_time", stars, verified, reviews + before))
    return pd.DataFrame(rows, columns=["period", "stars", "verified", "reviews"])


def popular(name: str | None = "USB-C Hub", count: int = 12, most: int = 1_234_567) -> pd.DataFrame:
    rows = [
        (ranking, place, f"P{place:02}", name, "Computers", Decimal("9.99"), most - 1000 * place)
        for ranking in ("purchases_last_year", "purchases_all_time")
        for place in range(count, 0, -1)  # the order of the rows says nothing
    ]
    names = ["ranking", "place", "parent_asin", "product_name", "main_category", "price", "purchases"]
    return pd.DataFrame(rows, columns=names)


def categories(name: str | None = "Computers", count: int = 12) -> pd.DataFrame:
    rows = [
        (f"{name} {n}" if n else name, n == 1, 100 + n, 50, Decimal("12.34"), 90_000 - n, 5_000 - 7 * n,
         Decimal("1234567.89"), Decimal("60000.50"))
        for n in range(count)
    ]  # fmt: skip
    rows.append(("Books", True, 900, 0, None, 0, 0, Decimal(0), Decimal(0)))  # nothing bought
    names = ["main_category", "dropped", "products", "priced_products", "mean_price", "purchases",
             "purchases_last_year", "spend", "spend_last_year"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def helpful(heading: str | None = "Save your money", name: str | None = "USB-C Hub") -> pd.DataFrame:
    names = ["place", "helpful_vote", "heading", "stars", "verified", "review_day", "parent_asin", "product_name"]
    return pd.DataFrame([(1, 46_841, heading, 1, False, date(2015, 3, 2), "P01", name)], columns=names)


def notable(name: str | None = "Lamp") -> pd.DataFrame:
    rows = [
        ("most_expensive", 1, "P01", name, "Computers", Decimal("30999.00"), 4.5, 12),
        ("highest_rated", 1, "P02", name, None, None, 4.9, 1_034_896),
    ]
    names = ["ranking", "place", "parent_asin", "product_name", "main_category", "price", "average_rating",
             "rating_number"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def profile() -> pd.DataFrame:
    nothing = dict.fromkeys(
        ("placeholders", "numbers", "minimum", "lower_quartile", "median", "upper_quartile", "maximum", "mean",
         "deviation", "first_day", "last_day")
    )  # fmt: skip
    rows = [
        {**nothing, "table_name": "purchases", "place": 1, "column_name": "price", "kind": "number", "nulls": 5,
         "distinct_values": 371, "distinct_is_exact": True, "minimum": Decimal("0.0000"),
         "lower_quartile": Decimal("11.990000"), "median": Decimal("22.9"), "upper_quartile": Decimal("59.990000"),
         "maximum": Decimal("30999.0000"), "mean": Decimal("96.457675"), "deviation": 319.173788},
        {**nothing, "table_name": "reviews", "place": 2, "column_name": "reviewed_at", "kind": "time", "nulls": 0,
         "distinct_values": 42_534_478, "distinct_is_exact": False, "first_day": date(1996, 11, 18),
         "last_day": date(2023, 9, 12)},
        {**nothing, "table_name": "reviews", "place": 1, "column_name": "title", "kind": "text", "nulls": 0,
         "distinct_values": 19_258_533, "distinct_is_exact": False},
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(table_rows=43_886_944)


def tables(name: str | None = "USB-C Hub") -> dict[str, pd.DataFrame]:
    return {
        "rating_distribution": ratings(),
        "popular_products": popular(name),
        "category_summary": categories(name),
        "helpful_reviews": helpful(name, name),
        "notable_products": notable(name),
        "data_profile": profile(),
    }
