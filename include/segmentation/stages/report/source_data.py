"""What the report says of the source: the small tables about ratings, products and columns, ready to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from segmentation.common.formatting import MISSING, money, number, percent, shorten
from segmentation.stages.charts import source as data_charts
from segmentation.stages.charts.drawing import Chart
from segmentation.stages.charts.source import category_label, product_label

TABLES = (
    "rating_distribution", "popular_products", "category_summary", "helpful_reviews", "notable_products",
    "data_profile",
)  # fmt: skip
RANKINGS = {
    "purchases_last_year": "Most purchases, last year",
    "purchases_all_time": "Most purchases, all time",
    "five_star_last_year": "Most five-star purchases, last year",
    "five_star_all_time": "Most five-star purchases, all time",
    "most_expensive": "Most expensive",
    "cheapest": "Cheapest",
    "highest_rated": "Highest rated",
    "highest_rated_without_own": "Highest rated, without the shop's own devices",
}
PROFILED = {"reviews": "before cleaning", "products": "before cleaning", "purchases": "after cleaning"}
NAME_LENGTH, SHOWN = 70, 10
Row = Mapping[str, Any]


@dataclass(frozen=True)
class SourceView:
    """All that the page says of the source. Names are cleaned and shortened, but still untrusted texts.

    summary: a sentence. ratings: stars with reviews and shares by status. categories: the largest ones.
    rankings: (heading, rows) of the popular and the notable products. profile: (table, note, rows).
    """

    summary: str
    ratings: Sequence[Row]
    categories: Sequence[Row]
    rankings: Sequence[tuple[str, Sequence[Row]]]
    helpful: Sequence[Row]
    profile: Sequence[tuple[str, str, Sequence[Row]]]
    charts: Sequence[Chart]


def view(frames: Mapping[str, pd.DataFrame]) -> SourceView:
    """The view of these tables, by the name of the dataset."""
    charts = [
        data_charts.rating_distribution(frames["rating_distribution"]),
        data_charts.popular_products(frames["popular_products"]),
        data_charts.top_categories(frames["category_summary"]),
    ]
    return SourceView(
        summary=_summary(frames["rating_distribution"]),
        ratings=_ratings(frames["rating_distribution"]),
        categories=_categories(frames["category_summary"]),
        rankings=_rankings(frames),
        helpful=[_review(row) for row in frames["helpful_reviews"].sort_values("place").itertuples()],
        profile=_profile(frames["data_profile"]),
        charts=[chart for chart in charts if chart],
    )


def _summary(ratings: pd.DataFrame) -> str:
    both = ratings.groupby("period")["reviews"].sum()
    verified = ratings[ratings["verified"].astype(bool)].groupby("period")["reviews"].sum()
    parts = []
    for period, words in (("all_time", "in all"), ("last_year", "in the last year")):
        total, known = both.get(period, 0), verified.get(period, 0)
        parts.append(f"{number(total)} {words} ({percent(known, total)} of them verified)")
    return f"Reviews before this date: {parts[0]}, {parts[1]}."


def _ratings(ratings: pd.DataFrame) -> list[Row]:
    counts = {(row.period, row.stars, row.verified): int(row.reviews) for row in ratings.itertuples()}
    columns = [(period, verified) for period in ("last_year", "all_time") for verified in (True, False)]
    totals = {key: sum(n for (period, _, status), n in counts.items() if (period, status) == key) for key in columns}
    return [
        {
            "stars": stars,
            "cells": [
                (number(counts.get((key[0], stars, key[1]), 0)),
                 percent(counts.get((key[0], stars, key[1]), 0), totals[key]))
                for key in columns
            ],
        }
        for stars in sorted({stars for _, stars, _ in counts}, reverse=True)
    ]  # fmt: skip


def _categories(summary: pd.DataFrame) -> list[Row]:
    rows = summary.assign(name=summary["main_category"].map(category_label))
    rows = rows.sort_values(
        ["purchases_last_year", "products", "name"], ascending=[False, False, True], kind="stable"
    ).head(SHOWN)
    return [
        {
            "name": shorten(row.name_, NAME_LENGTH),
            "dropped": bool(row.dropped),
            "products": number(row.products),
            "mean_price": money(row.mean_price),
            "purchases_last_year": number(row.purchases_last_year),
            "spend_last_year": money(row.spend_last_year, digits=0),
            "purchases": number(row.purchases),
        }
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]


def _rankings(frames: Mapping[str, pd.DataFrame]) -> list[tuple[str, list[Row]]]:
    found = []
    for ranking, heading in RANKINGS.items():
        for name in ("popular_products", "notable_products"):
            rows = frames[name][frames[name]["ranking"] == ranking].sort_values("place").head(SHOWN)
            if len(rows):
                found.append((heading, [_product(row) for row in rows.itertuples()]))
    return found


def _product(row: Any) -> Row:
    """A ranked product with the figure that ranks it."""
    if hasattr(row, "purchases"):
        figure = number(row.purchases)
    elif row.ranking.startswith("highest_rated"):
        figure = f"{number(row.average_rating, 1)} stars, {number(row.rating_number)} ratings"
    else:
        figure = money(row.price)
    name = shorten(product_label(row.product_name, row.parent_asin), NAME_LENGTH)
    return {"place": row.place, "name": name, "category": category_label(row.main_category), "figure": figure}


def _review(row: Any) -> Row:
    return {
        "place": row.place,
        "heading": shorten(row.heading, NAME_LENGTH) if isinstance(row.heading, str) else MISSING,
        "product": shorten(product_label(row.product_name, row.parent_asin), NAME_LENGTH),
        "stars": number(row.stars),
        "verified": "yes" if row.verified else "no",
        "day": str(row.review_day),
        "votes": number(row.helpful_vote),
    }


def _profile(profile: pd.DataFrame) -> list[tuple[str, str, list[Row]]]:
    tables = []
    for name, when in PROFILED.items():
        rows = profile[profile["table_name"] == name].sort_values("place")
        if len(rows):
            note = f"{when}, {number(rows['table_rows'].iloc[0])} rows"
            tables.append((name, note, [_column(row) for row in rows.itertuples()]))
    return tables


def _column(row: Any) -> Row:
    times = row.kind == "time"
    return {
        "name": row.column_name,
        "kind": row.kind,
        "cells": [
            number(row.nulls),
            number(row.placeholders),
            ("" if row.distinct_is_exact else "≈ ") + number(row.distinct_values),
            str(row.first_day) if times and not pd.isna(row.first_day) else exact(row.minimum),
            exact(row.lower_quartile),
            exact(row.median),
            exact(row.upper_quartile),
            str(row.last_day) if times and not pd.isna(row.last_day) else exact(row.maximum),
            exact(row.mean, 4),
            exact(row.deviation, 4),
        ],
    }


def exact(value: Any, digits: int = 6) -> str:
    """A number with the decimals that it has, at most `digits`, or a dash."""
    if pd.isna(value):
        return MISSING
    value = round(Decimal(str(value)), digits).normalize()
    return f"{value + 0:,f}".replace("-", "−")
