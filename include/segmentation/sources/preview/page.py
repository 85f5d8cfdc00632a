"""What a preview shows: how the files are read, what will count, what will not, and what looks wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segmentation.common.formatting import count_of, money, percent
from segmentation.common.quoting import cut, quoted
from segmentation.common.terminal import bold, red
from segmentation.engine.check_limits import FAIL
from segmentation.sources.preview.account import Account, Totals
from segmentation.sources.preview.reading import Seen
from segmentation.sources.preview.texts import padded, table, wrapped
from segmentation.sources.preview.understood import LONGEST_EXAMPLE, of_columns, of_files

MOST_REASONS, MOST_FILES = 20, 8
# What becomes of a line that is read and does not count, by the words of the SQL.
NOT_COUNTED = {
    "filtered": "left out by only and except",
    "further row": "further rows of an order whose amount stands on its first",
    "repeated": "repeated from an earlier file",
    "return": "returns, which are ignored",
    "refunded": "refunded in full",
    "negative": "below zero and no return",
    "category": "of a category that is left out",
}
_ROWS = {"user_id": "customer", "local_time": "time", "order_id": "order", "order_count": "orders",
         "parent_asin": "product", "product_name": "product name", "main_category": "category"}  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """What is shown. given: the mapping as the user gave it; source: as it is read, and how each file is laid out."""

    given: Mapping[str, Any]
    source: Mapping[str, Any]
    seen: Seen
    account: Account

    def money(self, amount: Any) -> str:
        """An amount in the files' currency."""
        return money(amount, str(self.source["mapping"]["currency"] or "")).replace("\u00a0", " ")


def lines_of(preview: Preview, width: int) -> Iterator[str]:
    """The page, line by line, none wider than `width`."""
    mapping, listing = preview.source["mapping"], preview.source["files"]
    yield bold("Files")
    files = list(of_files(listing, mapping, preview.seen))
    for text in files[:MOST_FILES]:
        yield from wrapped(text, width, "    ", "  ")
    if len(files) > MOST_FILES:
        yield f"  and {len(files) - MOST_FILES:,} more files"
    yield ""
    yield bold("How the columns are read")
    columns = [(key, quoted(name), how) for key, name, how in of_columns(listing, mapping, preview.given, preview.seen)]
    for key, name, how in columns:
        yield from wrapped(f"{name}, {how}", width, " " * 18, f"  {padded(key, 16)}")
    yield ""
    yield from _first_rows(preview, width)
    yield from _not_counted(preview, width)
    yield from _totals(preview, width)
    yield from _warnings(preview, width)


def _first_rows(preview: Preview, width: int) -> Iterator[str]:
    rows = preview.account.first_rows
    if not rows:
        return
    yield bold(
        f"The first {count_of(len(rows), 'row')} that will count" if len(rows) > 1 else "The only row that counts"
    )
    several = len(preview.source["files"]) > 1
    keys = [key for key in _ROWS if any(row.get(key) is not None for row in rows)]
    head = [*(["file"] if several else []), "row", *(_ROWS[key] for key in keys), "amount"]
    cells = [
        [
            *([row["file"]] if several else []),
            f"{row['place']:,}",
            *("" if row[key] is None else _moment(row[key]) if key == "local_time" else row[key] for key in keys),
            preview.money(row["price"]),
        ]
        for row in rows
    ]
    yield from table(head, cells, width, right=[int(several), len(head) - 1])
    yield ""


def _moment(time: Any) -> str:
    """A time of the shop's clock; midnight is what a day without a time reads as."""
    text = time.isoformat(sep=" ", timespec="minutes" if not time.second and not time.microsecond else "seconds")
    return str(text.removesuffix(" 00:00"))


def _not_counted(preview: Preview, width: int) -> Iterator[str]:
    account, figures = preview.account, preview.account.figures
    yield bold("Lines that do not count")
    read, judged = figures.get("order_lines_read") or 0, figures.get("order_lines_judged") or 0
    refused = figures.get("order_lines_refused") or 0
    if refused:
        lost = percent(figures.get("amount_refused") or 0, figures.get("amount_read") or 0)
        yield from wrapped(
            f"{refused:,} of {judged:,} lines refused ({percent(refused, judged)}), with {lost} of the amounts that "
            "could be read:", width, "    ", "  ")  # fmt: skip
    for row in account.refused[:MOST_REASONS]:
        place = f"row {row['example_place']:,} of {cut(row['example_file'])}"
        cell = f", where the cell holds {quoted(row['example'], LONGEST_EXAMPLE)}" if row["example"] else ""
        yield from wrapped(f"{cut(row['reason'])}: {place}{cell}", width, " " * 16, f"  {row['lines']:>12,}  ")
    if len(account.refused) > MOST_REASONS:
        yield f"  and {len(account.refused) - MOST_REASONS:,} more reasons"
    passed = [
        (row["lines"], f"{NOT_COUNTED.get(row['reason'], cut(row['reason']))}"
         + (f": first row {row['place']:,} of {cut(row['file'])}" if row.get("place") else ""))
        for row in (*account.skipped, *account.left_out)
    ]  # fmt: skip
    free = figures.get("free_lines") or 0
    if free and preview.source["mapping"]["free_orders"] == "ignore":
        passed.append((int(free), "of 0.00, which free_orders: count would let count"))
    if passed:
        yield "  Read, and counted for nothing:"
    for lines, words in passed:
        yield from wrapped(words, width, " " * 16, f"  {lines:>12,}  ")
    if not refused and not passed:
        yield f"  none: each of {read:,} lines counts"
    yield ""


def _totals(preview: Preview, width: int) -> Iterator[str]:
    account = preview.account
    yield bold("What counts")
    if not account.counted_lines:
        yield from wrapped("Nothing: no line would count. The reasons stand above.", width, "  ")
        yield ""
        return
    rows = [_row("all data", account.all_data, preview)]
    if account.window:
        is_summed_up = preview.source["mapping"]["level"] == "customer"
        rows.append(_row("the run" if is_summed_up else "the run's window", account.window, preview))
    head = ["", "first day", "last day", "customers", "orders", "spend"]
    yield from table(head, rows, width, right=[3, 4, 5])
    if account.window is None:
        what = "a run as of it" if preview.source["mapping"]["level"] == "customer" else "the window of a run"
        yield from wrapped(f"With AS_OF=2023-07-01 or another day, {what} is shown too.", width, "  ")
    yield ""


def _row(name: str, totals: Totals, preview: Preview) -> list[str]:
    days = [str(day) if day else "" for day in (totals.first, totals.last)]
    return [name, *days, f"{totals.customers:,}", f"{totals.orders:,}", preview.money(totals.spend)]


def _warnings(preview: Preview, width: int) -> Iterator[str]:
    found = preview.account.warnings
    yield bold("Warnings")
    for level, words in found:
        sign = red("A run would fail: ") if level == FAIL else ""
        first, *rest = wrapped(
            ("A run would fail: " if level == FAIL else "") + cut(words, 1_000), width, "    ", "  - "
        )
        yield first.replace("A run would fail: ", sign, 1) if sign else first
        yield from rest
    if not found:
        yield "  none"
