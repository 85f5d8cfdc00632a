"""The raw order files as a Spark view of texts, under the names that the mapping gives them."""

from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, DoubleType, FloatType, LongType, StringType, TimestampNTZType, TimestampType

from segmentation.sources.orders_mapping import COLUMNS

# The keys of the mapping whose names mean something else in SQL.
VIEW_NAMES = {"time": "time_text", "order": "order_id"}
AMOUNTS = ("amount", "quantity", "unit_price")
# What the view has for each line, and what is the same for all: how the texts are to be read.
VIEW_COLUMNS = (
    f"{', '.join(f'{VIEW_NAMES.get(name, name)} string' for name in COLUMNS)}, broken_line string, file string, "
    "time_format string, time_zone string, decimal_sign string, whole_number_ids boolean, negative_returns boolean, "
    "return_prefix string, subtract_returns boolean, amount_is_given boolean"
)
BROKEN = "broken_line"


def register(spark: SparkSession, paths: list[Path], source: dict[str, Any]) -> None:
    """Register `raw_orders` over the files of a source version; `source`: the settings in its manifest."""
    mapping, files = source["mapping"], source["files"]
    groups: dict[tuple[Any, ...], list[str]] = {}
    for path in paths:
        alike = (tuple(files[path.name]["columns"]), tuple(files[path.name]["types"]))
        groups.setdefault(alike, []).append(str(path))
    # Files may have their columns in another order or of another type; Spark reads those that are alike together.
    frames = [_read(spark, group, files[Path(group[0]).name], mapping) for group in groups.values()]
    frame = frames[0]
    for other in frames[1:]:
        frame = frame.unionByName(other)
    frame.select("*", *_constants(mapping)).createOrReplaceTempView("raw_orders")


def _read(spark: SparkSession, paths: list[str], file: dict[str, Any], mapping: dict[str, Any]) -> DataFrame:
    if not file["types"]:
        return _csv(spark, paths, file["columns"], mapping)
    return _parquet(spark, paths, dict(zip(file["columns"], file["types"], strict=True)), mapping)


def _csv(spark: SparkSession, paths: list[str], header: list[str], mapping: dict[str, Any]) -> DataFrame:
    """CSV cells as texts. A line with too few or too many cells keeps its text in `broken_line`.

    Columns go by their place, because a header may hold any name. A quoted cell may go on over several lines, so a
    file is read in one piece.
    """
    schema = ", ".join([*(f"c{place} string" for place in range(len(header))), f"{BROKEN} string"])
    reader = spark.read.schema(schema).option("columnNameOfCorruptRecord", BROKEN)
    reader = reader.option("sep", mapping["delimiter"]).option("header", True).option("multiLine", True)
    frame = reader.option("escape", '"').csv(paths)
    cells = {key: F.col(f"c{header.index(name)}") for key, name in mapping["columns"].items()}
    times = {"time_format": F.lit(mapping["time_format"]), "time_zone": F.lit(mapping["time_zone"])}
    return frame.select(*_texts(cells), F.col(BROKEN), F.col("_metadata.file_name").alias("file"), *_named(times))


def _parquet(spark: SparkSession, paths: list[str], types: dict[str, str], mapping: dict[str, Any]) -> DataFrame:
    """Parquet values as the texts that a CSV file would have for them. `types`: those that the files declare."""
    # Spark has no nanoseconds, which pandas writes; as whole numbers it reads them.
    spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", True)
    frame = spark.read.parquet(*paths)
    kinds = {field.name: field.dataType for field in frame.schema.fields}
    cells = {key: _as_text(name, kinds[name], types[name]) for key, name in mapping["columns"].items()}
    for key in set(AMOUNTS) & set(cells):
        if not isinstance(kinds[mapping["columns"][key]], StringType):
            cells[key] = F.translate(cells[key], ".", mapping["decimal"])
    # A pattern is for texts. A typed time needs none, and one that is an instant says its own zone.
    is_text = isinstance(kinds[mapping["columns"]["time"]], StringType)
    own = mapping if is_text else {**mapping, "time_format": None}
    times = {"time_format": F.lit(own["time_format"]), "time_zone": F.lit(mapping["time_zone"])}
    file = F.col("_metadata.file_name").alias("file")
    return frame.select(*_texts(cells), F.lit(None).cast("string").alias(BROKEN), file, *_named(times))


def _as_text(name: str, kind: Any, declared: str) -> Column:
    """A typed value as the text that a CSV file would have for it: an instant with its zone, a local time without."""
    quoted = f"`{name.replace('`', '``')}`"
    column, local = F.expr(quoted), isinstance(kind, TimestampNTZType)
    if isinstance(kind, LongType) and declared.startswith("timestamp[ns"):
        column, kind, local = F.expr(f"timestamp_micros({quoted} DIV 1000)"), TimestampType(), "tz=" not in declared
    if isinstance(kind, TimestampType) and not local:
        return F.date_format(column, "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX")
    if isinstance(kind, DateType):
        return F.date_format(column, "yyyy-MM-dd")
    if isinstance(kind, (DoubleType, FloatType)):
        # Spark writes large ones as 1.7E7; an id has to read 17000000.0.
        whole = column.try_cast("bigint")
        return F.when(whole.cast("double") == column, F.concat(whole.cast("string"), F.lit(".0"))).otherwise(
            column.cast("string")
        )
    return column.cast("string")


def _texts(cells: dict[str, Column]) -> list[Column]:
    """All columns of the view that hold texts; those that the mapping does not name are null."""
    return [cells.get(name, F.lit(None)).cast("string").alias(VIEW_NAMES.get(name, name)) for name in COLUMNS]


def _named(values: dict[str, Column]) -> list[Column]:
    return [column.cast("string").alias(name) for name, column in values.items()]


def _constants(mapping: dict[str, Any]) -> list[Column]:
    """What is the same for all lines. Spark folds it into the statements, so it costs nothing per line."""
    returns = mapping["returns"]
    return [
        F.lit(mapping["decimal"]).alias("decimal_sign"),
        F.lit(mapping["whole_number_ids"]).alias("whole_number_ids"),
        F.lit(returns["negative"]).alias("negative_returns"),
        F.lit(returns["order_prefix"]).cast("string").alias("return_prefix"),
        F.lit(returns["do"] == "subtract").alias("subtract_returns"),
        F.lit("amount" in mapping["columns"]).alias("amount_is_given"),
    ]
