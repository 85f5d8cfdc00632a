"""The SQL files of a stage as Spark's views: each made once, with the plan's values for its markers."""

from collections.abc import Collection

from pyspark.sql import DataFrame, SparkSession

from segmentation.engine.figures import Figures
from segmentation.planning import sql_files
from segmentation.planning.plan import Plan


class SqlRunner:
    """Turns SQL files into views, caches those that say so, and has their figures measured.

    plan: has the files and the values for their markers. figures: notes what is to be measured, and what has been.
    """

    def __init__(self, spark: SparkSession, plan: Plan, stage: str, figures: Figures) -> None:
        self.spark = spark
        self.plan = plan
        self.stage = stage
        self.figures = figures
        self._made: set[str] = set()
        self._cached: list[DataFrame] = []

    def make(self, names: Collection[str], until: str | None = None) -> None:
        """Make the named views that are not there yet, up to `until`."""
        for name, file in self.plan.files(self.stage).items():
            if name in names and name not in self._made:
                self._make_view(file)
                self._made.add(name)
            if name == until:
                return

    def make_for(self, checks: list[sql_files.SqlFile]) -> None:
        """Make the views that checks read, and those whose figures are measured once more: what measures them has
        Spark read all columns and rows of the view, whatever a check wants of it."""
        needed = self.plan.needed_by(checks)
        self.make(needed)
        self.figures.close()
        for file in needed.values():
            if file.figures and not file.cache:
                self._of(file).createOrReplaceTempView(file.name)

    def rows(self, text: str, markers: Collection[str], **frames: DataFrame) -> DataFrame:
        """The rows of a statement, with the plan's values for its markers."""
        values = self.plan.parameters()
        return self.spark.sql(text, args={name: values[name] for name in markers}, **frames)

    def frame(self, view: str) -> DataFrame:
        """The rows of a view."""
        return self.figures.frames([view]).get(view) or self.spark.table(view)

    def close(self) -> None:
        """Free what is cached."""
        for frame in self._cached:
            frame.unpersist()

    def _of(self, file: sql_files.SqlFile) -> DataFrame:
        frames = self.figures.frames(file.reads)
        return self.rows(sql_files.over_frames(file.text, frames), file.markers, **frames)

    def _make_view(self, file: sql_files.SqlFile) -> None:
        frame = self.figures.watch(self._of(file), file)
        if file.cache:
            self._cached.append(frame.persist())
            self._measure_cached(file.name, frame)
        frame.createOrReplaceTempView(file.name)

    def _measure_cached(self, view: str, frame: DataFrame) -> None:
        """Fill the cache of a view at once where figures have to be measured: those that read it find it by its name,
        and must not carry along how it is made."""
        if self.figures.frames([view]):
            counted = frame.groupBy().count()
            counted.collect()
            self.figures.collect(sql_files.closure(self.plan.files(self.stage), (view,)), counted)
