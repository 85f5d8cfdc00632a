"""What a test has a client of a Spark Connect server do, in a process of its own: `python client.py WHAT ...`."""

import json
import os
import sys
import time
from pathlib import Path

from segmentation.engine.session import ENDS_WITH, spark_session
from segmentation.engine.shipped_code import shipped


def connect() -> None:
    """Only come in."""
    print(spark_session("client").range(3).count())


def work(beat: str) -> None:
    """Work for minutes, and show in a file that the work goes on."""
    spark = spark_session("client")

    def on_and_on(batches):
        for batch in batches:
            for _ in range(3000):
                Path(beat).write_text(str(time.time()), encoding="utf-8")
                time.sleep(0.1)
            yield batch

    spark.range(1).mapInArrow(on_and_on, "id bigint").collect()


def work_below(beat: str) -> None:
    """Do as `work` does in a process below, as a task does, and wait for it."""
    import subprocess

    command = [sys.executable, __file__, "work", beat]
    process = subprocess.Popen(command, env={**os.environ, ENDS_WITH: str(os.getpid())})
    print(process.pid, flush=True)
    process.wait()


def package() -> None:
    """Say what the workers find as this package, and whether another session's view and setting are to be seen."""
    import pyarrow as pa

    spark = spark_session("client")

    def look(batches):
        from segmentation.common import release

        for _ in batches:
            yield pa.RecordBatch.from_arrays([pa.array([release.RELEASE])], ["found"])

    found = spark.range(1).mapInArrow(shipped(look), "found string").collect()[0].found
    seen = [table.name for table in spark.catalog.listTables()]
    setting = spark.conf.get("spark.sql.shuffle.partitions")
    spark.range(1).createOrReplaceTempView(f"of_{found.replace('.', '_')}")
    spark.conf.set("spark.sql.shuffle.partitions", "77")
    print(json.dumps([found, seen, setting]), flush=True)
    sys.stdin.read()  # stay until we are told


def hog() -> None:
    """Want more memory than the server has, after a word from us."""
    spark = spark_session("client")
    print("here", flush=True)
    sys.stdin.readline()
    spark.range(1).selectExpr("size(sequence(0L, 900000000L + id)) AS found").collect()


def write(folder: str) -> None:
    """Write a table of forty files in as many folders."""
    spark = spark_session("client")
    spark.range(40).selectExpr("id", "id AS part").write.partitionBy("part").parquet(folder)


def count() -> None:
    """Count, once for each line that comes in."""
    spark = spark_session("client")
    for _ in sys.stdin:
        print(spark.range(1000).count(), flush=True)


def flow(root: str, as_of: str, params: str, *stages: str) -> None:
    """Run stages of the flow, and print the checksum of each dataset's rows."""
    from jobs.flow import Flow

    spark_session("client")
    made = Flow(Path(root), as_of, **json.loads(params)).run(*stages)
    print(json.dumps({name: manifest.rows_checksum for name, manifest in made.items()}))


if __name__ == "__main__":
    COMMANDS = (connect, write, work, work_below, package, hog, count, flow)
    {command.__name__: command for command in COMMANDS}[sys.argv[1]](*sys.argv[2:])
