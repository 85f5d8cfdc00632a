"""What is measured of views while they are written: the figures that their SQL files name."""

from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segmentation.engine.session import Watch
from segmentation.engine.tables import plain
from segmentation.planning.sql_files import SqlFile


class Figures:
    """The figures of a stage's views, each measured once: when the first dataset that needs the view is written."""

    def __init__(self) -> None:
        self._watched: dict[str, Watch] = {}
        # Of views that measure or read such, the frame, and which views beneath it measure.
        self._frames: dict[str, DataFrame] = {}
        self._beneath: dict[str, set[str]] = {}
        self._counted: dict[str, dict[str, int]] = {}
        self._found: dict[str, dict[str, Any]] = {}

    def watch(self, frame: DataFrame, file: SqlFile) -> DataFrame:
        """The rows of a view, watched for its figures if the SQL file names any."""
        beneath = {view for read in file.reads for view in self._beneath.get(read, ())}
        if file.figures:
            watch = self._watched[file.name] = Watch()
            frame = watch.over(frame, {name: F.expr(text) for name, text in file.figures.items()})
            beneath.add(file.name)
        if beneath:
            self._frames[file.name], self._beneath[file.name] = frame, beneath
        return frame

    def frames(self, views: Iterable[str]) -> dict[str, DataFrame]:
        """Those of the views that have still to be measured, or read such, as the frames that `watch` made.

        A figure is measured only where the watch is part of the very statement that writes (see `Watch`).
        """
        return {view: self._frames[view] for view in views if self.are_due(self._beneath.get(view, ()))}

    def close(self) -> None:
        """Measure no more."""
        self._frames.clear()
        self._beneath.clear()

    def are_due(self, views: Iterable[str]) -> bool:
        """Whether a figure of these views has still to be measured."""
        return bool(self._due(views))

    def _due(self, views: Iterable[str]) -> list[str]:
        return [view for view in views if view in self._watched and view not in self._found]

    def collect(self, views: Iterable[str], written: DataFrame) -> None:
        """Take what was measured of these views while a frame was written that reads them."""
        for view in self._due(views):
            found = {name: plain(value) for name, value in (self._watched[view].found(written) or {}).items()}
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
