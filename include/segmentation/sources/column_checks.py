"""Whether a mapping fits the columns of order files or of a query, in their names and types."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pyarrow as pa

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut, listed, quoted
from segmentation.sources.order_lines import cells


def check_columns(shown: str, columns: Sequence[str], mapping: dict[str, Any], beside: Collection[str] = ()) -> None:
    """Refuse a mapping that names a column which is not there, or there twice.

    shown: what messages call the file or query. beside: columns that its folders name.
    """
    for key, name in _named_columns(mapping):
        if columns.count(name) > 1 or (name not in columns and name not in beside):
            there = "no column" if name not in columns else "more than one column"
            raise UserError(
                f"Param orders_mapping: {key} is {quoted(name)}, but {shown} has {there} of that name; it has "
                f"{listed(map(quoted, columns), 1_000, 100) or 'none'}."
            )
    if mapping["currency"] in columns:
        raise UserError(
            f"Param orders_mapping: currency is {quoted(mapping['currency'])}, which is a column of {shown}; "
            "name a column with currency_column, and a currency such as EUR with currency."
        )


def check_types(shown: str, schema: pa.Schema, mapping: dict[str, Any]) -> None:
    """Refuse a mapping that takes a column for what its type cannot be."""
    for key, name in _named_columns(mapping):
        if name not in schema.names:
            continue
        several = isinstance(mapping["columns"].get(key), list)
        odd = cells.fault_of_type(key, schema.field(name).type, mapping["time_format"], several)
        if odd:
            hint = "; numbers need time_format, such as yyyyMMdd or epoch_milliseconds" if key in cells.TIMES else ""
            raise UserError(
                f"Param orders_mapping: {key} is {quoted(name)}, but in {shown} that is a column of "
                f"{cut(odd)}, which cannot be read as such{hint}."
            )


def _named_columns(mapping: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, names in mapping["columns"].items():
        given = "last_order" if key == "time" and mapping["level"] == "customer" else key
        for name in names if isinstance(names, list) else [names]:
            yield given, name
    for key in ("only", "except"):
        for name in mapping[key]:
            yield key, name
    for name in mapping["returns"]["where"]:
        yield "returns.where", name
