"""The raw files as Spark views of lines, which the SQL of `ingest` reads as JSON; the plain ones need no SQL."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

from segmentation.engine.session import parallelism
from segmentation.engine.shipped_code import shipped
from segmentation.engine.spark_paths import literal
from segmentation.stages.ingest.plain_files import Range, Taken, ranges, remove_strays, take

LINES = "line binary, file string"
VIEWS = {"reviews": "raw_reviews", "products": "raw_products"}
# Files up to so many bytes are read on the driver: starting tasks would take longer.
ON_DRIVER = 48 << 20


def register(spark: SparkSession, kind: str, paths: list[Path]) -> None:
    """Register `raw_reviews` or `raw_products`: one row for each line of the files, whatever it holds.

    Spark's JSON reader skips empty lines and makes several rows of a line that holds an array, so lines read by it
    cannot be counted. Only `\\n` ends a line; a `\\r` before it stays, and is white space to JSON.
    """
    lines = spark.read.option("lineSep", "\n").text([literal(path) for path in paths])
    lines.selectExpr("value AS line", "_metadata.file_name AS file").createOrReplaceTempView(VIEWS[kind])


def take_plain_reviews(spark: SparkSession, paths: list[Path], rows_folder: Path | None, aside: Path) -> int:
    """Write the plain lines of the reviews files as Parquet below `rows_folder`; register the others as `raw_reviews`.

    `aside` is a folder for the lines in between, which has to stay until the view is no longer read. Without
    `rows_folder` no row is written. Returns the number of plain lines.
    """
    aside.mkdir()
    parts = ranges(paths, parallelism(spark))
    folder = str(rows_folder) if rows_folder else None
    if sum(part.end - part.start for part in parts) <= ON_DRIVER:
        taken = [take(part, folder, str(aside)) for part in parts]
    else:
        # A partition for each range.
        worker = shipped(_worker(parts, folder, str(aside)))
        rows = spark.range(0, len(parts), 1, len(parts)).mapInArrow(worker, "taken string")
        taken = [Taken(**json.loads(row.taken)) for row in rows.collect()]
    for place in [aside, *([rows_folder] if rows_folder else [])]:
        remove_strays(place, taken)
    lines = spark.read.schema(LINES).parquet(literal(aside))
    lines.selectExpr("CAST(line AS STRING) AS line", "file").createOrReplaceTempView(VIEWS["reviews"])
    return sum(one.rows for one in taken)


def _worker(
    parts: list[Range], rows_folder: str | None, aside: str
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                taken = json.dumps(asdict(take(parts[number], rows_folder, aside)))
                yield pa.RecordBatch.from_arrays([pa.array([taken])], ["taken"])

    return run
