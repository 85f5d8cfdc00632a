"""The customers' features as blocks of points, and passes over them: in Spark, or on the driver where they are few."""

import pickle
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segmentation.engine.session import parallelism
from segmentation.engine.shipped_code import shipped
from segmentation.stages.kmeans.blocks import MOST_ROWS, in_units

# Where there are no more customers, a pass is one look on the driver; starting Spark tasks would take longer. Below
# MOST_ROWS, so that they are one block.
ON_DRIVER = 50_000
# So many customers, drawn by their ids, say where the search starts and how stable its result is.
SAMPLE = 10_000
# So many bring the starts near to where they will end.
MANY = 50_000

# Work on a block (rows of the block are columns of the frame): some arrays, which add up over the blocks.
Work = Callable[[np.ndarray], list[np.ndarray]]


class Points:
    """The columns of a frame with one row per customer, in whole millionths (see `blocks`).

    frame: user_id and the columns. sample: (columns, n) those of up to SAMPLE customers, in the order of their values.
    many: those of up to MANY customers, the sample's among them.
    """

    def __init__(self, frame: DataFrame, columns: Sequence[str]) -> None:
        self._rows = frame.select(*columns)
        drawn = frame.orderBy(F.xxhash64("user_id"), "user_id").limit(max(ON_DRIVER, MANY) + 1).select(*columns)
        first = _block(drawn.toArrow())
        self.sample = _in_order(first[:, :SAMPLE])
        self.many = first[:, :MANY]
        # All customers where they are few; otherwise blocks of them in Spark.
        self._few = first if first.shape[1] <= ON_DRIVER else None
        self._blocks = self._packed() if self._few is None else None

    def _packed(self) -> DataFrame:
        # A pass is short, so a task more than there are cores is mostly the start of a task.
        return (
            self._rows.coalesce(parallelism(self._rows.sparkSession))
            .mapInArrow(shipped(_pack), "block binary")
            .persist()
        )

    def add_up(self, work: Work) -> list[np.ndarray]:
        """Do `work` on every block and add up what it returns."""
        if self._few is not None:
            return work(self._few)
        assert self._blocks is not None
        results = self._blocks.mapInArrow(shipped(_worker(work, len(self.sample))), "result binary").collect()
        # Our own workers have written them.
        parts = [pickle.loads(row.result) for row in results]  # noqa: S301
        return [sum(some) for some in zip(*parts, strict=True)]

    def distinct(self, enough: int) -> np.ndarray:
        """Different points, (columns, n): all there are, or at least `enough` of them."""
        points = np.unique(self.sample if self._few is None else self._few, axis=1)
        if self._few is not None or points.shape[1] >= enough:
            return points
        rows = self._rows.distinct().orderBy(*self._rows.columns).limit(enough)
        return np.unique(np.hstack([points, _block(rows.toArrow())]), axis=1)

    def close(self) -> None:
        """Free the cached blocks."""
        if self._blocks is not None:
            self._blocks.unpersist()


def _in_order(points: np.ndarray) -> np.ndarray:
    """Not in the order of the ids, so that other names for the same customers change nothing."""
    return points[:, np.lexsort(points[::-1])]


def _block(rows: pa.Table | pa.RecordBatch) -> np.ndarray:
    return in_units(np.array([column.to_numpy() for column in rows.columns]))


def _pack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, MOST_ROWS):
            block = _block(batch.slice(start, MOST_ROWS))
            yield pa.RecordBatch.from_arrays([pa.array([block.tobytes()], pa.binary())], ["block"])


def _worker(work: Work, columns: int) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total: list[np.ndarray] | None = None
        for batch in batches:
            for block in batch.column(0):
                part = work(np.frombuffer(block.as_py(), dtype=np.int64).reshape(columns, -1))
                total = part if total is None else [a + b for a, b in zip(total, part, strict=True)]
        if total is not None:
            yield pa.RecordBatch.from_arrays([pa.array([pickle.dumps(total)], pa.binary())], ["result"])

    return run
