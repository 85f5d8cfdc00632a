"""The edges of another version, to score this month with: find it, and see that they can be used."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segmentation.common.errors import UserError
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

METRICS = 3


def find(warehouse: Warehouse, version: str) -> Manifest:
    """The manifest of a version of rfm_edges, of whatever month. Raises UserError if there is none."""
    manifest = warehouse.find_any_month("rfm_edges", version)
    if manifest is None:
        raise UserError(f"Param frozen_edges_from: there is no version {version} of rfm_edges in {warehouse.root}.")
    return manifest


def check_closed(manifest: Manifest, bins_closed: str) -> None:
    """Raise UserError where the bins of that version are closed on the other side: its edges would mean other bins."""
    there = manifest.settings.get("bins_closed", "left")  # older versions know no other
    if there != bins_closed:
        raise UserError(
            f"Param frozen_edges_from: the bins of version {manifest.version} of rfm_edges are closed on the {there}, "
            f"but bins_closed is {bins_closed}. Choose a version made with {bins_closed}, or set it to {there}."
        )


def check(edges: DataFrame, version: str, bins: int) -> None:
    """Raise UserError unless each metric has `bins` bins, of which all but the lowest begin at an edge."""
    counts = edges.groupBy("metric").agg(F.count("*").alias("bins"), F.count("lower").alias("edges")).collect()
    there = {row.bins for row in counts}
    if len(counts) != METRICS or len(there) != 1 or any(row.edges != row.bins - 1 for row in counts):
        raise UserError(
            f"Param frozen_edges_from: version {version} of rfm_edges was made by scoring seed, whose tiles are no "
            "edges, or from no customers. Choose a version made by scoring edges."
        )
    if there != {bins}:
        raise UserError(
            f"Param frozen_edges_from: version {version} of rfm_edges has {there.pop()} bins, but bins is {bins}. "
            "Choose a version with as many, or set bins to its number."
        )
