"""The values that the keys of a mapping may have. Each check gives the normalised value, or says what is allowed."""

import codecs
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from segmentation.common.quoting import quoted
from segmentation.sources.order_lines.time_patterns import fault_of
from segmentation.sources.order_lines.times import ALIASES, NUMERIC
from segmentation.sources.order_lines.zones import zone_of

RETURNS: dict[str, Any] = {"negative": True, "order_prefix": None, "where": {}, "do": "ignore"}
LONGEST = 1_000


class Wrong(Exception):
    """What is wrong with a mapping, as a sentence without its beginning and end."""


def text(key: str, value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value or len(value) > LONGEST:
        raise Wrong(f"{key} is {quoted(value)}; allowed is a text, in quotes where YAML takes it for something else")
    return value


def column(key: str, value: Any, header: bool) -> str:
    """The name of a column; its number from 1 where the files have no header."""
    if type(value) is int and not header and value >= 1:
        return str(value)
    if not header:
        raise Wrong(f"{key} is {quoted(value)}; with header: false a column is a whole number, the first is 1")
    if type(value) is int:
        raise Wrong(f"{key} is {value}; put it in quotes if a column has that name, or say header: false for numbers")
    return text(key, value).strip() or text(key, "")


def _boolean(key: str) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        if not isinstance(value, bool):
            raise Wrong(f"{key} is {quoted(value)}; allowed are true and false")
        return value

    return check


def _one_of(key: str, allowed: tuple[Any, ...], names: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or value not in allowed:
            raise Wrong(f"{key} is {quoted(value)}; allowed are {names}")
        return value

    return check


def _texts(key: str, value: Any) -> list[str]:
    """A list of texts or whole numbers; one of them may stand alone."""
    found = value if isinstance(value, list) else [value]
    for one in found:
        if isinstance(one, bool) or not isinstance(one, (str, int)) or len(str(one)) > LONGEST:
            raise Wrong(
                f"{key} has {quoted(one)}; allowed are texts, in quotes where YAML takes them for something else"
            )
    return [str(one) for one in found]


def _names(key: str) -> Callable[[Any, bool], list[str]]:
    def check(value: Any, header: bool) -> list[str]:
        found = value if isinstance(value, list) else [value]
        return list(dict.fromkeys(column(key, one, header) for one in found))

    return check


def _filters(key: str) -> Callable[[Any, bool], dict[str, list[str]]]:
    def check(value: Any, header: bool) -> dict[str, list[str]]:
        if not isinstance(value, dict):
            raise Wrong(f"{key} is {quoted(value)}; it takes columns with their values, such as {{Status: [paid]}}")
        found = {column(key, name, header): _texts(f"{key}: {name}", values) for name, values in value.items()}
        empty = [name for name, values in found.items() if not values]
        if empty:
            raise Wrong(f"{key} has no values for {quoted(empty[0])}; '' stands for an empty cell")
        return {name: sorted(set(values)) for name, values in sorted(found.items())}

    return check


def _returns(value: Any, header: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(f"returns is {quoted(value)}; it takes {', '.join(RETURNS)}")
    unknown = [key for key in value if key not in RETURNS]
    if unknown:
        raise Wrong(f"unknown key {quoted(unknown[0])} in returns; known are {', '.join(RETURNS)}")
    found = {key: default if value.get(key) is None else value[key] for key, default in RETURNS.items()}
    _boolean("returns.negative")(found["negative"])
    if found["order_prefix"] is not None:
        text("returns.order_prefix", found["order_prefix"])
    found["where"] = _filters("returns.where")(found["where"], header)
    _one_of("returns.do", ("ignore", "subtract"), "ignore and subtract")(found["do"])
    return found


def _currency(value: Any) -> str | None:
    if value is None:
        return None
    found = text("currency", value)
    if len(found) > 8 or not found.isprintable() or not found.strip():
        raise Wrong(f"currency is {quoted(value)}; allowed is an ISO code or a sign, such as EUR or €")
    return found


def _zone(key: str, value: Any) -> str:
    name = text(key, value)
    try:
        # Names without a slash are abbreviations, and some mean something else elsewhere.
        if ("/" in name or name == "UTC") and ZoneInfo(name):
            return name
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        pass
    raise Wrong(f"{key} is {quoted(name)}; allowed is an IANA name such as Europe/Berlin")


def _time_format(value: Any) -> str | None:
    if value is None:
        return None
    found = text("time_format", value)
    found = ALIASES.get(found, found)
    if found in NUMERIC:
        return found
    fault = fault_of(found)
    if fault:
        raise Wrong(f"time_format is {quoted(found)}, but {fault}. For numbers it is {', '.join(NUMERIC)}")
    return found


def _zone_names(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Wrong(f"zone_names is {quoted(value)}; it takes spellings with their zones, such as {{CET: '+01:00'}}")
    for spelling, zone in value.items():
        text("zone_names", spelling)
        if zone_of(text(f"zone_names: {spelling}", zone)) is None:
            raise Wrong(
                f"zone_names says {quoted(spelling)} is {quoted(zone)}; allowed is an IANA name such as Europe/Berlin, "
                "or an offset such as +01:00"
            )
    return dict(sorted(value.items()))


def _delimiter(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) != 1 or value in '"\r\n\0'):
        raise Wrong(f"delimiter is {quoted(value)}; allowed is one character, such as ';' or \"\\t\"")
    return value


def _encoding(value: Any) -> str:
    name = text("encoding", value)
    try:
        if codecs.lookup(name)._is_text_encoding:
            return name
    except (LookupError, ValueError):
        pass
    raise Wrong(f"encoding is {quoted(name)}; allowed is a name such as utf-8 or windows-1252")


def _minor_units(value: Any) -> int:
    if value is True:
        return 2
    if value is False:
        return 0
    return _one_of("minor_units", tuple(range(7)), "whole numbers from 0 to 6, or true for 2")(value)


CHECKS: dict[str, Callable[..., Any]] = {
    "level": _one_of("level", ("order", "customer"), "order and customer"),
    "order_level": _names("order_level"),
    "only": _filters("only"),
    "except": _filters("except"),
    "returns": _returns,
    "free_orders": _one_of("free_orders", ("ignore", "count"), "ignore and count"),
    "drop_equal_lines": _boolean("drop_equal_lines"),
    "empty": lambda value: sorted(set(_texts("empty", value))),
    "normalise_ids": _boolean("normalise_ids"),
    "whole_number_ids": _boolean("whole_number_ids"),
    "currency": _currency,
    "decimal": _one_of("decimal", (None, ".", ","), "'.' and ','"),
    "minor_units": _minor_units,
    "time_zone": lambda value: _zone("time_zone", value),
    "times_in": lambda value: None if value is None else _zone("times_in", value),
    "time_format": _time_format,
    "zone_names": _zone_names,
    "delimiter": _delimiter,
    "encoding": _encoding,
    "header": _boolean("header"),
}
