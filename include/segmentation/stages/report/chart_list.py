"""Which charts the report has, each drawn from its table."""

from collections.abc import Mapping, Sequence

import pandas as pd

from segmentation.config.segment_maps import Segment
from segmentation.stages.charts import customers as customer_charts
from segmentation.stages.charts import movement as movement_charts
from segmentation.stages.charts import retention
from segmentation.stages.charts import segments as charts
from segmentation.stages.charts import shares as share_charts
from segmentation.stages.charts.drawing import Chart
from segmentation.warehouse.words import Words


def draw_all(
    frames: Mapping[str, pd.DataFrame],
    segments: Sequence[Segment],
    has_previous: bool,
    currency: str,
    words: Words,
    bins: int,
) -> list[Chart]:
    """All charts about customers, by the names of their tables. The page has a place for each."""
    summary, overlap, sample = frames["segment_summary"], frames["segment_cluster"], frames["customer_sample"]
    order = [segment.name for segment in segments]
    groups = {segment.name: segment.group for segment in segments}
    drawn = [
        charts.customers_by_segment(summary),
        charts.spend_by_segment(summary, currency),
        share_charts.segment_shares(summary, order),
        customer_charts.rfm_heatmap(frames["rfm_grid"], currency, bins),
        *(
            [
                movement_charts.migration(frames["segment_migration"], order),
                movement_charts.movement_history(frames["movement_history"]),
                movement_charts.migration(frames["year_migration"], order, movement_charts.YEAR),
            ]
            if has_previous
            else []
        ),
        charts.clusters(frames["cluster_profile"], currency, words.counted),
        share_charts.cluster_shares(frames["cluster_profile"]),
        charts.segments_within_clusters(overlap, order),
        share_charts.segment_treemap(overlap, groups, order),
        customer_charts.recency_frequency(sample, words.counted),
        customer_charts.recency_monetary(sample, currency),
        customer_charts.frequency_monetary(sample, currency, words.counted),
        retention.cohort_retention(frames["cohort_retention"], words.one) if "cohort_retention" in frames else None,
        charts.search_curves(frames["kmeans_search"]),
    ]
    return [chart for chart in drawn if chart]
