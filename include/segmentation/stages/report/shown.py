"""All that a report shows. The sentences, the charts and the page are made from it, and nothing else.

Rows are dicts with the columns of the dataset of that name. Amounts may be `Decimal`; a missing value may be
None or NaN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from segmentation.stages.charts.drawing import Chart
from segmentation.stages.report.customers_say import SaidView
from segmentation.stages.report.source_data import SourceView
from segmentation.warehouse.words import Words

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """What there is to say as of one date. It holds no path and no Spark object."""

    title: str
    category: str
    source_label: str
    generated_data: bool  # true for the demo source: the page then says so in a banner
    as_of: date  # exclusive: the last day that counts is the one before
    window_start: date
    customers: int
    total_monetary: Decimal
    segments: Sequence[Row]  # segment_summary plus `meaning`, `action` and `misfits`, in the order to show them
    clusters: Sequence[Row]  # cluster_profile plus `silhouette`, `recovery` and `trust`
    search: Sequence[Row]  # kmeans_search, the rows of K-Means
    chosen_k: int
    k_reason: str
    charts: Sequence[Chart]
    edges: Sequence[Row]  # rfm_edges, in any order; a missing lower or upper means no limit
    quality: Sequence[tuple[str, Any]]  # (label, value), such as ("Rows read", 50_000)
    settings: Mapping[str, Any]
    lineage: Sequence[tuple[str, str, int | None]]  # (dataset, version, rows), from the source to the report
    run: Mapping[str, Any]  # what more there is to say of the run, such as its rules
    currency: str = "$"
    words: Words = Words("purchase", "purchases", "purchases")
    previous_as_of: date | None = None
    migration: Sequence[Row] = field(default=())  # segment_migration
    movement_history: Sequence[Row] = field(default=())  # movement_history
    stays: Sequence[Row] = field(default=())  # segment_stays
    year_migration: Sequence[Row] = field(default=())  # year_migration
    cluster_quality: Sequence[tuple[str, Any]] = field(default=())  # (label, value), such as silhouette
    cluster_moves: Sequence[str] = field(default=())  # sentences
    algorithms: Sequence[Row] = field(default=())  # kmeans_search of all algorithms, if there are others
    lists: Sequence[Row] = field(default=())  # the lists of customers: name, segment, only_moved, customers
    lists_folder: str = ""  # where they are in the warehouse
    left_out: Sequence[str] = field(default=())  # sentences: what was refused, skipped or ignored
    doubts: Sequence[str] = field(default=())  # sentences: what the checks that only warn have found
    calendar: str = "UTC"  # the zone whose days count
    checks: Sequence[Row] = field(default=())  # dataset, found, limit, verdict
    cohorts: Sequence[Row] = field(default=())  # cohort_retention
    second_purchases: Sequence[Row] = field(default=())  # second_purchase
    data: SourceView | None = None  # what the source looks like; its charts are among `charts`
    said: SaidView | None = None  # what customers say; its charts are among `charts`
