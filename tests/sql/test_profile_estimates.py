"""The estimated numbers of values: close, and the same however the rows are spread and ordered."""

from pyspark.sql import SparkSession

from segmentation.common.paths import SQL
from segmentation.engine.tables import empty_view
from segmentation.planning.datasets import dataset
from segmentation.planning.sql_files import read_file

VALUES = 30_000
ROWS = f"""
SELECT 5.0D AS rating, concat('t', id % 1000) AS title, concat('text ', id) AS text, 'A' AS asin, 'P' AS parent_asin,
    concat('u', id % 9000) AS user_id, timestamp_seconds(id) AS reviewed_at, 0L AS helpful_vote,
    true AS verified_purchase
FROM range({VALUES})
"""


def estimates(spark: SparkSession) -> dict[str, int]:
    file = read_file(SQL / "20_clean/reviews/285_profile_columns.sql")
    rows = spark.sql(file.text).where("table_name = 'reviews' AND about_values IS NOT NULL").collect()
    return {row.column_name: row.about_values for row in rows}


def test_estimates_are_close_and_do_not_depend_on_partitions_or_order(spark: SparkSession) -> None:
    for name in ("products", "purchases"):
        empty_view(spark, dataset(name))
    rows = spark.sql(ROWS)
    found = []
    for frame in (rows.coalesce(1), rows.orderBy("text").coalesce(1), rows.repartition(7, "user_id")):
        frame.createOrReplaceTempView("reviews")
        found.append(estimates(spark))
    assert found[0] == found[1] == found[2]
    exact = {"title": 1000, "text": VALUES, "asin": 1, "parent_asin": 1, "user_id": 9000, "reviewed_at": VALUES}
    assert found[0].keys() == exact.keys()
    for name, count in exact.items():
        assert abs(found[0][name] - count) <= 0.05 * count, name
