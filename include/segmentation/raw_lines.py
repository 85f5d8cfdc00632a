"""The raw files as Spark views: explicit schemas, broken lines kept."""

from pathlib import Path

from pyspark.sql import SparkSession

# `details` and `price` are texts on purpose: Spark hands over the JSON text of an object or a number, and
# inferring `details` would make one field per key, tens of thousands of them.
REVIEW_COLUMNS = (
    "rating double, title string, text string, asin string, parent_asin string, user_id string, "
    "timestamp bigint, helpful_vote bigint, verified_purchase boolean, broken_line string"
)
PRODUCT_COLUMNS = (
    "parent_asin string, title string, main_category string, store string, average_rating double, "
    "rating_number bigint, price string, categories array<string>, details string, broken_line string"
)
VIEWS = {"reviews": ("raw_reviews", REVIEW_COLUMNS), "products": ("raw_products", PRODUCT_COLUMNS)}


def register(spark: SparkSession, paths: dict[str, list[Path]]) -> None:
    """Register `raw_reviews` and `raw_products` over JSON-lines files.

    A line that is not JSON, or has a value of another type, keeps its text in `broken_line`.
    """
    for kind, (view, columns) in VIEWS.items():
        reader = spark.read.schema(columns).option("columnNameOfCorruptRecord", "broken_line")
        frame = reader.json([str(path) for path in paths[kind]])
        frame.selectExpr("*", "_metadata.file_name AS file").createOrReplaceTempView(view)
