"""The views that a stage reads: versions of datasets, the segment map, frozen edges."""

from functools import reduce

from pyspark.sql import DataFrame, SparkSession

from segmentation.config import segment_maps
from segmentation.config.segment_maps import claim_rows
from segmentation.engine import frozen_edges, tables
from segmentation.engine.input_versions import bytes_of, input_manifests
from segmentation.planning.datasets import dataset
from segmentation.planning.earlier import PREVIOUS, VIEWS, dataset_of, view_of
from segmentation.planning.plan import FROZEN_VIEW, SEGMENT_MAP_VIEWS, Plan
from segmentation.warehouse.machine_failures import check_clock
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse


def register(spark: SparkSession, plan: Plan, missing: list[str], warehouse: Warehouse) -> None:
    """Make a view of each dataset version, segment map and frozen edges that the missing datasets read.

    The session's shuffles are made to fit what is read. A release that there is none of is a view without rows.
    """
    manifests = input_manifests(plan, missing, warehouse)
    check_clock(manifests.values())
    tables.fit_shuffles(spark, bytes_of(plan, missing, manifests, warehouse))
    shown: dict[str, list[DataFrame]] = {}
    for name, manifest in manifests.items():
        if name != "source":
            shown.setdefault(view_of(name), []).append(_rows_of(spark, manifest, warehouse))
    for view, frames in shown.items():
        reduce(DataFrame.unionByName, frames).createOrReplaceTempView(view)
    read = {view for name in missing for view in plan.reads(dataset(name))}
    for name in [name for name in read if name not in shown and (name in VIEWS or name.startswith(PREVIOUS))]:
        of = VIEWS[name].dataset if name in VIEWS else dataset_of(name)
        tables.rows_view(spark, name, dataset(of).ddl, [])
    if read & set(SEGMENT_MAP_VIEWS):
        _register_segment_map(spark, plan)
    if FROZEN_VIEW in read:
        _register_frozen_edges(spark, plan, warehouse)


def _rows_of(spark: SparkSession, manifest: Manifest, warehouse: Warehouse) -> DataFrame:
    item, folder = dataset(manifest.dataset), warehouse.place_of(manifest)
    return tables.read_files(spark, item, folder, list(manifest.files))


def _register_segment_map(spark: SparkSession, plan: Plan) -> None:
    segments = segment_maps.load_map(plan.settings.segment_map, plan.settings.bins)
    groups = [(segment.name, segment.group) for segment in segments]
    tables.rows_view(spark, "segments", "segment string, segment_group string", groups)
    cells = [(cell, segment.name) for segment in segments for cell in segment.cells]
    tables.rows_view(spark, "segment_cells", "cell string, segment string", cells)
    for view, rows in claim_rows.rows(segments).items():
        tables.rows_view(spark, view, claim_rows.VIEWS[view], rows)


def _register_frozen_edges(spark: SparkSession, plan: Plan, warehouse: Warehouse) -> None:
    version = plan.settings.frozen_edges_from
    if version is None:
        tables.rows_view(spark, FROZEN_VIEW, dataset("rfm_edges").ddl, [])
        return
    manifest = frozen_edges.find(warehouse, version)
    frozen_edges.check_closed(manifest, plan.settings.bins_closed)
    frame = _rows_of(spark, manifest, warehouse)
    frozen_edges.check(frame, version, plan.settings.bins)
    frame.createOrReplaceTempView(FROZEN_VIEW)
