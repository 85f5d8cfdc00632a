"""What is measured of views while they are written: the figures that their SQL files name."""

from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from segmentation.sql_files import SqlFile
from segmentation.tables import observed


class Figures:
    """The figures of a stage's views, each measured once: when the first dataset that needs the view is written."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._watched: dict[str, Observation] = {}
        self._counted: dict[str, dict[str, int]] = {}
        self._found: dict[str, dict[str, Any]] = {}

    def watch(self, frame: DataFrame, file: SqlFile) -> DataFrame:
        """The rows of a view, watched for its figures if the SQL file names any."""
        if not file.figures:
            return frame
        watch = self._watched[file.name] = Observation(file.name)
        return frame.observe(watch, *[F.expr(text).alias(name) for name, text in file.figures.items()])

    def are_due(self, views: Iterable[str]) -> bool:
        """Whether a figure of these views has still to be measured."""
        return bool(self._due(views))

    def _due(self, views: Iterable[str]) -> list[str]:
        return [view for view in views if view in self._watched and view not in self._found]

    def collect(self, views: Iterable[str]) -> None:
        """Take what was measured while these views were written."""
        for view in self._due(views):
            found = observed(self._spark, self._watched[view]) or {}
            more = self._counted.get(view, {})
            self._found[view] = found | {name: found.get(name, 0) + count for name, count in more.items()}

    def count_also(self, view: str, **counts: int) -> None:
        """Have what a job counts itself added to the figures of a view."""
        self._counted[view] = counts

    def get(self, name: str) -> Any:
        """A figure by its name, or None."""
        return self.of(self._found).get(name)

    def of(self, views: Iterable[str]) -> dict[str, Any]:
        """The figures of these views, by name."""
        return {name: value for view in views for name, value in self._found.get(view, {}).items()}

    def rows(self) -> list[tuple[str, str]]:
        """All figures as rows of name and value."""
        return [(name, str(value)) for name, value in self.of(self._found).items()]
