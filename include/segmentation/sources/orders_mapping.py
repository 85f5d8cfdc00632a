"""The mapping of the source `orders`: which columns of the user's files hold what, and how to read them.

`read_mapping` gives the normalised mapping, with every key in place. It is part of the source version, so equal
mappings make equal versions however they are spelled.
"""

import codecs
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from segmentation.errors import UserError
from segmentation.sources.allowed import check_allowed
from segmentation.sources.time_patterns import fault_of, holds_zone

COLUMNS = (
    "customer", "time", "amount", "quantity", "unit_price", "order", "product", "product_name", "category",
)  # fmt: skip
CONSTANTS = {
    "currency": "$",
    "time_zone": "UTC",
    "time_format": None,
    "delimiter": ",",
    "encoding": "utf-8",
    "decimal": ".",
    "whole_number_ids": False,
}
RETURNS = {"negative": True, "order_prefix": None, "do": "ignore"}
KEYS = (*COLUMNS, "returns", *CONSTANTS)


def read_mapping(given: str) -> dict[str, Any]:
    """The normalised mapping: {"columns": {...}, "returns": {...}, and the constants}.

    `given` is the path of a YAML file, or the YAML (or JSON) itself. Raises UserError naming what is wrong, where,
    and what is allowed.
    """
    place, raw = _load(given)
    unknown = [key for key in raw if key not in KEYS]
    if unknown:
        raise _wrong(place, f"unknown key {unknown[0]!r}; known are {', '.join(KEYS)}")
    columns = {key: _text(place, key, raw[key]) for key in COLUMNS if raw.get(key) is not None}
    for key in ("customer", "time"):
        if key not in columns:
            raise _wrong(place, f"{key} is missing; give the column that holds it")
    if "amount" not in columns and not {"quantity", "unit_price"} <= set(columns):
        raise _wrong(place, "the amount is missing; give amount, or both quantity and unit_price")
    mapping: dict[str, Any] = {
        "columns": columns,
        "returns": _returns(place, raw.get("returns"), columns),
        **{key: default if raw.get(key) is None else raw[key] for key, default in CONSTANTS.items()},
    }
    _check_constants(place, mapping)
    mapping["encoding"] = codecs.lookup(mapping["encoding"]).name
    # A pattern that reads a zone gives instants, which need no other.
    if mapping["time_format"] and holds_zone(mapping["time_format"]):
        mapping["time_zone"] = "UTC"
    return mapping


def _load(given: str) -> tuple[str, dict[Any, Any]]:
    """Where the mapping comes from, for messages, and what it says."""
    import yaml

    path = Path(given).expanduser()
    is_file = os.path.isfile(path)  # unlike Path.is_file, it never raises, whatever the text
    place = f" in {path}" if is_file else ""
    if is_file:
        check_allowed("orders_mapping", path)
    try:
        raw = yaml.safe_load(path.read_bytes() if is_file else given)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise _wrong(place, f"this is no YAML{line}; a mapping looks like 'customer: Customer ID'") from None
    except OSError as error:
        raise UserError(f"Param orders_mapping: {path} cannot be read: {error.strerror}.") from None
    if isinstance(raw, str) and not is_file:
        raise UserError(f"Param orders_mapping: there is no file {path}.")
    if not isinstance(raw, dict):
        raise _wrong(place, "this is no mapping of keys; it looks like 'customer: Customer ID'")
    return place, raw


def _returns(place: str, raw: Any, columns: dict[str, str]) -> dict[str, Any]:
    if raw is None:
        return dict(RETURNS)
    if not isinstance(raw, dict):
        raise _wrong(place, f"returns is {raw!r}; it takes {', '.join(RETURNS)}")
    unknown = [key for key in raw if key not in RETURNS]
    if unknown:
        raise _wrong(place, f"unknown key {unknown[0]!r} in returns; known are {', '.join(RETURNS)}")
    found = {key: default if raw.get(key) is None else raw[key] for key, default in RETURNS.items()}
    if not isinstance(found["negative"], bool):
        raise _wrong(place, f"returns.negative is {found['negative']!r}; allowed are true and false")
    if found["order_prefix"] is not None:
        found["order_prefix"] = _text(place, "returns.order_prefix", found["order_prefix"])
        if "order" not in columns:
            raise _wrong(place, "returns.order_prefix needs the key order, the column that holds the order's id")
    if found["do"] not in ("ignore", "subtract"):
        raise _wrong(place, f"returns.do is {found['do']!r}; allowed are ignore and subtract")
    return found


def _check_constants(place: str, mapping: dict[str, Any]) -> None:
    for key in ("currency", "time_zone", "encoding", "decimal"):
        _text(place, key, mapping[key])
    if len(mapping["currency"]) > 8 or not mapping["currency"].isprintable():
        raise _wrong(place, f"currency is {mapping['currency']!r}; allowed is an ISO code or a sign, such as EUR or €")
    if not _is_zone(mapping["time_zone"]):
        raise _wrong(place, f"time_zone is {mapping['time_zone']!r}; allowed is an IANA name such as Europe/Berlin")
    if mapping["time_format"] is not None:
        fault = fault_of(_text(place, "time_format", mapping["time_format"]))
        if fault:
            raise _wrong(place, f"time_format is {mapping['time_format']!r}, but {fault}")
    delimiter = mapping["delimiter"]
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise _wrong(place, f"delimiter is {delimiter!r}; allowed is one character, such as ';' or \"\\t\"")
    if not _is_encoding(mapping["encoding"]):
        raise _wrong(place, f"encoding is {mapping['encoding']!r}; allowed is a name such as utf-8 or windows-1252")
    if mapping["decimal"] not in (".", ","):
        raise _wrong(place, f"decimal is {mapping['decimal']!r}; allowed are '.' and ','")
    if not isinstance(mapping["whole_number_ids"], bool):
        raise _wrong(place, f"whole_number_ids is {mapping['whole_number_ids']!r}; allowed are true and false")


def _text(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(place, f"{key} is {value!r}; allowed is a text, in quotes where YAML takes it for something else")
    return value


def _is_zone(name: str) -> bool:
    try:
        # Java knows the names with a slash and UTC; of the others it takes some for something else.
        return ("/" in name or name == "UTC") and bool(ZoneInfo(name))
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    except KeyError:
        return False


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _wrong(place: str, what: str) -> UserError:
    return UserError(f"Param orders_mapping{place}: {what}.")
