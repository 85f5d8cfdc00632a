"""A stage at work in Spark: register what it reads, run its SQL, write, check and publish what it makes."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession

from segmentation.common.concurrency import run_concurrently
from segmentation.engine import stage_inputs, tables
from segmentation.engine.checks import run_checks
from segmentation.engine.figures import Figures
from segmentation.engine.input_versions import input_manifest
from segmentation.engine.sql_runner import SqlRunner
from segmentation.planning.code_version import made_by
from segmentation.planning.datasets import Dataset, dataset
from segmentation.planning.earlier import PREVIOUS
from segmentation.planning.plan import Plan
from segmentation.warehouse.manifests import Manifest, data_files, describe_files
from segmentation.warehouse.versions import Attempt, Warehouse

if TYPE_CHECKING:
    import pandas as pd

# Hidden from those who list a version's files.
SCRATCH = "_scratch"


class StageRun:
    """One stage's work on one as-of date.

    `missing` are the datasets to make; the others of the stage stand already and are left alone.
    """

    def __init__(
        self,
        spark: SparkSession,
        plan: Plan,
        stage: str,
        missing: list[str],
        warehouse: Warehouse,
        run_id: str,
    ) -> None:
        self.spark = spark
        self.plan = plan
        self.stage = stage
        self.missing = missing
        self.warehouse = warehouse
        self.run_id = run_id
        self.figures = Figures()
        self.sql = SqlRunner(spark, plan, stage, self.figures)
        self._attempts: dict[str, Attempt] = {}
        self._drafts: dict[str, Manifest] = {}
        self._since = time.monotonic()
        self._speaking = Lock()

    # What the stage reads

    def register_inputs(self) -> None:
        """Make a view of each dataset version, segment map and frozen edges that the missing datasets read."""
        stage_inputs.register(self.spark, self.plan, self.missing, self.warehouse)

    def input_manifest(self, name: str) -> Manifest:
        """The manifest of an input; `previous_` before a dataset means the month before."""
        return input_manifest(self.plan, name, self.warehouse)

    @property
    def has_previous(self) -> bool:
        """Whether there were customers a month before."""
        return self.plan.compares and self.input_manifest(f"{PREVIOUS}customer_scores").rows > 0

    def register_rows(self, view: str, ddl: str, rows: list[tuple[Any, ...]]) -> None:
        """Make a view of a few rows."""
        tables.rows_view(self.spark, view, ddl, rows)

    # What the stage computes

    def run_sql(self, until: str | None = None) -> None:
        """Turn the SQL files that the missing datasets need into views, in number order.

        `until` stops after that view; the next call goes on from there.
        """
        needed: set[str] = set()
        for name in self.missing:
            needed |= set(self.plan.needed(dataset(name)))
        self.sql.make(needed, until)

    def frame(self, view: str) -> DataFrame:
        """The rows of a view."""
        return self.sql.frame(view)

    def small_table(self, name: str) -> "pd.DataFrame":
        """The rows of a small dataset that the stage has written or that it reads."""
        draft = self.draft(name)
        manifest = draft or self.input_manifest(name)
        folder = self._attempts[name].folder if draft else self.warehouse.place_of(manifest)
        return tables.small_table(dataset(name), folder, list(manifest.files))

    # What the stage makes

    def write(self, *names: str) -> None:
        """Write the named datasets' views as attempts; their views then read what was written.

        They are written together, but for those that measure a figure: another one that shares the view could end
        when only its own part of the view has been measured. Spark forgets what it has cached of views that read a view
        which is replaced, so what a cached view reads has to be written before that view is made.
        """
        others = []
        for name in [name for name in names if name in self.missing and name not in self._drafts]:
            if self.figures.are_due(self.plan.needed(dataset(name))):
                self._write(name)
            else:
                others.append(name)
        run_concurrently([partial(self._write, name) for name in others])

    def _write(self, name: str) -> None:
        item, folder = dataset(name), self.folder(name)
        put_there = data_files(folder)
        passed = tables.write_files(self.frame(name), item, folder)
        files = describe_files(folder, data_files(folder))
        written = tables.read_files(self.spark, item, folder, list(files))
        written.createOrReplaceTempView(name)
        self.figures.collect(self.plan.needed(item), passed.frame)
        rows = sum(file["rows"] for file in files.values())
        # What a job has put there itself has passed nobody.
        checksum = tables.rows_checksum(written, item, None if put_there else passed)
        self._draft(item, files, rows, checksum)
        self.say_took(f"wrote {name}: {rows:,} rows")

    def add_files(self, name: str, write: Callable[[Path], list[Path]]) -> None:
        """Have `write` put more files into the folder of a dataset just written: the same rows in another form."""
        draft, folder = self._drafts[name], self._attempts[name].folder
        files = describe_files(folder, write(folder))
        size = draft.bytes + sum(file["bytes"] for file in files.values())
        self._drafts[name] = replace(draft, files=dict(sorted((draft.files | files).items())), bytes=size)

    def write_texts(self, name: str, texts: dict[str, str]) -> None:
        """Write a dataset of text files: path inside the version -> content."""
        folder = self.folder(name)
        paths = [folder / path for path in texts]
        for path, text in zip(paths, texts.values(), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self._draft(dataset(name), describe_files(folder, paths), len(paths), None)

    def folder(self, name: str) -> Path:
        """Where a dataset is being made. What a job puts there itself is part of it once `write` has been called."""
        if name not in self._attempts:
            version, as_of = self.plan.version(name), self.plan.as_of_for(name)
            self._attempts[name] = self.warehouse.attempt(name, version, as_of)
        return self._attempts[name].folder

    def scratch(self) -> Path:
        """A folder that all tasks reach, for what is needed only while the stage is made."""
        return self.folder(self.missing[0]) / SCRATCH

    def say_took(self, what: str) -> None:
        """Put a line into the log: what has been done, and how long since the last one."""
        with self._speaking:
            now = time.monotonic()
            print(f"{what} in {now - self._since:.1f} s", flush=True)
            self._since = now

    def _draft(self, item: Dataset, files: dict[str, Any], rows: int, checksum: str | None) -> None:
        identity, as_of = self.plan.identity(item.name), self.plan.as_of_for(item.name)
        self._drafts[item.name] = Manifest(
            dataset=item.name,
            version=self.plan.version(item.name),
            as_of=as_of.isoformat() if as_of else None,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            rows=rows,
            bytes=sum(file["bytes"] for file in files.values()),
            columns=item.columns,
            files=files,
            inputs=identity["inputs"],
            settings={key: tables.plain(value) for key, value in identity["settings"].items()},
            code={**made_by(), "files": identity["code"]},
            run_id=self.run_id,
            rows_checksum=checksum,
        )

    def draft(self, name: str) -> Manifest | None:
        """The manifest of what this task has written but not yet published."""
        return self._drafts.get(name)

    def publish(self) -> list[Manifest]:
        """Run the stage's checks on what was written, then publish it, in the order of STAGES."""
        self.register_rows("figures", "name string, value string", self.figures.rows())
        due = [check for check in self.plan.checks(self.stage) if check.of in self._drafts]
        self.sql.make_for(due)
        checks = run_checks(due, self.sql.rows)
        shutil.rmtree(self.scratch(), ignore_errors=True)
        published = []
        for name in self.plan.datasets(self.stage):
            if name in self._drafts:
                figures = self.figures.of(self.plan.needed(dataset(name)))
                draft = replace(self._drafts[name], figures=figures, checks=checks.get(name, {}))
                attempt = self._attempts.pop(name)
                published.append(self.warehouse.publish(attempt, draft, replace=self.plan.settings.force))
        return published

    def close(self) -> None:
        """Throw away attempts that were not published, and free cached rows."""
        for attempt in self._attempts.values():
            shutil.rmtree(attempt.folder, ignore_errors=True)
        self.sql.close()
