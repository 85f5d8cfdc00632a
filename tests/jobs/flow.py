"""Run the stages one after another in the tests' Spark session, as the DAG does, without Airflow."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import clean
import ingest
import kmeans
import report
import rfm
from segmentation import sources
from segmentation.config import settings
from segmentation.engine import stage
from segmentation.planning.arguments import JobArguments
from segmentation.planning.datasets import dataset
from segmentation.planning.plan import Plan
from segmentation.warehouse import releasing
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

JOBS = {"ingest": ingest, "clean": clean, "rfm": rfm, "kmeans": kmeans, "report": report}


class Flow:
    """One run of the workflow on one warehouse."""

    def __init__(self, root: Path, as_of: str, **params: Any) -> None:
        self.warehouse = Warehouse(root)
        self.as_of = date.fromisoformat(as_of)
        self.settings = settings.parse(params)
        self.source = sources.fetch(self.settings, self.warehouse, "test", report=lambda line: None)
        self.released = releasing.released_earlier(self.warehouse, releasing.shop_of(self.settings), self.as_of)
        self.plan = Plan(self.settings, self.as_of, self.source.version, self.source.settings, self.released)

    def run(self, *stages: str) -> dict[str, Manifest]:
        """Run the stages (all of them by default); return what stands, by dataset."""
        given = JobArguments(self.settings, self.as_of, self.source.version, "test", self.released)
        made = [m for name in stages or JOBS for m in stage.run(name, JOBS[name].build, given, self.warehouse)]
        if not stages or "report" in stages:
            releasing.release(self.plan, self.warehouse, "test")
        return {manifest.dataset: manifest for manifest in made}

    def makes(self) -> list[str]:
        """The datasets that the Spark stages make for this source."""
        return [name for stage_name in JOBS for name in self.plan.datasets(stage_name)]

    def manifest(self, name: str) -> Manifest:
        return self.warehouse.get(name, self.plan.version(name), self.plan.as_of_for(name))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a published dataset, read without Spark."""
        manifest = self.manifest(name)
        folder = self.warehouse.place_of(manifest)
        tables = [pq.read_table(folder / path) for path in manifest.files]
        columns = [column for column in dataset(name).columns if column not in dataset(name).partition_by]
        return pa.concat_tables(tables).select(columns).to_pylist() if tables else []
