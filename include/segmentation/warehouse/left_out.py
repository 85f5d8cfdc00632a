"""What a run left out of what it read, and what it doubts, as sentences: at the end of a run, in the log, on the page.

The sentences hold cells of the user's files: escape them for HTML, and clean them for a terminal.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from segmentation.common.formatting import clean, count_of, number, share, shorten
from segmentation.warehouse.manifests import Manifest

# So many reasons are named, each with an example of so many characters.
MOST_REASONS, EXAMPLE_LENGTH = 3, 40
Row = Mapping[str, Any]
# The figures of lines that are read without being judged, and what is said of them.
SKIPPED = {
    "order_lines_filtered": "left out by only and except",
    "order_lines_further": "further rows of orders whose amount stands on their first row",
    "order_lines_repeated": "in another file too, and dropped",
    "returns_ignored": "returns, which are ignored",
    "refunded_lines": "of orders that were refunded in full",
    "free_lines": "of 0.00",
    "negative_lines_dropped": "below zero, but no returns by the mapping",
    "order_lines_dropped": "of excluded categories",
}


def sentences(figures: Mapping[str, Any], reasons: Sequence[Row], counts_free_orders: bool = False) -> list[str]:
    """What was left out: refused lines with their reasons, then what else does not count. Empty where nothing was.

    figures: those of the manifests. reasons: the rows of `refused_reasons`.
    """
    found = [_refused(figures, reasons)] if reasons else []
    skipped = {name: words for name, words in SKIPPED.items() if name != "free_lines" or not counts_free_orders}
    parts = [f"{number(figures[name])} {words}" for name, words in skipped.items() if figures.get(name)]
    if parts:
        found.append(f"Lines that do not count: {'; '.join(parts)}.")
    return found


def doubts(manifests: Iterable[Manifest]) -> list[str]:
    """What the checks that only warn have found, as sentences."""
    return [
        f"{check['message'][:1].upper()}{check['message'][1:]}"
        for manifest in manifests
        for check in manifest.checks.values()
        if check.get("level") == "warn" and not check["passed"]
    ]


def _refused(figures: Mapping[str, Any], reasons: Sequence[Row]) -> str:
    refused = sum(row["lines"] for row in reasons)
    read = _total(figures, ("order_lines_judged",)) or _total(figures, ("review_lines_read", "product_lines_read"))
    of = f" of {number(read)} ({share(refused, read)})" if read else ""
    ordered = sorted(reasons, key=lambda row: (-row["lines"], row["reason"]))
    named = [_reason(row) for row in ordered[:MOST_REASONS]]
    others = sum(row["lines"] for row in ordered[MOST_REASONS:])
    more = f"; {number(others)} for other reasons" if others else ""
    return f"{count_of(refused, 'line')}{of} refused{_amounts(figures)}: {'; '.join(named)}{more}."


def _reason(row: Row) -> str:
    text = f"{number(row['lines'])} {clean(row['reason'])}"
    if row["example_place"] is None:
        return text
    cell = shorten(row["example"] or "", EXAMPLE_LENGTH)
    shown = f"'{cell}'" if cell else "an empty cell"
    if row["example"] is None:
        return f"{text}, such as row {number(row['example_place'])} of {clean(row['example_file'])}"
    return f"{text}, such as {shown} in row {number(row['example_place'])} of {clean(row['example_file'])}"


def _amounts(figures: Mapping[str, Any]) -> str:
    """The refused lines' share of the amounts that could be read; lines without a readable amount are not among it."""
    read, refused = (Decimal(str(figures.get(name) or 0)) for name in ("amount_read", "amount_refused"))
    return f", with {share(refused, read)} of the amounts that could be read" if read else ""


def _total(figures: Mapping[str, Any], names: Sequence[str]) -> int:
    return sum(int(figures.get(name) or 0) for name in names)
