"""What a run would be refused for, found in a second, before Airflow and Spark are made ready."""

from segmentation.local.terminal import clock
from segmentation.segment_maps import load_map
from segmentation.settings import Settings


def look_first(settings: Settings) -> None:
    """Check the segment map, and of orders the mapping against the files. Raises UserError as the run would."""
    load_map(settings.segment_map, settings.bins)
    if settings.source == "orders":
        # Only orders need Arrow so early.
        from segmentation.sources import orders

        with clock("looking at the files"):
            orders.look(settings, print)
