"""Order files with one row per customer (`level: customer`): what does not go with a table that is summed up.

What would say nothing of it is refused, so that nobody believes it to count.
"""

from collections.abc import Mapping
from typing import Any

from segmentation.config.param_values import refuse
from segmentation.config.settings import Settings

# Keys of the mapping that are about orders or their lines.
ABOUT_LINES = ("order_level", "returns")
# Params that choose orders or lines, the value that leaves all of them, and why there is no other.
_PARAMS = {
    "frequency_counts": ("orders", "the table says how many orders there are"),
    "min_price": (0, "the table has no orders of its own"),
    "excluded_categories": ((), "the table has no products"),
    "keep_unknown_category": (True, "the table has no products"),
}


def check_params(settings: Settings, mapping: Mapping[str, Any]) -> None:
    """Refuse params that choose among orders where the mapping has customers only. Raises UserError."""
    if mapping["level"] != "customer":
        return
    for name, (wanted, why) in _PARAMS.items():
        given = getattr(settings, name)
        if given != wanted:
            shown = list(given) if isinstance(given, tuple) else str(given)
            allowed = {"excluded_categories": "none", "keep_unknown_category": "true"}.get(name, wanted)
            raise refuse(name, shown, f"{allowed} with level: customer in orders_mapping, since {why}")
