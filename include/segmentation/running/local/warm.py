"""Use what the Spark jobs use, so that the class cache holds the classes they need. See `java.py`.

As a client of a Spark Connect server in this Java. A job with a Java of its own needs fewer classes.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pyspark.sql import functions as F

from segmentation.engine.connect import server, standing
from segmentation.engine.session import REMOTE, Watch, spark_session

LINE = '{"rating": 5.0, "title": "a", "user_id": "u%d", "timestamp": %d, "details": {"a": 1}}\n'
SCHEMA = "rating double, title string, user_id string, timestamp bigint, details string, broken_line string"
QUERY = """
SELECT user_id, max(timestamp_millis(timestamp)) AS last, cast(sum(rating) AS DECIMAL(18, 2)) AS total,
       row_number() OVER (PARTITION BY count(*) ORDER BY user_id) AS place
FROM lines WHERE timestamp > :start AND broken_line IS NULL GROUP BY user_id
"""


def main() -> None:
    """Serve, and have a client do it."""
    if REMOTE in os.environ:
        _work()
        return
    here = standing.Server(server.free_port(), os.environ[server.TOKEN], os.getpid())
    spark = spark_session("warm", **server.settings(here.port))
    subprocess.run([sys.executable, __file__], env={**os.environ, REMOTE: here.remote}, check=True)
    spark.stop()


def _work() -> None:
    """Read JSON, aggregate, write and read Parquet; all on a few rows."""
    spark = spark_session("warm")
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder, "lines.jsonl")
        lines.write_text("".join(LINE % (i % 50, 1_600_000_000_000 + i) for i in range(200)), encoding="utf-8")
        raw = spark.read.schema(SCHEMA).option("columnNameOfCorruptRecord", "broken_line").json(str(lines))
        raw.createOrReplaceTempView("lines")
        spark.sql(QUERY, args={"start": 0}).persist().createOrReplaceTempView("totals")
        totals = Watch().over(spark.table("totals"), {"rows": F.count("*")})
        totals.write.partitionBy("place").parquet(f"{folder}/totals")
        read = spark.read.parquet(f"{folder}/totals")
        read.orderBy(F.xxhash64("user_id")).limit(10).toArrow()
        read.join(spark.table("totals"), "user_id").groupBy("user_id").count().toPandas()


if __name__ == "__main__":
    main()
