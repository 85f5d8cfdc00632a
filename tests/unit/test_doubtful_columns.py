"""Headers that say that some lines may not count, in columns that the mapping does not name."""

import pytest

from segmentation.sources.order_lines.columns import doubtful_columns

MAPPING = {
    "columns": {"customer": "Customer", "amount": "Amount"},
    "only": {"Kind": ["Sale"]},
    "except": {},
    "returns": {"where": {"Record type": ["Refund"]}},
}


def doubted(header: str) -> str | None:
    return doubtful_columns({"mapping": MAPPING, "files": {"orders.csv": {"columns": ["Customer", "Amount", header]}}})


@pytest.mark.parametrize(
    "header",
    ["Status", "order_status", "refundedAmount", "Cancelled at", "Type", "transaction_type", "lineType", "Record Type",
     "Belegart", "tipo"],
)  # fmt: skip
def test_what_may_tell_refunds_and_cancelled_orders_is_doubted(header: str) -> None:
    assert doubted(header) == header


@pytest.mark.parametrize(
    "header",
    ["Kind", "Record type", "Shipping state", "Product Type", "Card type", "Customer type", "Lineitem type", "Item"],
)
def test_what_is_named_or_about_something_else_is_not(header: str) -> None:
    assert doubted(header) is None
