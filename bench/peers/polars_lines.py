"""The raw lines of reviews and products, as Polars reads them."""

from pathlib import Path

import polars as pl

REVIEW = {
    "rating": pl.Float64, "title": pl.String, "text": pl.String, "asin": pl.String, "parent_asin": pl.String,
    "user_id": pl.String, "timestamp": pl.Int64, "helpful_vote": pl.Int64, "verified_purchase": pl.Boolean,
}  # fmt: skip
PRODUCT = {
    "parent_asin": pl.String, "title": pl.String, "main_category": pl.String, "store": pl.String,
    "average_rating": pl.Float64, "rating_number": pl.Int64, "categories": pl.List(pl.String),
}  # fmt: skip


def _objects(path: Path, schema: dict[str, pl.DataType], *texts: str) -> pl.LazyFrame:
    """The lines that hold a JSON object, read by the schema; a line that does not end as one was cut off.

    `texts`: fields that come as text, whatever their JSON type.
    """
    line = pl.col("line")
    return (
        pl.scan_lines(path)
        .filter(line.str.starts_with("{") & line.str.ends_with("}"))
        .select(
            line.str.json_decode(pl.Struct(schema)).alias("fields"),
            *[line.str.json_path_match(f"$.{name}").alias(name) for name in texts],
        )
        .unnest("fields")
    )


def reviews(path: Path) -> pl.LazyFrame:
    """The lines that are reviews, with the year of each."""
    return (
        _objects(path, REVIEW)
        .drop_nulls(["user_id", "parent_asin", "timestamp", "rating"])
        .with_columns(
            pl.from_epoch("timestamp", time_unit="ms").cast(pl.Datetime("us")).alias("reviewed_at"),
            pl.col("helpful_vote").fill_null(0),
            pl.col("verified_purchase").fill_null(value=False),
        )
        .with_columns(pl.col("reviewed_at").dt.year().alias("review_year"))
        .drop("timestamp")
    )


def products(path: Path) -> pl.LazyFrame:
    """The lines that are products, with their prices as texts."""
    frame = _objects(path, PRODUCT, "price", "details")
    return frame.drop_nulls("parent_asin").rename({"price": "price_text"})
