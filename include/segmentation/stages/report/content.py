"""Gather what the report shows: from the tables of the run, and from the manifests it rests on."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from segmentation.common.release import RELEASE
from segmentation.config.kinds import OF_A_DATABASE
from segmentation.config.segment_maps import Segment, load_map, shown
from segmentation.engine.stage_run import StageRun
from segmentation.planning.datasets import STAGE_OF, STAGES
from segmentation.planning.plan import CUSTOMERS, NOT_FOR_CUSTOMERS, OF_EDGES, fingerprint
from segmentation.stages.charts.drawing import Chart
from segmentation.stages.report import clusters as report_clusters
from segmentation.stages.report import customers_say, exports
from segmentation.stages.report import source_data as report_data
from segmentation.stages.report.advice import with_advice
from segmentation.stages.report.chart_list import draw_all
from segmentation.stages.report.checks import check_rows
from segmentation.stages.report.fits import with_claims
from segmentation.stages.report.shown import Report
from segmentation.warehouse import left_out
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.words import (
    calendar_of,
    category_of,
    currency_of,
    customers_quality,
    label_of,
    mapping_shown,
    orders_quality,
    reviews_quality,
    words_of,
)

TABLES = (
    "rfm_edges", "kmeans_search", "cluster_profile", "cluster_quality", "cluster_movement", "segment_summary",
    "segment_claims", "segment_cluster", "segment_agreement", "segment_migration", "rfm_grid", "customer_sample",
    "cohort_retention", "second_purchase", "movement_history", "segment_stays", "year_migration",
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """The tables of a page by name, and what is drawn from them. The tables are small: a row per segment or cluster.

    search: kmeans_search of all algorithms; among the frames it has K-Means only.
    """

    frames: dict[str, pd.DataFrame]
    search: pd.DataFrame
    charts: list[Chart]
    data: report_data.SourceView | None
    said: customers_say.SaidView | None


def draw(stage_run: StageRun) -> Drawn:
    """Read the tables and draw their charts. It needs no list of customers, so these can be written meanwhile."""
    plan, settings = stage_run.plan, stage_run.plan.settings
    made = plan.datasets("kmeans") + plan.datasets("report")
    frames = {name: stage_run.small_table(name) for name in TABLES if name in made or name == "rfm_edges"}
    search = frames["kmeans_search"].sort_values(["k", "algorithm"])
    frames["kmeans_search"] = search[search["algorithm"] == "kmeans"]
    segments = load_map(settings.segment_map, settings.bins)
    data, said = _data(stage_run), _said(stage_run, segments)
    currency, words = currency_of(stage_run.input_manifest("source")), words_of(settings, plan.kind)
    charts = [
        *draw_all(frames, segments, stage_run.has_previous, currency, words, settings.bins),
        *(data.charts if data else ()),
        *(said.charts if said else ()),
    ]
    return Drawn(frames, search, charts, data, said)


def gather(stage_run: StageRun, drawn: Drawn) -> Report:
    """Everything of one run's page, once the lists of customers are written."""
    plan, settings = stage_run.plan, stage_run.plan.settings
    frames = drawn.frames
    customers = stage_run.input_manifest("customer_rfm")
    chosen = frames["kmeans_search"].query("chosen").iloc[0]
    cluster_quality = _rows(frames["cluster_quality"])
    segments = load_map(settings.segment_map, settings.bins)
    has_previous = stage_run.has_previous
    source = stage_run.input_manifest("source")
    return Report(
        title="Customer segments",
        category=category_of(settings, plan.kind),
        source_label=label_of(source),
        generated_data=settings.source == "demo",
        as_of=plan.as_of,
        window_start=plan.window_start,
        customers=customers.rows,
        total_monetary=frames["segment_summary"]["total_monetary"].sum(),
        segments=with_claims(with_advice(_rows(frames["segment_summary"]), segments), _rows(frames["segment_claims"])),
        cohorts=_rows(frames["cohort_retention"]) if "cohort_retention" in frames else (),
        second_purchases=_rows(frames["second_purchase"]) if "second_purchase" in frames else (),
        clusters=report_clusters.profile_rows(_rows(frames["cluster_profile"].sort_values("cluster")), cluster_quality),
        search=_rows(frames["kmeans_search"]),
        chosen_k=int(chosen["k"]),
        k_reason=str(chosen["reason"]),
        charts=drawn.charts,
        edges=_rows(frames["rfm_edges"]),
        quality=_quality(stage_run),
        left_out=left_out.sentences(
            _figures(stage_run),
            _rows(stage_run.small_table("refused_reasons")),
            plan.parameters()["counts_free_orders"],
        ),
        doubts=left_out.doubts(
            manifest for manifest in _run_manifests(stage_run) if STAGE_OF[manifest.dataset] != "report"
        ),
        calendar=calendar_of(source),
        settings=_settings_shown(settings, plan.kind) | mapping_shown(source),
        lineage=_lineage(stage_run),
        # Not the commit, which may change while the rules stay: a version is the same page wherever it is made.
        run={"release": RELEASE, "rules": fingerprint(plan.identity("report")["code"])},
        currency=currency_of(source),
        words=words_of(settings, plan.kind),
        previous_as_of=plan.previous.as_of if has_previous else None,
        migration=_rows(frames["segment_migration"]) if has_previous else (),
        movement_history=_rows(frames["movement_history"]) if has_previous else (),
        stays=_rows(frames["segment_stays"]) if has_previous else (),
        year_migration=_rows(frames["year_migration"]) if has_previous else (),
        cluster_quality=report_clusters.quality_pairs(
            cluster_quality, frames["segment_agreement"]["adjusted_rand_index"].iloc[0]
        ),
        cluster_moves=report_clusters.move_sentences(_rows(frames["cluster_movement"])) if has_previous else (),
        algorithms=report_clusters.algorithm_rows(_rows(drawn.search)),
        data=drawn.data,
        said=drawn.said,
        lists=_lists(stage_run, segments, has_previous),
        lists_folder=_folder_of(stage_run, "exports"),
        # Not those of the report's own tables: they run when the page is written.
        checks=check_rows((m for m in _run_manifests(stage_run) if STAGE_OF[m.dataset] != "report"), settings),
    )


def _data(stage_run: StageRun) -> report_data.SourceView | None:
    """What the source looks like; only a source of reviews has the tables."""
    if stage_run.plan.kind != "reviews":
        return None
    return report_data.view({name: stage_run.small_table(name) for name in report_data.TABLES})


def _said(stage_run: StageRun, segments: tuple[Segment, ...]) -> customers_say.SaidView | None:
    """What customers say, where the run asks for it."""
    if not stage_run.plan.settings.sentiment:
        return None
    frames = {name: stage_run.small_table(name) for name in customers_say.TABLES}
    return customers_say.view(frames, segments, stage_run.plan.parameters()["sentiment_reviews"])


def _lists(stage_run: StageRun, segments: tuple[Segment, ...], has_previous: bool) -> list[dict[str, Any]]:
    """The lists of customers with how many they hold."""
    files = _manifest(stage_run, "exports").files
    found = exports.lists(segments, has_previous)
    return [{**vars(each), "customers": files[f"{each.name}.parquet"]["rows"]} for each in found]


def _folder_of(stage_run: StageRun, name: str) -> str:
    """Where a version stands inside the warehouse."""
    return stage_run.warehouse.place_of(_manifest(stage_run, name)).relative_to(stage_run.warehouse.root).as_posix()


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _settings_shown(settings: Any, kind: str = "") -> dict[str, Any]:
    """The settings that say something about this source."""
    hidden = {
        "as_of",
        "force",
        "files_path",
        "orders_mapping",
        *OF_A_DATABASE,
        "revision",
        "demo_reviews",
        "shop",
        "trial",
    }
    hidden |= {"k_min", "k_max"} if settings.k != "auto" else set()
    hidden |= OF_EDGES if settings.scoring == "seed" else set()
    hidden |= {"frequency_edges"} if settings.frequency_scoring == "quantiles" else set()
    hidden |= {name for name in ("recency_edges", "monetary_edges") if not getattr(settings, name)}
    hidden |= set() if settings.sentiment else {"sentiment", "sentiment_reviews"}
    hidden |= {"category"} if settings.kind == "orders" else set()
    hidden |= NOT_FOR_CUSTOMERS if kind == CUSTOMERS else set()
    values = {name: value for name, value in vars(settings).items() if name not in hidden}
    return values | {"segment_map": shown(settings.segment_map)}


def _run_manifests(stage_run: StageRun) -> list[Manifest]:
    """The manifests the report rests on, from the source on; those made by this very task are drafts."""
    return [
        _manifest(stage_run, name) for stage in STAGES for name in stage_run.plan.datasets(stage) if name != "report"
    ]


def _manifest(stage_run: StageRun, name: str) -> Manifest:
    return stage_run.draft(name) or stage_run.input_manifest(name)


def _lineage(stage_run: StageRun) -> list[tuple[str, str, int | None]]:
    lines: list[tuple[str, str, int | None]] = [(m.dataset, m.version, m.rows) for m in _run_manifests(stage_run)]
    return [*lines, ("report", stage_run.plan.version("report"), None)]


def _figures(stage_run: StageRun) -> dict[str, Any]:
    """All figures in the manifests of the run."""
    figures: dict[str, Any] = {}
    for manifest in _run_manifests(stage_run):
        figures |= manifest.figures
    return figures


def _quality(stage_run: StageRun) -> list[tuple[str, Any]]:
    """What was read, refused, mended and left out, from the figures in the manifests."""
    figures = _figures(stage_run)
    rows = {manifest.dataset: manifest.rows for manifest in _run_manifests(stage_run)}
    quality = {"orders": orders_quality, CUSTOMERS: customers_quality}.get(stage_run.plan.kind, reviews_quality)
    labels = quality(figures, rows)
    return [(label, value) for label, value in labels.items() if value is not None]
