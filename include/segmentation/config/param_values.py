"""One param's value: from what a form or a command line gives to its type, within its limits. Stdlib only."""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted

PRICE_DIGITS = 4
# Each value is a word on the command line of every job, and the kernel takes no word above 128 kB.
LONGEST = 20_000


def refuse(name: str, value: Any, allowed: str) -> UserError:
    """The error for a value that is not allowed."""
    return UserError(f"Param {name}: {quoted(value)} is not allowed. Allowed: {allowed}.")


def typed_value(name: str, meta: Mapping[str, Any], value: Any) -> Any:
    """A param's value in its type, from a JSON value or from a text as a command line gives it.

    `meta` holds the type and the limits of the param. Raises UserError naming the param, the value and what is
    allowed.
    """
    kind = meta["type"]
    if kind.endswith("?") and value in (None, "", "null", "None"):
        return None
    given = value
    try:
        value = _CONVERT[kind.rstrip("?")](value)
        if meta.get("items", {}).get("type") == "number":
            value = tuple(_number(item) for item in value)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise refuse(name, given, _WORDS[kind.rstrip("?")]) from None
    if not _can_be_a_word(value):
        raise refuse(name, given, f"at most {LONGEST:,} characters, none of them a zero byte or half of another")
    if "enum" in meta and value not in meta["enum"]:
        raise refuse(name, value, ", ".join(meta["enum"]))
    if "pattern" in meta and not re.fullmatch(meta["pattern"].strip("^$"), value):
        raise refuse(name, value, f"{meta['help']} (pattern {meta['pattern']})")
    low, high = meta.get("minimum"), meta.get("maximum")
    if (low is not None and value < low) or (high is not None and value > high):
        raise refuse(name, given if isinstance(value, Decimal) else value, f"{low} to {high}")
    return value


def _can_be_a_word(value: Any) -> bool:
    """Whether a text or a list of texts can stand on a command line."""
    if isinstance(value, tuple):
        try:
            return all(map(_can_be_a_word, value)) and len(json.dumps(value, default=str)) <= LONGEST
        except ValueError:  # a number that Python does not write out
            return False
    if not isinstance(value, str):
        return True
    return len(value) <= LONGEST and "\0" not in value and not any("\ud800" <= one <= "\udbff" for one in value)


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text in ("true", "1")


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
        raise ValueError(value)
    return int(value)


def _number(value: Any) -> Decimal:
    number = Decimal(str(value))
    if isinstance(value, bool) or not number.is_finite() or number != round(number, PRICE_DIGITS):
        raise ValueError(value)
    # One spelling for equal numbers, because the spelling is part of the version.
    return Decimal(format(number.normalize() + 0, "f"))


def _array(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        parts = [int(part) if part.isdigit() else part for part in value.split(";") if part]
        value = json.loads(value) if value.startswith("[") else parts
    if not isinstance(value, (list, tuple)):
        raise TypeError(value)
    return tuple(value)


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(value)
    return date.fromisoformat(value)


def _string(value: Any) -> str:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise TypeError(value)
    return str(value)


_CONVERT = {
    "string": _string,
    "date": _date,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
}
_WORDS = {
    "string": "a text",
    "date": "a date as YYYY-MM-DD",
    "integer": "a whole number",
    "number": f"a number with at most {PRICE_DIGITS} decimals",
    "boolean": "true or false",
    "array": 'a JSON list such as ["a", "b"] or [1, 2], or a;b; empty for none',
}
