"""Spark's side of a version: read its Parquet files, write an attempt's, sum up its rows."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from segmentation.common.arrow_types import arrow_type
from segmentation.engine.session import Watch, parallelism
from segmentation.engine.spark_paths import literal
from segmentation.planning.datasets import Dataset

if TYPE_CHECKING:
    import pandas as pd

# Compressed input that is planned once. To plan again after each shuffle makes a Spark job of every shuffle. On some
# million reviews that costs a tenth of a stage's processor time and more, and it brings nothing before shuffles are
# large.
PLANNED_ONCE = 512 * 2**20
# Compressed input per shuffle partition. Adaptive execution merges small partitions, but only at the end; where it is
# off, a task for each core does.
BYTES_PER_PARTITION, BYTES_PLANNED_ONCE = 8 * 2**20, 64 * 2**20
# Of files in which somebody looks for a customer or for some months: some thousands of rows. With fewer, to read all
# takes longer. The purchases of a month are not sorted by customer: that takes half as long again as writing them. To
# look through their ids is quick, and then only the row groups that have the customer are read.
BYTES_PER_ROW_GROUP = 2 * 2**20


@dataclass(frozen=True)
class Written:
    """What was written: the frame that was, and what watched its rows pass."""

    frame: DataFrame
    watch: Watch


def fit_shuffles(spark: SparkSession, input_bytes: int) -> None:
    """Fit shuffle partitions and adaptive execution to the size of what a stage reads. Results do not depend on it."""
    is_adaptive = input_bytes > PLANNED_ONCE
    spark.conf.set("spark.sql.adaptive.enabled", is_adaptive)
    each = BYTES_PER_PARTITION if is_adaptive else BYTES_PLANNED_ONCE
    partitions = min(2000, max(parallelism(spark), input_bytes // each))
    spark.conf.set("spark.sql.shuffle.partitions", partitions)


def read_files(spark: SparkSession, item: Dataset, folder: Path, paths: list[str]) -> DataFrame:
    """The rows of a version's Parquet files, by paths inside `folder`; files of other kinds say the same again.

    Only named files are read, never what else lies in the folder; the schema comes from `schema.yaml`, so no
    job is spent on finding it.
    """
    paths = [path for path in paths if path.endswith(".parquet")]
    if not paths:
        return rows_frame(spark, item.ddl, [])
    reader = spark.read.schema(item.ddl).option("basePath", str(folder))
    return reader.parquet(*[literal(folder / path) for path in paths])


def small_table(item: Dataset, folder: Path, paths: list[str]) -> "pd.DataFrame":
    """All rows of a small version, without Spark, which takes longer to begin than this takes to end.

    Values are of the types that a Spark frame of them has in pandas.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, arrow_type(kind)) for name, kind in item.columns.items()])
    files = [
        pq.ParquetFile(folder / path).read(schema.names).cast(schema) for path in paths if path.endswith(".parquet")
    ]
    return pa.concat_tables([schema.empty_table(), *files]).to_pandas()


def write_files(frame: DataFrame, item: Dataset, folder: Path) -> Written:
    """Write the dataset's columns, in their declared types, as Parquet files; the rows are watched while they pass.

    Raises ValueError if a column is missing or one too many, so that a changed SELECT never passes unseen.
    """
    missing, extra = set(item.columns) - set(frame.columns), set(frame.columns) - set(item.columns)
    if missing or extra:
        raise ValueError(
            f"{item.name}: the SQL and schema.yaml differ. Only in schema.yaml: {sorted(missing)}; "
            f"only in the SQL: {sorted(extra)}"
        )
    frame = frame.select([F.col(name).cast(kind).alias(name) for name, kind in item.columns.items()])
    watch = Watch()
    if item.layout == "file_per_list":
        return Written(write_lists(frame, item, folder, "parquet", {}, watch), watch)
    if item.layout == "one_file":
        frame = frame.coalesce(1).sortWithinPartitions(*item.columns)
    elif item.layout == "clustered":
        frame = frame.repartition(*item.sorted_by)
    # Behind the last shuffle: there each row counts once, also where a task has to be repeated.
    frame = watch.over(frame, {"hashes": _hashes(item)})
    # Behind what watches, through which Spark does not see that rows are in order.
    writing = frame.sortWithinPartitions(*item.sorted_by) if item.sorted_by else frame
    options: dict[str, Any] = {"parquet.block.size": BYTES_PER_ROW_GROUP} if item.sorted_by else {}
    writing.write.mode("append").options(**options).partitionBy(*item.partition_by).parquet(str(folder))
    return Written(writing, watch)


def write_lists(
    frame: DataFrame, item: Dataset, folder: Path, form: str, options: dict[str, Any], watch: Watch | None = None
) -> DataFrame:
    """Write one file per value of the column `list`, `<list>.<form>`, in the order that `schema.yaml` gives.

    Returns the frame that was written.
    """
    order = [F.desc(name[1:]) if name.startswith("-") else F.asc(name) for name in item.order_by]
    # Spark takes the column it splits by out of the rows, so that is another one.
    frame = frame.withColumn("_file", F.col("list")).repartition("_file")
    if watch:
        # Before the sorting: Spark does not see through it that rows are in order, and would sort again, by less.
        frame = watch.over(frame, {"hashes": _hashes(item)})
    frame = frame.sortWithinPartitions("_file", *order)
    aside = folder / f"_{form}"
    frame.write.partitionBy("_file").options(**options).format(form).save(str(aside))
    for path in sorted(aside.glob(f"_file=*/*.{form}")):
        # A second file of a list would take the first one's place: rename would not say so, link does.
        (folder / f"{path.parent.name.removeprefix('_file=')}.{form}").hardlink_to(path)
    shutil.rmtree(aside)
    return frame


def write_no_rows(frame: DataFrame, path: Path) -> None:
    """A Parquet file with the frame's columns and no rows."""
    import pyarrow.parquet as pq
    from pyspark.sql.pandas.types import to_arrow_schema

    pq.write_table(to_arrow_schema(frame.schema).empty_table(), path)


def rows_checksum(frame: DataFrame, item: Dataset, passed: Written | None = None) -> str:
    """A checksum of the rows that does not depend on their order: the sum of their 64-bit hashes.

    `passed` is what all of them passed; without it, and where Spark had none to pass, they are read. Columns that
    the dataset says to be bulky are left out: reading them again costs more than it shows, since the manifest has the
    checksum of every file.
    """
    figures = passed.watch.found(passed.frame) if passed else None
    total = figures["hashes"] if figures else frame.select(_hashes(item).alias("hashes")).collect()[0].hashes
    return f"{int(total or 0) % 2**64:016x}"


def _hashes(item: Dataset) -> Column:
    columns = [name for name in item.columns if name not in item.bulky]
    return F.sum(F.xxhash64(*columns).cast("decimal(38,0)"))


def rows_frame(spark: SparkSession, ddl: str, rows: list[tuple[Any, ...]]) -> DataFrame:
    """A few rows as a frame. They travel as JSON, because `createDataFrame` would start Python workers for them."""
    names = [column.split()[0].strip("`") for column in ddl.split(", ")]
    text = json.dumps([dict(zip(names, row, strict=True)) for row in rows])
    return spark.sql(f"SELECT inline(from_json(:rows, 'array<struct<{ddl}>>'))", args={"rows": text})


def rows_view(spark: SparkSession, view: str, ddl: str, rows: list[tuple[Any, ...]]) -> None:
    """Make a view of a few rows."""
    rows_frame(spark, ddl, rows).createOrReplaceTempView(view)


def empty_view(spark: SparkSession, item: Dataset) -> None:
    """Register a view of the dataset's columns without rows."""
    rows_view(spark, item.name, item.ddl, [])


def plain(value: Any) -> Any:
    """A figure as JSON can hold it."""
    return value if value is None or isinstance(value, (bool, int, float, list)) else str(value)
