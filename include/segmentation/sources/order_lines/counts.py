"""How many orders a customer has made, where each row of a file is a customer."""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.sources.order_lines import amounts, cells

# Beyond it, sums over all customers could leave 64 bits.
MOST = 10**9
NO_COUNT = f"orders that are no whole number from 1 to {MOST:,}"
AMBIGUOUS = "orders that can be read in two ways, unless decimal says how"


@dataclass(frozen=True)
class Counts:
    """The numbers of orders of some rows. fault: why a row has none that counts. text: the cells."""

    values: pa.Array
    fault: pa.Array
    text: pa.Array


def read_counts(column: pa.Array | None, decimal: str | None, size: int) -> Counts:
    """Read the column of the mapping's key `orders`; None where it names none: then nothing is at fault."""
    none = pa.nulls(size, pa.string())
    if column is None:
        return Counts(pa.nulls(size, pa.int64()), none, none)
    numbers = cells.read_numbers(column, decimal)
    values, faults = numbers.values, numbers.fault_texts()
    whole = pc.equal(pc.floor(values), values)
    least, most = (pa.scalar(Decimal(limit), values.type) for limit in (1, MOST))
    within = pc.and_(pc.greater_equal(values, least), pc.less_equal(values, most))
    # An amount of money is no number of orders.
    counts = pc.and_(pc.and_(whole, within).fill_null(False), numbers.currencies.is_null())
    two_ways = pc.equal(faults, amounts.AMBIGUOUS).fill_null(False)
    fault = pc.if_else(counts, pa.scalar(None, pa.string()), pc.if_else(two_ways, AMBIGUOUS, NO_COUNT))
    kept = pc.if_else(counts, values, pa.scalar(None, values.type))
    return Counts(kept.cast(pa.int64()), fault, cells.texts(column).fill_null(""))
