"""The raw files as Spark views of lines, which the SQL of `ingest` reads as JSON."""

from pathlib import Path

from pyspark.sql import SparkSession

COLUMNS = "line string, file string"
VIEWS = {"reviews": "raw_reviews", "products": "raw_products"}


def register(spark: SparkSession, paths: dict[str, list[Path]]) -> None:
    """Register `raw_reviews` and `raw_products`: one row for each line, whatever it holds.

    Spark's JSON reader skips empty lines and makes several rows of a line that holds an array, so lines read by it
    cannot be counted. Only `\\n` ends a line; a `\\r` before it stays, and is white space to JSON.
    """
    for kind, view in VIEWS.items():
        lines = spark.read.option("lineSep", "\n").text([str(path) for path in paths[kind]])
        lines.selectExpr("value AS line", "_metadata.file_name AS file").createOrReplaceTempView(view)
