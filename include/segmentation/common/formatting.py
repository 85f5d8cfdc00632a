"""Numbers, amounts, days and names as people read them."""

import sys
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

MISSING = "–"
CONTROL = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # bidirectional overrides


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN or one of pandas' own.

    Where nobody has imported pandas, no value is one of its own. The pages in Airflow come sooner without it.
    """
    pandas = sys.modules.get("pandas")
    return bool(pandas.isna(value)) if pandas else value is None or value != value  # noqa: PLR0124


def number(value: Any, digits: int = 0) -> str:
    """A number with thousands separators, or a dash for a missing one."""
    return MISSING if is_missing(value) else f"{value:,.{digits}f}".replace("-", "−")


def count_of(value: Any, one: str) -> str:
    """A number with its noun: `1 customer`, `1,204 customers`."""
    return f"{number(value)} {one}{'' if value == 1 else 's'}"


def money(value: Any, currency: str = "$", digits: int = 2, compact: bool = False) -> str:
    """An amount such as `$1,234.50`, `EUR 1,234.50`, or `$1.2M` when compact."""
    if is_missing(value):
        return MISSING
    sign, amount, unit = ("−" if value < 0 else ""), abs(value), ""
    if compact:
        amount, digits = float(amount), 0
        for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
            if amount >= 0.99995 * size:  # from here on it would round up to 1,000.0 of the next unit
                amount, unit, digits = amount / size, letter, 1
                break
    gap = "\u00a0" if currency[-1:].isalpha() else ""
    return f"{sign}{currency}{gap}{amount:,.{digits}f}{unit}"


def percent(part: Any, whole: Any, digits: int = 1) -> str:
    """`part` of `whole` as a percentage, or a dash when there is no whole."""
    if is_missing(part) or is_missing(whole) or not whole:
        return MISSING
    return number(100 * float(part) / float(whole), digits) + "%"


def share(part: Any, whole: Any) -> str:
    """A share for a sentence: `12.5%`, and `less than 0.1%` where digits would say that there is nothing."""
    if not is_missing(part) and not is_missing(whole) and 0 < part < whole / 2000:
        return "less than 0.1%"
    return percent(part, whole)


def clean(text: Any) -> str:
    """A name on one line, without characters that XML forbids or that turn the text around it."""
    text = str(text).translate(CONTROL)
    return " ".join("".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text).split())


def name(text: Any) -> str:
    """A clean name for the middle of a sentence. Right-to-left names are isolated, so the numbers stay in place."""
    text = clean(text)
    right_to_left = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    return f"\u2068{text}\u2069" if right_to_left else text


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in a sentence: `A`, `A and B`, `A, B and C`."""
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def day(value: date | None) -> str:
    """A day such as `1 September 2023`; a dash where there is none."""
    return MISSING if value is None else f"{value.day} {value:%B %Y}"


def shorten(text: Any, length: int) -> str:
    """A clean name of at most `length` characters."""
    text = clean(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
