"""What a run would be refused for, found in a second, before Airflow and Spark are made ready."""

from dataclasses import replace

from segmentation.common.terminal import clock
from segmentation.config.kinds import DATABASE, is_address, is_of_orders
from segmentation.config.segment_maps import load_map
from segmentation.config.settings import Settings


def look_first(settings: Settings) -> None:
    """Check the segment map, and of orders the mapping against the files. Raises UserError as the run would."""
    load_map(settings.segment_map, settings.bins)
    if not is_of_orders(settings.source):
        return
    # Only orders need Arrow so early.
    from segmentation.sources import orders
    from segmentation.sources.dated import dated, is_dated
    from segmentation.sources.orders_mapping import read_mapping

    files = settings.files_path
    if is_dated(files) and settings.as_of:
        files = dated("files_path", str(files), settings.as_of)
    if is_address(settings.orders_mapping):
        return  # what is elsewhere is looked at by the run, which has the connections
    if settings.source == DATABASE or is_address(files) or is_dated(files):
        read_mapping(str(settings.orders_mapping))
        return
    with clock("looking at the files"):
        orders.look(replace(settings, files_path=files), print)
