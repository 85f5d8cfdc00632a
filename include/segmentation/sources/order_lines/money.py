"""What a line costs: its amount, or quantity times price, exactly, and rounded once; what was given back of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.sources.order_lines import cells
from segmentation.sources.order_lines.amounts import NUMBER, SCALE, WHOLE, Numbers
from segmentation.sources.order_lines.currencies import code_of
from segmentation.sources.order_lines.names import without_empty

CENTS = pa.decimal128(18, 2)
# An amount stays below this, so that sums have room.
MOST = 10**12
TOO_LARGE = "an amount of 1,000,000,000,000 or more"
NO_REFUND = "a refund that is no number"
# Exact products, and what a file keeps of a factor.
_EXACT = pa.decimal256(NUMBER.precision, SCALE)
SHOWN = pa.decimal128(28, 12)


@dataclass(frozen=True)
class Money:
    """The amounts of some rows. fault: why a row has none that counts. is_blank: whether its cells are empty.
    currency: the code or sign of its own column or beside its amount. text: the cells that the amount comes from."""

    quantity: pa.Array
    unit_price: pa.Array
    amount: pa.Array
    fault: pa.Array
    is_blank: pa.Array
    refunded: pa.Array
    currency: pa.Array
    text: pa.Array


def read_money(mapping: Mapping[str, Any], columns: Mapping[str, pa.Array | None], size: int) -> Money:
    """Read the columns of amount, quantity, unit_price, refunded and currency_column; None where there is none."""
    numbers = {
        key: cells.read_numbers(column, mapping["decimal"])
        for key, column in columns.items()
        if column is not None and key != "currency_column"
    }
    none = pa.nulls(size, NUMBER)
    quantity, price = (numbers[key].values if key in numbers else none for key in ("quantity", "unit_price"))
    parts = ["amount"] if "amount" in numbers else ["quantity", "unit_price"]
    texts = [cells.texts(columns[key]).fill_null("") for key in parts]
    amount = numbers["amount"].values if parts == ["amount"] else _product(quantity, price)
    cents, too_large = _cents(amount, mapping["minor_units"])
    faults = pc.if_else(too_large, pa.scalar(TOO_LARGE), pc.coalesce(*[numbers[key].fault_texts() for key in parts]))
    refunded, refund_fault = _refunds(columns["refunded"], numbers.get("refunded"), mapping["minor_units"], size)
    return Money(
        quantity=_shown(quantity, 0),
        unit_price=_shown(price, mapping["minor_units"]),
        amount=cents,
        fault=pc.coalesce(faults, refund_fault),
        is_blank=reduce(pc.and_, [pc.equal(text, "") for text in texts]),
        refunded=refunded,
        currency=_currencies(columns["currency_column"], list(numbers.values()), size),
        text=texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, " x "),
    )


def _product(quantity: pa.Array, price: pa.Array) -> pa.Array:
    return pc.multiply(quantity.cast(_EXACT), price.cast(_EXACT))


def _cents(amount: pa.Array, minor_units: int) -> tuple[pa.Array, pa.Array]:
    """The amount in hundredths, rounded half away from zero, null where it is too large; and where that is."""
    rounded = pc.round(amount, ndigits=2 - minor_units, round_mode="half_towards_infinity")
    limit = min(Decimal(MOST).scaleb(minor_units), Decimal(10) ** WHOLE)
    too_large = pc.greater_equal(pc.abs(rounded), pa.scalar(limit, rounded.type)).fill_null(False)
    kept = pc.if_else(too_large, pa.scalar(None, rounded.type), rounded)
    if minor_units:
        unit = pa.scalar(Decimal(1).scaleb(-minor_units), pa.decimal256(7, 6))
        kept = pc.multiply(kept.cast(pa.decimal256(20, 2)), unit)
    return kept.cast(CENTS), too_large


def _shown(factor: pa.Array, minor_units: int) -> pa.Array:
    """A quantity, or a price in the currency's main unit, with as many decimals as files keep."""
    if factor.null_count == len(factor):
        return pa.nulls(len(factor), SHOWN)
    if minor_units:
        unit = pa.scalar(Decimal(1).scaleb(-minor_units), pa.decimal256(7, 6))
        factor = pc.multiply(factor.cast(_EXACT), unit)
    rounded = pc.round(factor, ndigits=SHOWN.scale, round_mode="half_towards_infinity")
    return rounded.cast(SHOWN)


def _refunds(
    column: pa.Array | None, numbers: Numbers | None, minor_units: int, size: int
) -> tuple[pa.Array, pa.Array]:
    """What was given back, without its sign, null where nothing was; and why a cell does not say it."""
    if column is None or numbers is None:
        return pa.nulls(size, CENTS), pa.nulls(size, pa.string())
    cents, too_large = _cents(pc.abs(numbers.values), minor_units)
    there = without_empty(cells.texts(column)).is_valid()
    bad = pc.or_(too_large, pc.and_(there, numbers.values.is_null()))
    none = pc.equal(cents, pa.scalar(Decimal(0), CENTS)).fill_null(False)
    cents = pc.if_else(none, pa.scalar(None, CENTS), cents)
    return cents, pc.if_else(bad, pa.scalar(NO_REFUND), pa.scalar(None, pa.string()))


def _currencies(column: pa.Array | None, numbers: list[Numbers], size: int) -> pa.Array:
    """The currency of each row: of its own column, else the one beside its amount; codes where there are some."""
    beside = [one.currencies for one in numbers]
    found = pc.coalesce(*beside) if beside else pa.nulls(size, pa.string())
    if column is None:
        return found
    encoded = without_empty(cells.texts(column)).dictionary_encode()
    codes = [code_of(text) or text for text in encoded.dictionary.to_pylist()]
    own = pa.array([*codes, None], pa.string()).take(encoded.indices.fill_null(len(codes)))
    return pc.coalesce(own, found)
