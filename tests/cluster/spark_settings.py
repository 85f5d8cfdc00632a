"""The project's own Spark settings for a cluster, but for less memory and other places."""

from pathlib import Path

from segmentation.common.paths import PROJECT
from segmentation.running.local.layout import SMALL_JOBS

# Little data: the quick compiler only, and no collector that wants threads of its own.
SMALL = f"{SMALL_JOBS} -XX:+UseSerialGC"


def write(folder: Path, events: Path) -> None:
    """Write `spark-defaults.conf` into a folder. Of a setting that comes twice, Spark takes the last word."""
    shipped = (PROJECT / "include/spark/spark-defaults.conf").read_text(encoding="utf-8")
    mine = {
        "spark.executor.cores": "1",
        "spark.executor.memory": "768m",
        "spark.executor.memoryOverhead": "128m",
        "spark.cores.max": "2",
        "spark.executor.defaultJavaOptions": f"{SMALL} -XX:+ExitOnOutOfMemoryError",
        "spark.eventLog.dir": events.as_uri(),
        "spark.history.fs.logDirectory": events.as_uri(),
    }
    text = "\n".join([shipped, *(f"{key} {value}" for key, value in mine.items())])
    (folder / "spark-defaults.conf").write_text(text + "\n", encoding="utf-8")
