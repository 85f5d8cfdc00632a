"""The mapping of the source `orders`: which columns of the user's files hold what, and how to read them.

`read_mapping` gives the normalised mapping, with every key in place. It is part of the source version, so equal
mappings make equal versions however they are spelled.
"""

import codecs
from difflib import get_close_matches
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.paths import ORDER_PRESETS
from segmentation.common.quoting import cut, listed, quoted
from segmentation.config.allowed import check_allowed
from segmentation.config.user_input import Unreadable, file_named, load_yaml, path_of, read_bytes
from segmentation.sources.customer_tables import ABOUT_LINES
from segmentation.sources.mapping_values import CHECKS, Wrong, column

# Keys that name a column, and what a row without it lacks. `time` may be several, which are joined.
COLUMNS = (
    "customer", "time", "amount", "quantity", "unit_price", "order", "product", "product_name", "category", "refunded",
    "currency_column", "zone",
)  # fmt: skip
# As many as 104_whole_orders.sql has bits for.
MOST_WHOLE_FILTERS = 8
OF_CUSTOMERS = ("customer", "last_order", "orders", "amount", "currency_column", "zone")
DEFAULTS: dict[str, Any] = {
    "level": "order",
    "order_level": [],
    "only": {},
    "except": {},
    "returns": {},
    "free_orders": "ignore",
    "drop_equal_lines": False,
    "empty": [],
    "normalise_ids": False,
    "whole_number_ids": False,
    "currency": None,
    "decimal": None,
    "minor_units": 0,
    "time_zone": "UTC",
    "times_in": None,
    "time_format": None,
    "zone_names": {},
    "delimiter": None,
    "encoding": "utf-8",
    "header": True,
}
# Whose values name columns.
OF_COLUMNS = ("order_level", "only", "except", "returns")
KEYS = ("preset", *COLUMNS, "last_order", "orders", "increment", *DEFAULTS)
# What people look for under another name.
HINTS = {
    "status": "only: {<column>: [values]} chooses lines",
    "filter": "only: {<column>: [values]} and except: {<column>: [values]} choose lines",
    "email": "customer names the column with the customer's id, which may be an address",
    "price": "unit_price is the price of one, amount that of the line",
    "date": "time names the column with the day or time of the order",
    "total": "amount names the column with what was paid",
}


def read_mapping(given: str) -> dict[str, Any]:
    """The normalised mapping: {"columns": {key: name or names}, and every key of DEFAULTS}.

    `given` is the path of a YAML file, the YAML (or JSON) itself, or the name of a preset. Raises UserError naming
    what is wrong, where, and what is allowed.
    """
    place, raw = _load(given)
    try:
        return _normalised(_with_preset(raw))
    except Wrong as error:
        raise UserError(f"Param orders_mapping{place}: {error}.") from None


def preset_names() -> list[str]:
    """The presets that come along: the YAML files in `include/order_presets`."""
    return sorted(path.stem for path in ORDER_PRESETS.glob("*.yaml"))


def _load(given: str) -> tuple[str, dict[Any, Any]]:
    """Where the mapping comes from, for messages, and what it says."""
    if given.strip() in preset_names():
        return "", {"preset": given.strip()}
    path = file_named(given)
    place = f" in {cut(path)}" if path else ""
    try:
        if path:
            check_allowed("orders_mapping", path)
        raw = load_yaml(read_bytes(path) if path else given)
    except Unreadable as error:
        raise UserError(
            f"Param orders_mapping{place}: {error}. A mapping looks like 'customer: Customer ID'."
        ) from None
    if isinstance(raw, str) and not path:
        raise UserError(
            f"Param orders_mapping: there is no file {_place(raw)}, and no preset of that name; presets are "
            f"{listed(preset_names())}."
        )
    if not isinstance(raw, dict):
        raise UserError(
            f"Param orders_mapping{place}: this is no mapping of keys; it looks like 'customer: Customer ID'."
        )
    return place, raw


def _place(given: str) -> str:
    try:
        return cut(path_of(given))
    except Unreadable:
        return quoted(given)


def _with_preset(raw: dict[Any, Any]) -> dict[Any, Any]:
    """The keys with those of the preset that they name below them. A key that is null takes the preset's away."""
    name = raw.get("preset")
    if name is None:
        return raw
    if name not in preset_names():
        raise Wrong(f"preset is {quoted(name)}; there are {listed(preset_names())}")
    below = load_yaml(read_bytes(ORDER_PRESETS / f"{name}.yaml"))
    own = {key: value for key, value in raw.items() if key != "preset"}
    # Who names an amount of their own wants no other way to come to one.
    ways = {"amount"}, {"quantity", "unit_price"}
    for way, other in (ways, ways[::-1]):
        if way <= set(own) and not other & set(own):
            below = {key: value for key, value in below.items() if key not in other}
    return _with_order_level(below | own, below, own)


def _with_order_level(merged: dict[Any, Any], below: dict[Any, Any], own: dict[Any, Any]) -> dict[Any, Any]:
    """A preset's `order_level` without the columns that own keys have left nameless.

    Another customer or time takes the place of the preset's: its empty cells are filled from the order's first row.
    """
    if "order_level" in own or not isinstance(merged.get("order_level"), list):
        return merged
    instead = {below.get(key): merged[key] for key in ("customer", "time") if isinstance(merged.get(key), str)}
    merged = {**merged, "order_level": [instead.get(name, name) for name in merged["order_level"]]}
    named = {str(merged.get(key)) for key in COLUMNS}
    for key in ("only", "except"):
        named |= set(merged[key]) if isinstance(merged.get(key), dict) else set()
    return {**merged, "order_level": [name for name in merged["order_level"] if name in named]}


def _normalised(raw: dict[Any, Any]) -> dict[str, Any]:
    for key in raw:
        if key not in KEYS:
            raise Wrong(f"unknown key {quoted(key)}; {_hint(key)}")
    header = CHECKS["header"](raw.get("header", True))
    level = CHECKS["level"](raw.get("level") or "order")
    keys = OF_CUSTOMERS if level == "customer" else COLUMNS
    odd = [key for key in (*COLUMNS, "last_order", "orders") if raw.get(key) is not None and key not in keys]
    odd += [key for key in ABOUT_LINES if raw.get(key) is not None and level == "customer"]
    if odd:
        raise Wrong(f"{odd[0]} is no key with level {level}; columns are {', '.join(keys)}")
    columns = {key: _columns(key, raw[key], header) for key in keys if raw.get(key) is not None}
    _check_columns(columns, level)
    columns = {"time" if key == "last_order" else key: names for key, names in columns.items()}
    mapping: dict[str, Any] = {"columns": columns}
    for key, default in DEFAULTS.items():
        value = default if raw.get(key) is None else raw[key]
        mapping[key] = CHECKS[key](value, header) if key in OF_COLUMNS else CHECKS[key](value)
    # Only where it is given: the versions of files do not rest on it.
    if raw.get("increment") is not None:
        mapping["increment"] = column("increment", raw["increment"], header)
    _check_together(mapping)
    mapping["encoding"] = codecs.lookup(mapping["encoding"]).name
    return mapping


def _hint(key: Any) -> str:
    if isinstance(key, str) and key.lower() in HINTS:
        return HINTS[key.lower()]
    near = get_close_matches(str(key)[:50].lower(), KEYS, 1)
    return f"{f'did you mean {near[0]}? K' if near else 'k'}nown are {', '.join(KEYS)}"


def _columns(key: str, value: Any, header: bool) -> str | list[str]:
    if key in ("time", "last_order") and isinstance(value, list):
        if not 1 <= len(value) <= 3:
            raise Wrong(f"{key} is {quoted(value)}; allowed are up to three columns, which are joined with a blank")
        names = [column(key, one, header) for one in value]
        return names[0] if len(names) == 1 else names
    return column(key, value, header)


def _check_columns(columns: dict[str, Any], level: str) -> None:
    needed = ("customer", "time") if level == "order" else ("customer", "last_order", "orders", "amount")
    for key in needed:
        if key not in columns:
            raise Wrong(f"{key} is missing; give the column that holds it")
    if level == "order" and "amount" not in columns and not {"quantity", "unit_price"} <= set(columns):
        raise Wrong("the amount is missing; give amount, or both quantity and unit_price")


def _check_together(mapping: dict[str, Any]) -> None:
    columns, returns = mapping["columns"], mapping["returns"]
    if returns["order_prefix"] is not None and "order" not in columns:
        raise Wrong("returns.order_prefix needs the key order, the column that holds the order's id")
    if mapping["order_level"] and "order" not in columns:
        raise Wrong("order_level needs the key order, the column that holds the order's id")
    mapped = [one for names in columns.values() for one in (names if isinstance(names, list) else [names])]
    money = {columns.get(key) for key in ("amount", "quantity", "unit_price")}
    for name in mapping["order_level"]:
        if returns["where"] and (name in returns["where"] or name in money):
            raise Wrong(
                f"order_level says that {quoted(name)} stands for the whole order, and returns.where that lines are "
                "returns; give one of the two"
            )
    there = {*mapped, *mapping["only"], *mapping["except"]}
    for name in mapping["order_level"]:
        if name not in there:
            raise Wrong(f"order_level names {quoted(name)}, which no other key names")
    whole = [name for name in {*mapping["only"], *mapping["except"]} if name in mapping["order_level"]]
    if len(whole) > MOST_WHOLE_FILTERS:
        raise Wrong(f"only and except name {len(whole)} columns of order_level; allowed are {MOST_WHOLE_FILTERS}")
    if mapping.get("increment", columns["time"]) != columns["time"]:
        raise Wrong(
            f"increment is {quoted(mapping['increment'])}, but time is {quoted(columns['time'])}; slices are months of "
            "the time, which has to be one column"
        )
    if "increment" in mapping and mapping["level"] == "customer":
        raise Wrong("increment is for order lines, and level is customer")
    if "order" in columns and columns["order"] in mapping["order_level"]:
        raise Wrong("order_level names the column of the order's id, which each row has to have")
