"""How amounts are written in files without a mapping, and whether they are those of a piece, a line or an order."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.quoting import cut, quoted
from segmentation.sources.order_lines import cells
from segmentation.sources.order_lines.amounts import AMBIGUOUS, decimal_sign, read_number
from segmentation.sources.order_lines.columns import spaced
from segmentation.sources.preview.choosing import Chosen
from segmentation.sources.preview.proposed import CHOOSE, Proposal, as_key
from segmentation.sources.preview.sample import Sample

# The fewest orders with several rows that say something of all orders.
FEWEST = 3
NEARLY_ALL = 0.95
# Headers that say that a price is that of one piece.
_OF_A_PIECE = re.compile(r"\b(?:unit|each|per|piece|einzel\w*|st(?:ü|ue)ck\w*|unitaire|unitario)\b|unitprice")


def add_amount(sample: Sample, chosen: Chosen, found: Proposal) -> None:
    """Add how the amount comes about, its decimal sign, and what may be counted too often."""
    columns = chosen.columns
    parts = ("quantity", "unit_price")
    if set(parts) <= set(columns):
        for key in parts:
            if "amount" not in columns:
                found.keys[key] = as_key(sample, columns[key])
    sign, votes = _decimal(sample, [columns[key] for key in (*parts, "amount") if key in columns])
    if sign:
        found.keys["decimal"] = sign
        if len(votes) > 1:
            found.doubts.append(
                f"decimal: most amounts are written with {quoted(sign)}, but some as {quoted(votes[-1])}"
            )
    elif votes:
        found.keys["decimal"] = CHOOSE
        found.open["decimal"] = f"{quoted(votes[0])} reads in two ways: decimal is '.' or ','"
    if "amount" not in columns and set(parts) <= set(columns):
        _look_for_prices_of_lines(sample, columns, found, sign)
    if "amount" in columns and "order" in columns:
        _look_for_whole_orders(sample, columns, found, sign)


def _decimal(sample: Sample, names: list[str]) -> tuple[str | None, list[str]]:
    """The decimal sign that the cells settle, with a cell of each; or None, with a cell that reads in two ways."""
    signs: Counter[str] = Counter()
    examples: dict[str, str] = {}
    doubtful: list[str] = []
    for name in names:
        if not pa.types.is_string(sample.rows.columns[name].type):
            continue
        for texts in ([columns[0]] for columns in sample.more([name])):
            marked = pc.unique(texts[0].filter(pc.match_substring_regex(texts[0], "[.,]"))).to_pylist()
            for text in marked:
                sign = decimal_sign(text)
                if sign:
                    signs[sign] += 1
                    examples.setdefault(sign, text)
                elif read_number(text, None)[1] == AMBIGUOUS and not doubtful:
                    doubtful.append(text)
            if signs:
                break
    if not signs:
        return None, doubtful
    first, *others = sorted(signs, key=lambda one: (-signs[one], one))
    return first, [examples[one] for one in (first, *others)]


def _look_for_whole_orders(sample: Sample, columns: dict[str, Any], found: Proposal, sign: str | None) -> None:
    """An amount that is the same on all rows of each order may be the order's, and would be counted on each row."""
    amounts, orders = sample.texts(columns["amount"]), sample.texts(columns["order"])
    if {"quantity", "unit_price"} <= set(columns) and _is_product(sample, columns, sign):
        return
    rows = pa.table({"order": orders, "amount": amounts}).filter(pc.not_equal(orders, ""))
    grouped = rows.group_by("order").aggregate([("amount", "count"), ("amount", "count_distinct")])
    several = grouped.filter(pc.greater(grouped["amount_count"], 1))
    same = several.filter(pc.equal(several["amount_count_distinct"], 1))
    if not len(same) or len(same) < NEARLY_ALL * len(several):
        return
    name = columns["amount"]
    if len(several) < FEWEST:
        found.doubts.append(
            f"amount: {quoted(name)} is the same on all rows of an order with several. If it is the order's total, it "
            f"counts once with order_level: [{cut(name, 100)}]"
        )
    else:
        found.keys["order_level"] = [CHOOSE]
        found.open["order_level"] = (
            f"{quoted(name)} is the same on all rows of {len(same):,} of {len(several):,} orders with several rows. If "
            f"it is the order's total, order_level is [{cut(name, 100)}]; if it is the line's own, it is []"
        )


def _look_for_prices_of_lines(sample: Sample, columns: dict[str, Any], found: Proposal, sign: str | None) -> None:
    """A price may be that of a piece, or of all pieces of the line; where there is one of each, both are the same."""
    name, quantities = columns["unit_price"], sample.rows.columns[columns["quantity"]]
    read = cells.read_numbers(quantities, sign or ".").values.to_pylist()
    if not _OF_A_PIECE.search(spaced(name)) and any(one is not None and abs(one) > 1 for one in read):
        found.doubts.append(
            f"amount: {quoted(columns['quantity'])} times {quoted(name)} was taken. If that is the price of all pieces "
            f"of a line, name it as amount, without quantity and unit_price"
        )


def _is_product(sample: Sample, columns: dict[str, Any], sign: str | None) -> bool:
    """Whether the amounts are quantity times price."""
    read = [cells.read_numbers(sample.rows.columns[columns[key]], sign or ".").values.to_pylist()
            for key in ("quantity", "unit_price", "amount")]  # fmt: skip
    rows = [row for row in zip(*read, strict=True) if None not in row]
    equal = [row for row in rows if abs(row[0] * row[1] - row[2]) < Decimal("0.01")]
    return bool(rows) and len(equal) >= NEARLY_ALL * len(rows)
