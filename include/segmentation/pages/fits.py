"""The segments of a report whose names do not fit their customers: what is claimed, and what was found."""

from segmentation.pages import tables
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import Damaged, data_of, input_of_month
from segmentation.warehouse.versions import Warehouse


def misfits(warehouse: Warehouse, report: Manifest) -> dict[str, list[str]]:
    """For each segment whose name does not fit, a sentence per claim that does not hold, in the order of the map.

    Empty for a report that knows of no claims, and where they cannot be read: the figures stand without them.
    """
    try:
        found = input_of_month(warehouse, report, "segment_claims")
        rows = tables.rows(data_of(warehouse, found), tables.CLAIM_COLUMNS) if found else ()
    except (Damaged, *tables.ERRORS):
        return {}
    sentences: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row["claim_number"]):
        if row["held"] is False:
            sentences.setdefault(row["segment"], []).append(f"Claimed: {row['claim']}. Found: {row['found']}.")
    return sentences
