"""The order files as a Spark view of typed lines, `raw_orders`. Each file is read once, by the tasks themselves."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from segmentation.common.errors import UserError
from segmentation.engine import tables
from segmentation.engine.session import parallelism
from segmentation.engine.shipped_code import shipped
from segmentation.engine.spark_paths import literal
from segmentation.sources.order_lines.constants import CONSTANTS, constants
from segmentation.sources.order_lines.lines import SCHEMA, Lines
from segmentation.stages.ingest.raw_lines import ON_DRIVER

# Arrow's types as Spark names them.
_TYPES = {"string": "string", "int64": "bigint", "bool": "boolean", "timestamp[us, tz=UTC]": "timestamp"}
LINE_COLUMNS = ", ".join(
    f"{field.name} {_TYPES.get(str(field.type), str(field.type).replace('decimal128', 'decimal').replace(' ', ''))}"
    for field in SCHEMA
)
# Columns of few different values. Looking for such in the others would take longer than all else that is written.
REPEATED = ("file", "parent_asin", "product_name", "main_category")
VIEW_COLUMNS = f"{LINE_COLUMNS}, {CONSTANTS}"


@dataclass(frozen=True)
class Part:
    """What one task reads: a file, or some row groups of a Parquet file."""

    path: str
    groups: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Taken:
    """What a task made of its part. file: the Parquet file. blank_amounts: how many lines of an order have nothing in
    their amount. fault: what is wrong with the file."""

    file: str | None = None
    blank_amounts: int = 0
    fault: str | None = None


def register(spark: SparkSession, paths: list[Path], source: Mapping[str, Any], aside: Path) -> None:
    """Register `raw_orders` over the files of a source version; `source`: the settings in its manifest.

    `aside` is a folder for the typed lines, which has to stay until the view is no longer read.
    """
    aside.mkdir()
    parts = _parts(paths, source, spark)
    if sum(path.stat().st_size for path in paths) <= ON_DRIVER:
        taken = [take(part, source, str(aside)) for part in parts]
    else:
        worker = shipped(_worker(parts, source, str(aside)))
        rows = spark.range(0, len(parts), 1, len(parts)).mapInArrow(worker, "taken string")
        taken = [Taken(**json.loads(row.taken)) for row in rows.collect()]
    for one in taken:
        if one.fault:
            raise UserError(one.fault)
    files = [literal(one.file) for one in taken if one.file]
    lines = spark.read.schema(LINE_COLUMNS).parquet(*files) if files else tables.rows_frame(spark, LINE_COLUMNS, [])
    blank_amounts = any(one.blank_amounts for one in taken)
    lines.select("*", *_constants(source, blank_amounts)).createOrReplaceTempView("raw_orders")


def take(part: Part, source: Mapping[str, Any], aside: str) -> Taken:
    """Read a part and write its lines into a Parquet file of its own below `aside`."""
    path = Path(aside) / f"part-{uuid.uuid4().hex}.parquet"
    blank = 0
    writer: pq.ParquetWriter | None = None
    try:
        for batch in Lines(source).read(Path(part.path), part.groups):
            writer = writer or pq.ParquetWriter(
                path, SCHEMA, compression="snappy", write_statistics=False, use_dictionary=list(REPEATED)
            )
            writer.write_batch(batch)
            without = pc.and_(batch.column("amount_is_blank"), batch.column("order_id").is_valid())
            blank += pc.sum(without).as_py() or 0
    except UserError as error:
        return Taken(fault=str(error))
    finally:
        if writer:
            writer.close()
    return Taken(str(path) if writer else None, blank)


def _parts(paths: list[Path], source: Mapping[str, Any], spark: SparkSession) -> list[Part]:
    """A part for each CSV file, because quoted cells may go on over lines, and for some row groups of Parquet."""
    parts = []
    for path in paths:
        groups = source["files"][path.name].get("groups")
        if groups is None:
            parts.append(Part(str(path)))
            continue
        each = max(1, groups // (4 * parallelism(spark)))
        parts += [Part(str(path), tuple(range(at, min(at + each, groups)))) for at in range(0, groups, each)]
    return parts


def _worker(
    parts: list[Part], source: Mapping[str, Any], aside: str
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                taken = json.dumps(asdict(take(parts[number], source, aside)))
                yield pa.RecordBatch.from_arrays([pa.array([taken])], ["taken"])

    return run


def _constants(source: Mapping[str, Any], blank_amounts: bool) -> list[Column]:
    """What is the same for all lines. Spark folds it into the statements, so it costs nothing per line."""
    values = constants(source, blank_amounts)
    kinds = dict(column.split(" ") for column in CONSTANTS.split(", "))
    return [F.lit(values[name]).cast(kind).alias(name) for name, kind in kinds.items()]
