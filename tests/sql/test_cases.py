"""Each case folder: the SQL file makes of its rows what `expect.yaml` says."""

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sql_case import SqlCase, assert_same_rows, expected_frame, find_cases, register, run_file


@pytest.mark.parametrize("case", find_cases(), ids=lambda case: case.id)
def test_case(spark: SparkSession, case: SqlCase) -> None:
    for view in case.inputs:
        register(spark, view, case.content(view, []))
    try:
        file, frame = run_file(spark, case.sql_path, case.params())
        assert case.inputs == set(file.reads), "a case gives rows for each view of `Reads:` and for no other"
        assert_same_rows(frame, expected_frame(spark, file, case.content("expect", [])))
        if case.content("figures_measured", None) is not None:
            measured = frame.agg(*[F.expr(text).cast("string").alias(name) for name, text in file.figures.items()])
            wanted = {name: str(value) for name, value in case.content("figures_measured", {}).items()}
            assert measured.first().asDict() == wanted
    finally:
        for view in case.inputs:
            spark.catalog.dropTempView(view)
