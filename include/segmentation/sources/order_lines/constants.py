"""What the mapping says of all lines alike, as columns of `raw_orders`: how the SQL is to take them."""

from collections.abc import Mapping
from typing import Any

from segmentation.sources.order_lines.columns import doubtful_columns, summed_columns
from segmentation.sources.order_lines.filters import Filters

# Their names and types in Spark.
CONSTANTS = (
    "looks_at_orders boolean, fills_customer boolean, fills_time boolean, amount_once boolean, refund_once boolean, "
    "drops_equal_lines boolean, own_currency string, negative_returns boolean, return_prefix string, "
    "subtract_returns boolean, filters_empty_out bigint, several_files boolean, status_columns string, "
    "summed_columns string"
)


def constants(source: Mapping[str, Any], blank_amounts: bool) -> dict[str, Any]:
    """What the mapping says of all lines, by the names of CONSTANTS."""
    mapping, files = source["mapping"], source["files"]
    returns, columns, whole = mapping["returns"], mapping["columns"], set(mapping["order_level"])
    names = {key: {name} if isinstance(name, str) else set(name) for key, name in columns.items()}
    amounts = names.get("amount") or names.get("quantity", set()) | names.get("unit_price", set())
    return {
        "looks_at_orders": "order" in columns and bool(whole or blank_amounts),
        "fills_customer": bool(names["customer"] & whole),
        "fills_time": bool(names["time"] & whole),
        "amount_once": bool(amounts & whole),
        "refund_once": bool(names.get("refunded", set()) & whole),
        "drops_equal_lines": mapping["drop_equal_lines"] and len(files) > 1,
        "own_currency": mapping["currency"],
        "negative_returns": returns["negative"],
        "return_prefix": returns["order_prefix"],
        "subtract_returns": returns["do"] == "subtract",
        "filters_empty_out": Filters(mapping).empty_out,
        "several_files": len(files) > 1,
        "status_columns": doubtful_columns(source),
        "summed_columns": summed_columns(source),
    }
