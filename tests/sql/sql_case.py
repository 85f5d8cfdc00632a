"""A case of a SQL file: rows in, rows out, as YAML.

The folder `tests/sql/<path of the SQL file without .sql>/<case>/` holds one `<view>.yaml` for each view that the
file reads, `params.yaml` where it takes values, `expect.yaml`, and `figures_measured.yaml` where the file measures
figures. Each is a list of rows; params and figures are maps. A column that a row leaves out is null. The types come
from `schema.yaml` for a dataset and from `views.yaml` beside this file for any other view.
"""

import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from segmentation.common.paths import SQL
from segmentation.planning.datasets import STAGE_OF, dataset
from segmentation.planning.earlier import VIEWS, dataset_of
from segmentation.planning.sql_files import SqlFile, read_file
from segmentation.stages.ingest import raw_lines, raw_orders

CASES = Path(__file__).parent
NOT_INPUTS = ("params", "expect", "figures_measured")
CHECK_COLUMNS = "figure double, passed boolean, message string"
LIMIT_COLUMNS = "figure double, message string"


@dataclass(frozen=True)
class SqlCase:
    """One case folder."""

    folder: Path

    @property
    def id(self) -> str:
        return str(self.folder.relative_to(CASES))

    @property
    def sql_path(self) -> Path:
        """The SQL file that the folder mirrors."""
        return SQL / self.folder.parent.relative_to(CASES).with_suffix(".sql")

    @property
    def inputs(self) -> set[str]:
        """The views that the folder gives rows for."""
        return {path.stem for path in self.folder.glob("*.yaml")} - set(NOT_INPUTS)

    def content(self, name: str, default: Any) -> Any:
        """What `<name>.yaml` says."""
        path = self.folder / f"{name}.yaml"
        return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else default

    def params(self) -> dict[str, Any]:
        """The values of the markers, typed as the jobs hand them over."""
        return {
            name: Decimal(str(value)) if isinstance(value, float) else value
            for name, value in self.content("params", {}).items()
        }


def find_cases() -> list[SqlCase]:
    """All case folders, in the order of their paths."""
    return [SqlCase(path.parent) for path in sorted(CASES.rglob("expect.yaml"))]


@cache
def _views() -> dict[str, str]:
    views = yaml.safe_load((CASES / "views.yaml").read_text(encoding="utf-8"))
    views["raw_orders"] = raw_orders.VIEW_COLUMNS
    return views | dict.fromkeys(raw_lines.VIEWS.values(), "line string, file string")


def columns_of(view: str) -> str:
    """The columns of a view or dataset as a Spark schema text."""
    name = VIEWS[view].dataset if view in VIEWS else dataset_of(view)
    if name in STAGE_OF:
        return dataset(name).ddl
    if view not in _views():
        raise KeyError(f"tests/sql/views.yaml does not name the columns of {view}")
    return _views()[view]


def is_check(file: SqlFile) -> bool:
    """Whether a file is a check of written rows and not a view."""
    return "checks" in file.path.relative_to(SQL).parts


def check_columns(file: SqlFile) -> str:
    """The columns that a check must have, as a Spark schema text."""
    return LIMIT_COLUMNS if "Limit" in file.header else CHECK_COLUMNS


def rows_frame(spark: SparkSession, columns: str, rows: list[dict[str, Any]]) -> DataFrame:
    """A frame of rows from YAML. Raises ValueError for a column that `columns` does not have."""
    unknown = {name for row in rows for name in row} - set(StructType.fromDDL(columns).names)
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}; there are {columns}")
    text = json.dumps(rows, default=lambda value: value.isoformat())
    query = f"SELECT inline(from_json(:rows, 'array<struct<{columns}>>', map('mode', 'FAILFAST')))"
    return spark.sql(query, args={"rows": text})


def register(spark: SparkSession, view: str, rows: list[dict[str, Any]]) -> None:
    """Register rows from YAML as a view."""
    rows_frame(spark, columns_of(view), rows).createOrReplaceTempView(view)


def run_file(spark: SparkSession, path: Path, params: dict[str, Any]) -> tuple[SqlFile, DataFrame]:
    """The file and the frame it makes, in the types in which it would be written."""
    file = read_file(path)
    frame = spark.sql(file.text, args=params)
    if is_check(file):
        _must_be_equal(frame.columns, StructType.fromDDL(check_columns(file)).names)
        frame = frame.withColumn("figure", F.col("figure").cast("double"))
    elif file.name in STAGE_OF:
        declared = StructType.fromDDL(columns_of(file.name))
        _must_be_equal(sorted(frame.columns), sorted(declared.names))
        kinds = {column.name: column.dataType.simpleString() for column in declared}
        _must_be_equal([(name, kind) for name, kind in frame.dtypes if _loses(kind, kinds[name])], [])
        frame = frame.select([F.col(column.name).cast(column.dataType) for column in declared])
    return file, frame


def _loses(made: str, declared: str) -> bool:
    """Whether writing may change a value: only a whole number or a decimal of the same scale may change type."""
    whole = ("int", "bigint")
    if made == declared or (made in whole and declared in whole):
        return False
    return not (made.startswith("decimal") and made.split(",")[1:] == declared.split(",")[1:])


def _must_be_equal(found: Any, wanted: Any) -> None:
    assert found == wanted, f"found {found}, wanted {wanted}"


def expected_frame(spark: SparkSession, file: SqlFile, rows: list[dict[str, Any]]) -> DataFrame:
    """The rows of `expect.yaml` in the types that the file's view must have."""
    return rows_frame(spark, check_columns(file) if is_check(file) else columns_of(file.name), rows)


def assert_same_rows(found: DataFrame, wanted: DataFrame) -> None:
    """Compare names, types and rows, each row as often as it comes, in any order."""
    _must_be_equal(found.dtypes, wanted.dtypes)
    rows = found.select(F.lit("unexpected").alias("side"), *_texts(found)).unionAll(
        wanted.select(F.lit("missing").alias("side"), *_texts(wanted))
    )
    sides: dict[str, Counter] = {"missing": Counter(), "unexpected": Counter()}
    for side, *row in rows.collect():
        sides[side][tuple(row)] += 1
    missing, unexpected = sides["missing"], sides["unexpected"]
    lines = [f"missing:    {_show(found, row)}" for row in (missing - unexpected).elements()]
    lines += [f"unexpected: {_show(found, row)}" for row in (unexpected - missing).elements()]
    assert not lines, "\n" + "\n".join(lines)


def _texts(frame: DataFrame) -> list[Column]:
    """Each column as Spark's text of it, which shows every digit and no time zone but UTC."""
    return [
        F.to_json(F.col(name)) if kind.startswith("array") else F.col(name).cast("string")
        for name, kind in frame.dtypes
    ]


def _show(frame: DataFrame, row: tuple) -> str:
    return ", ".join(f"{name}: {value}" for name, value in zip(frame.columns, row, strict=True) if value is not None)
