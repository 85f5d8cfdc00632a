"""Whether files have one row per customer, and which of their columns then holds what.

Such a table says how many orders each customer had. Taken for order lines it would give everybody one order, on the
day of the last one, so it has to be told apart.
"""

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.quoting import quoted
from segmentation.sources.order_lines.columns import spaced
from segmentation.sources.preview.choosing import Chosen, choose_key, free_columns, guess_of, holds_times
from segmentation.sources.preview.header_words import WORDS
from segmentation.sources.preview.sample import Sample


def choose_of_customers(sample: Sample, chosen: Chosen) -> Chosen | None:
    """The columns of a table of customers; None where the files are none. `chosen`: those of order lines."""
    count = next(
        (name for name in sample.rows.columns if spaced(name) in WORDS["orders"] and _counts(sample, name)), ""
    )
    if not count:
        return None
    # The column of the customer may be in doubt: any that fits has each customer once, or none has.
    fitting = [chosen.columns["customer"]] if "customer" in chosen.columns else chosen.choices.get("customer", [])
    unique = [name for name in fitting if _is_unique(sample, name)]
    if not unique:
        return None
    found = Chosen({"customer": unique[0], "orders": count})
    found.doubts.append(
        f"level: each {quoted(unique[0])} has one row, and {quoted(count)} was taken for how many orders there were; "
        "so these are customers, not orders"
    )
    found.doubts += [doubt for doubt in chosen.doubts if doubt.startswith("customer:")]
    _choose_last_order(sample, found)
    for key in ("amount", "currency_column"):
        choose_key(sample, found, key)
    return found


def _choose_last_order(sample: Sample, found: Chosen) -> None:
    times = [name for name in free_columns(sample, found, "last_order") if holds_times(sample, name)]
    others = [name for name in sample.rows.columns if name not in times and holds_times(sample, name)]
    if not times:
        if others:
            found.choices["last_order"] = others
        return
    found.columns["last_order"] = times[0]
    found.time = guess_of(sample, [times[0]])


def _counts(sample: Sample, name: str) -> bool:
    """Whether a column holds whole numbers, not below 0."""
    column = sample.rows.columns[name]
    if pa.types.is_integer(column.type):
        return True
    held = sample.held(name)
    whole = pc.match_substring_regex(held, r"^\s*[0-9]+([.,]0+)?\s*$")
    return bool(len(held)) and bool(pc.all(whole).as_py())


def _is_unique(sample: Sample, name: str) -> bool:
    held = sample.held(name)
    return bool(len(held)) and len(pc.unique(held)) == len(held)
