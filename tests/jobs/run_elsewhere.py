"""Run the flow on executors in processes of their own, with other cores and partitions; print the rows' checksums.

    python run_elsewhere.py WAREHOUSE AS_OF MASTER PARTITIONS PARAMS

No executor finds this project's code by a path. Raw lines are read by them, as where files are large; K-Means is done
again by passes in Spark, as where customers are many. And nothing is compiled, as where Spark gives up on a statement
that is too long.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import small_java
from interpreted import INTERPRETED
from jobs.flow import Flow
from segmentation.engine.session import spark_session
from segmentation.running.local.layout import SMALL_JOBS
from segmentation.stages.ingest import raw_lines
from segmentation.stages.kmeans import points

FEW_ROWS = 100


def kmeans_in_passes(flow: Flow) -> dict[str, str | None]:
    """The checksums of K-Means with no more than FEW_ROWS on the driver. Replaces what stands."""
    usual = points.ON_DRIVER
    points.ON_DRIVER = FEW_ROWS
    try:
        for name in flow.plan.datasets("kmeans"):
            shutil.rmtree(flow.warehouse.place_of(flow.manifest(name)))
        return {name: manifest.rows_checksum for name, manifest in flow.run("kmeans").items()}
    finally:
        points.ON_DRIVER = usual


def main(root: str, as_of: str, master: str, partitions: str, params: str) -> None:
    del os.environ["PYTHONPATH"]
    raw_lines.ON_DRIVER = 0
    spark_session(
        "elsewhere",
        **INTERPRETED,
        **{
            "spark.master": master,
            "spark.default.parallelism": partitions,
            "spark.sql.files.maxPartitionBytes": "200k",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.extraJavaOptions": f"{SMALL_JOBS} {small_java.class_cache()} -Duser.timezone=Asia/Tokyo",
            "spark.executor.extraJavaOptions": f"{SMALL_JOBS} -Duser.timezone=America/Caracas",
            "spark.executor.memory": "512m",
        },
    )
    flow = Flow(Path(root), as_of, **json.loads(params))
    once = {name: manifest.rows_checksum for name, manifest in flow.run().items()}
    print(json.dumps([once, kmeans_in_passes(flow)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
