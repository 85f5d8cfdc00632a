"""What a database's values are in Arrow: numbers exact, times with or without their zone, the rest as texts."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted

# Of numbers that say no width of their own: 18 digits before the point and 20 behind it. See orders/amounts.py.
WIDE = pa.decimal128(38, 20)
INSTANT, MOMENT = pa.timestamp("us", "UTC"), pa.timestamp("us")
_LONGEST_INTEGER = 2**63


def decimal_of(precision: int, scale: int) -> pa.Decimal128Type:
    """The type of a number that was declared so; `WIDE` where that is more than Arrow's has."""
    return pa.decimal128(precision, scale) if 0 <= scale <= precision <= WIDE.precision and precision else WIDE


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type in which a column of this type is landed."""
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_timestamp(kind):
        return INSTANT if kind.tz else MOMENT
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_date64(kind):
        return pa.date32()
    return kind


def plain(column: pa.Array, kind: pa.DataType, name: str) -> pa.Array:
    """A column in the type in which it is landed. Raises UserError where a value does not fit into it."""
    if column.type == kind:
        return column
    try:
        if isinstance(column.type, pa.BaseExtensionType):
            column = column.storage
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        # What is finer than a microsecond is cut off.
        return column.cast(kind, safe=not pa.types.is_timestamp(kind))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise UserError(_odd(name, column, kind)) from None


def _odd(name: str, column: pa.Array, kind: pa.DataType) -> str:
    shown = next((value for value in column.drop_null().to_pylist() if not _fits(value, kind)), None)
    return (
        f"Param query: its column {quoted(name)} holds {quoted(shown)}, which is no {kind}. Leave such rows out, or "
        "give the column another type with CAST."
    )


def _fits(value: Any, kind: pa.DataType) -> bool:
    try:
        pa.array([value]).cast(kind)
    except pa.ArrowException:
        return False
    return True


def type_of_value(value: Any, name: str) -> pa.DataType:
    """The type of a column by one of its values. Raises UserError for what no column of orders can be."""
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64() if -_LONGEST_INTEGER <= value < _LONGEST_INTEGER else pa.decimal128(38, 0)
    if isinstance(value, datetime):
        return INSTANT if value.tzinfo else MOMENT
    kinds = ((float, pa.float64()), (Decimal, WIDE), (date, pa.date32()), ((str, uuid.UUID), pa.string()))
    found = next((kind for types, kind in kinds if isinstance(value, types)), None)
    if found is None:
        raise UserError(
            f"Param query: its column {quoted(name)} holds values of the type {type(value).__name__}, which cannot be "
            "read. Give the column another type with CAST."
        )
    return found


def batch_of(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows of Python values as a batch. Raises UserError where a value is of another type than its column's."""
    columns = [_column([row[place] for row in rows], field) for place, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(values: list[Any], field: pa.Field) -> pa.Array:
    if pa.types.is_string(field.type):
        values = [str(value) if isinstance(value, uuid.UUID) else value for value in values]
    try:
        if not all(value is None or _is_of(value, field.type) for value in values):
            raise pa.ArrowInvalid
        return pa.array(values, field.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        odd = next((value for value in values if value is not None and not _is_whole(value, field.type)), None)
        raise UserError(
            f"Param query: its column {quoted(field.name)} holds {quoted(odd)} beside values of the type {field.type}. "
            "Give the column one type with CAST."
        ) from None


def _is_of(value: Any, kind: pa.DataType) -> bool:
    """Whether a value is of a column's type, so that Arrow does not take one for another."""
    if pa.types.is_decimal(kind):
        return isinstance(value, (Decimal, int)) and not isinstance(value, bool)
    if pa.types.is_timestamp(kind):
        return isinstance(value, datetime) and bool(value.tzinfo) == bool(kind.tz)
    if pa.types.is_date(kind):
        return isinstance(value, date) and not isinstance(value, datetime)
    if pa.types.is_integer(kind):
        return isinstance(value, int) and not isinstance(value, bool)
    if pa.types.is_floating(kind):
        return isinstance(value, float)
    return isinstance(value, bool if pa.types.is_boolean(kind) else str)


def _is_whole(value: Any, kind: pa.DataType) -> bool:
    try:
        return _is_of(value, kind) and pa.array([value], kind) is not None
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return False


def is_number(kind: pa.DataType) -> bool:
    """Whether a database can add up a column of this type."""
    return pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind)


def is_not_empty(column: pa.Array) -> bool:
    """Whether a column has a value."""
    return bool(pc.count(column).as_py())
