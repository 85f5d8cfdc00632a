"""How many orders a customer has made: whole numbers from 1 on, in texts and in typed columns, and nothing else."""

from decimal import Decimal

import pyarrow as pa
import pytest

from segmentation.sources.order_lines.counts import AMBIGUOUS, NO_COUNT, read_counts
from segmentation.sources.order_lines.lines import SCHEMA, Lines
from segmentation.sources.order_lines.rows import Chunk
from segmentation.sources.orders_mapping import read_mapping

MAPPING = "{level: customer, customer: Who, last_order: Last, orders: Orders, amount: Sum, decimal: '.'}"


@pytest.mark.parametrize(
    ("text", "decimal", "count", "fault"),
    [
        ("3", None, 3, None),
        ("3.0", None, 3, None),  # a spreadsheet took it for a number with decimals
        (" 12 ", None, 12, None),
        ("1,234", ".", 1234, None),
        ("1.234", ",", 1234, None),
        ("1,234", None, None, AMBIGUOUS),
        ("1000000000", None, 10**9, None),
        ("1000000001", None, None, NO_COUNT),
        ("0", None, None, NO_COUNT),
        ("-1", None, None, NO_COUNT),
        ("2.5", None, None, NO_COUNT),
        ("0.5", None, None, NO_COUNT),
        ("", None, None, NO_COUNT),
        ("some", None, None, NO_COUNT),
        ("3 €", None, None, NO_COUNT),  # an amount
    ],
)
def test_a_text_is_a_number_of_orders_or_says_why_not(text, decimal, count, fault) -> None:
    found = read_counts(pa.array([text, "7"]), decimal, 2)
    assert found.values.to_pylist() == [count, 7]
    assert found.fault.to_pylist() == [fault, None]
    assert found.text.to_pylist() == [text.strip(), "7"]


@pytest.mark.parametrize(
    ("column", "counts"),
    [
        (pa.array([1, 0, None, 10**12], pa.int64()), [1, None, None, None]),
        (pa.array([1.0, 2.5, float("nan"), None]), [1, None, None, None]),
        (pa.array([Decimal("3.00"), Decimal("0.50")]), [3, None]),
        (pa.array(["4", None]).dictionary_encode(), [4, None]),
        (pa.array([None, None]), [None, None]),
    ],
    ids=["whole", "binary", "decimal", "dictionary", "null"],
)
def test_a_typed_column_has_the_same_rules(column: pa.Array, counts: list) -> None:
    found = read_counts(column, None, len(column))
    assert found.values.to_pylist() == counts
    assert [fault is None for fault in found.fault.to_pylist()] == [count is not None for count in counts]


def test_order_lines_have_no_count_and_nothing_at_fault() -> None:
    found = read_counts(None, None, 2)
    assert found.values.to_pylist() == found.fault.to_pylist() == found.text.to_pylist() == [None, None]


def test_a_row_is_at_fault_for_its_orders_or_its_amount_and_shows_that_cell() -> None:
    columns = {"Who": ["ann", "bob", "cay", "dan"], "Last": ["2023-05-01"] * 4, "Orders": ["2", "x", "3", "none"],
               "Sum": ["9.50", "9.50", "y", "z"]}  # fmt: skip
    chunk = Chunk({name: pa.array(cells) for name, cells in columns.items()}, pa.array([2, 3, 4, 5]).to_numpy())
    lines = Lines({"mapping": read_mapping(MAPPING), "files": {}}).typed("a.csv", chunk).to_pylist()
    assert [(row["order_count"], row["amount"], row["amount_fault"], row["amount_text"]) for row in lines] == [
        (2, Decimal("9.50"), None, None),
        (None, Decimal("9.50"), NO_COUNT, "x"),
        (3, None, "no amount that is a number", "y"),
        (None, None, NO_COUNT, "none"),
    ]
    assert [row["line_text"] is None for row in lines] == [True, False, False, False]
    assert set(lines[0]) == set(SCHEMA.names)
