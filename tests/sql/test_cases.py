"""Each case folder: the SQL file makes of its rows what `expect.yaml` says."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sql_case import SqlCase, assert_same_rows, expected_frame, find_cases, register, run_file

CASES = find_cases()
WITH_FIGURES = [case for case in CASES if case.content("figures_measured", None) is not None]


@contextmanager
def inputs_of(spark: SparkSession, case: SqlCase) -> Iterator[None]:
    """The views that a case gives rows for."""
    for view in case.inputs:
        register(spark, view, case.content(view, []))
    try:
        yield
    finally:
        for view in case.inputs:
            spark.catalog.dropTempView(view)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(spark: SparkSession, case: SqlCase) -> None:
    with inputs_of(spark, case):
        file, frame = run_file(spark, case.sql_path, case.params())
        assert case.inputs == set(file.reads), "a case gives rows for each view of `Reads:` and for no other"
        assert_same_rows(frame, expected_frame(spark, file, case.content("expect", [])))


@pytest.mark.parametrize("case", WITH_FIGURES, ids=lambda case: case.id)
def test_figures(spark: SparkSession, case: SqlCase) -> None:
    with inputs_of(spark, case):
        file, frame = run_file(spark, case.sql_path, case.params())
        measured = frame.agg(*[F.expr(text).cast("string").alias(name) for name, text in file.figures.items()])
        wanted = {name: str(value) for name, value in case.content("figures_measured", {}).items()}
        assert measured.first().asDict() == wanted


@pytest.mark.parametrize("case", WITH_FIGURES, ids=lambda case: case.id)
def test_a_figure_is_a_number_or_a_text(spark: SparkSession, case: SqlCase) -> None:
    """A timestamp reaches the manifest in the zone of the machine, and then means another time elsewhere."""
    with inputs_of(spark, case):
        file, frame = run_file(spark, case.sql_path, case.params())
        measured = frame.agg(*[F.expr(text).alias(name) for name, text in file.figures.items()])
        assert [name for name, kind in measured.dtypes if kind in ("timestamp", "date")] == []
