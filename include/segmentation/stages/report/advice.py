"""What to do about a segment, so that it fits the money: nobody is called in person for less than one order."""

from collections.abc import Mapping, Sequence
from typing import Any

from segmentation.config.segment_maps import Segment

Row = Mapping[str, Any]


def with_advice(rows: Sequence[Row], segments: Sequence[Segment]) -> list[dict[str, Any]]:
    """The rows of `segment_summary` in the order of the map, with what it says of each segment.

    Where the customers of a segment spent less on average than an order of the whole shop comes to, its action is the
    map's `low_spend_action`, if it has one; `for_low_spend` says so, with what an order comes to.
    """
    found = {row["segment"]: row for row in rows}
    spend, orders = (sum(row[name] or 0 for row in rows) for name in ("total_monetary", "orders"))
    usual = spend / orders if orders else None
    return [_advised(found[segment.name], segment, usual) for segment in segments]


def _advised(row: Row, segment: Segment, usual: Any) -> dict[str, Any]:
    each = row["avg_monetary"]
    is_low = bool(segment.low_spend_action) and usual is not None and each is not None and each < usual
    return {
        **row,
        "meaning": segment.meaning,
        "action": segment.low_spend_action if is_low else segment.action,
        "for_low_spend": usual if is_low else None,
    }
