"""Which column holds what, by the words of the header and by what the cells hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.quoting import listed, quoted
from segmentation.sources.order_lines import cells
from segmentation.sources.order_lines.columns import spaced
from segmentation.sources.order_lines.currencies import CODES, SIGNS
from segmentation.sources.order_lines.names import without_empty
from segmentation.sources.preview.header_words import WORDS, rank
from segmentation.sources.preview.sample import Sample, share_of_numbers
from segmentation.sources.preview.times_guess import TimeGuess, guess, is_clock

# The columns are given away in this order, each to one key.
KEYS = ("customer", "order", "currency_column", "status", "quantity", "unit_price", "amount", "product", "product_name",
        "category")  # fmt: skip
NUMBERS = ("quantity", "unit_price", "amount")
# Less of a column cannot be what it would be taken for.
LEAST = 0.5
NO_CUSTOMER = 0.5
# A column with more values than these says nothing of the kind or state of a line.
MOST_KINDS = 30


@dataclass
class Chosen:
    """columns: by key; `time` may be several. time: how it is written. doubts: what a person should look at.

    choices: the columns that fit a key alike, where none was chosen.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    time: TimeGuess | None = None
    doubts: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)


def choose(sample: Sample) -> Chosen:
    """Choose the columns."""
    chosen = Chosen()
    _choose_time(sample, chosen)
    for key in KEYS:
        choose_key(sample, chosen, key)
    if "customer" not in chosen.columns and "customer" not in chosen.choices:
        _choose_customer_by_values(sample, chosen)
    return chosen


def choose_key(sample: Sample, chosen: Chosen, key: str) -> None:
    """Choose the column of a key, if one fits; of the customer and the amount only where no other fits as well."""
    good = [name for name in free_columns(sample, chosen, key) if _FIT[key](sample, name)]
    if not good:
        return
    best = [name for name in good if rank(key, name) == rank(key, good[0])]
    if len(best) > 1 and key in ("customer", "amount"):
        chosen.choices[key] = best
        return
    chosen.columns[key] = good[0]
    if len(good) > 1 and key in ("customer", "amount"):
        others = listed(map(quoted, good[1:]), 120)
        chosen.doubts.append(f"{key}: {quoted(good[0])} was taken; {others} could be meant too")


def free_columns(sample: Sample, chosen: Chosen, key: str) -> list[str]:
    """The columns whose header fits a key and that no other key has, the best first."""
    fits = {name: place for name in sample.columns if (place := rank(key, name)) is not None}
    free = [name for name in fits if name not in _taken(chosen) and name in sample.rows.columns]
    return sorted(free, key=lambda name: (fits[name], sample.columns.index(name)))


def unused(sample: Sample, chosen: Chosen) -> list[str]:
    """The columns that no key has."""
    return [name for name in sample.rows.columns if name not in _taken(chosen)]


def _taken(chosen: Chosen) -> set[str]:
    return {one for value in chosen.columns.values() for one in ([value] if isinstance(value, str) else value)}


def _choose_time(sample: Sample, chosen: Chosen) -> None:
    """The column with times whose header fits best; a column with the time of day beside it comes along."""
    fits = sorted(
        (name for name in sample.rows.columns if rank("time", name) is not None),
        key=lambda name: (rank("time", name) or 0, sample.columns.index(name)),
    )
    good = [name for name in fits if holds_times(sample, name)]
    if not good:
        # A header that says nothing may still stand over days, which numbers alone would not show.
        others = [name for name in sample.rows.columns if name not in fits and holds_times(sample, name)]
        others = [name for name in others if _looks_like_days(sample, name)]
        if len(others) > 1:
            chosen.choices["time"] = others
        if len(others) != 1:
            return
        good = others
        chosen.doubts.append(f"time: {quoted(others[0])} was taken, because no other column holds days or times")
    names = [good[0]]
    if not _has_clock(sample, good[0]):
        clocks = [name for name in sample.rows.columns if name not in names and is_clock(sample.texts(name))]
        beside = [name for name in clocks if "time" in spaced(name) or "zeit" in spaced(name) or "hora" in spaced(name)]
        names += beside[:1]
    chosen.columns["time"] = names[0] if len(names) == 1 else names
    if len(good) > 1:
        chosen.doubts.append(f"time: {quoted(good[0])} was taken; {listed(map(quoted, good[1:]), 120)} hold times too")
    chosen.time = guess_of(sample, names)


def guess_of(sample: Sample, names: list[str]) -> TimeGuess | None:
    """How the times in a column are written, or in two that are joined with a blank."""
    if pa.types.is_temporal(sample.rows.columns[names[0]].type):
        return TimeGuess()
    return guess(
        columns[0] if len(columns) == 1 else pc.utf8_trim_whitespace(pc.binary_join_element_wise(*columns, " "))
        for columns in sample.more(names)
    )


def holds_times(sample: Sample, name: str) -> bool:
    """Whether a column holds days or times."""
    column = sample.rows.columns[name]
    if pa.types.is_temporal(column.type):
        return not pa.types.is_time(column.type) and not pa.types.is_duration(column.type)
    found = guess([sample.texts(name)])
    # Five digits are days of a spreadsheet only where the header speaks of a time.
    return found is not None and (rank("time", name) is not None or "excel" not in (found.format, *found.choices))


def _looks_like_days(sample: Sample, name: str) -> bool:
    if pa.types.is_temporal(sample.rows.columns[name].type):
        return True
    return _share(sample.texts(name), r"[0-9A-Za-z][-/. ][0-9A-Za-z]+[-/. ,]") > NO_CUSTOMER


def _has_clock(sample: Sample, name: str) -> bool:
    column = sample.rows.columns[name]
    if pa.types.is_temporal(column.type):
        return not pa.types.is_date(column.type)
    texts = sample.texts(name)
    return bool(pc.any(pc.match_substring_regex(texts, r"[0-9]:[0-9]")).as_py()) or not bool(
        pc.any(pc.match_substring_regex(texts, r"[-/.]")).as_py()
    )


def _choose_customer_by_values(sample: Sample, chosen: Chosen) -> None:
    """Addresses are somebody's, whatever the header is."""
    free = unused(sample, chosen)
    addresses = [name for name in free if _share(sample.texts(name), r"^[^@\s]+@[^@\s]+\.[^@\s]+$") > NO_CUSTOMER]
    if len(addresses) == 1:
        chosen.columns["customer"] = addresses[0]
        chosen.doubts.append(f"customer: {quoted(addresses[0])} was taken, because it holds addresses")
    elif addresses:
        chosen.choices["customer"] = addresses


def _share(texts: pa.Array, pattern: str) -> float:
    held = texts.filter(pc.not_equal(texts, ""))
    return (pc.sum(pc.match_substring_regex(held, pattern)).as_py() or 0) / len(held) if len(held) else 0.0


def _is_somebody(sample: Sample, name: str) -> bool:
    """Whether enough rows say who it is."""
    texts = without_empty(cells.texts(sample.rows.columns[name]), ["0", "-", "guest"])
    return texts.null_count <= (1 - LEAST) * len(texts) or _is_filled_down(sample, name)


def _is_filled_down(sample: Sample, name: str) -> bool:
    """Whether the first row says it, as where an order's further rows leave its columns empty."""
    first = sample.texts(name).slice(0, 1).to_pylist()
    return bool(first and first[0]) and len(sample.rows.places) > 1


def _is_currency(sample: Sample, name: str) -> bool:
    held = [text.upper() for text in pc.unique(sample.texts(name)).slice(0, 100).to_pylist() if text]
    return bool(held) and sum(text in CODES or text in SIGNS or text == "$" for text in held) > LEAST * len(held)


def _is_few(sample: Sample, name: str) -> bool:
    """Whether a column has so few values as a status."""
    return 1 <= len(pc.unique(sample.texts(name))) <= MOST_KINDS


def _is_number(sample: Sample, name: str) -> bool:
    column = sample.rows.columns[name]
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return True
    return share_of_numbers(sample.texts(name)) > LEAST


def _anything(sample: Sample, name: str) -> bool:
    return any(pc.unique(sample.texts(name)).slice(0, 2).to_pylist())


# Whether what a column holds can be what the key stands for.
_FIT: dict[str, Callable[[Sample, str], bool]] = {
    **dict.fromkeys(WORDS, _anything),
    "customer": _is_somebody,
    "currency_column": _is_currency,
    "status": _is_few,
    **dict.fromkeys(NUMBERS, _is_number),
}
