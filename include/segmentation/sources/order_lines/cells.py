"""Columns of any type as the texts, times and numbers that the mapping wants of them."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from segmentation.sources.order_lines import amounts, times
from segmentation.sources.order_lines.names import trimmed
from segmentation.sources.order_lines.times import TimeReading, Times

IDS = ("customer", "order", "product", "product_name", "category")
AMOUNTS = ("amount", "quantity", "unit_price", "refunded", "orders")
TIMES = ("time", "last_order")


def fault_of_type(key: str, kind: pa.DataType, time_format: str | None, several: bool = False) -> str | None:
    """Why a Parquet column of this type cannot be what the mapping's key says, as a type to name; None if it can.

    `several`: whether it is one of several columns that make the time, such as a day and a time of day.
    """
    if types.is_dictionary(kind):
        return fault_of_type(key, kind.value_type, time_format, several)
    if _is_text(kind) or types.is_null(kind):
        return None
    number = types.is_integer(kind) or types.is_decimal(kind) or types.is_float32(kind) or types.is_float64(kind)
    if key in TIMES:
        fits = types.is_timestamp(kind) or types.is_date(kind) or (number and time_format is not None)
        fits = fits or (several and types.is_time(kind))
    elif key in AMOUNTS:
        fits = number
    else:
        fits = number or types.is_boolean(kind) or types.is_date(kind) or types.is_timestamp(kind) or _is_uuid(kind)
    return None if fits else str(kind)


def texts(column: pa.Array) -> pa.Array:
    """A column as trimmed texts: numbers as CSV files write them, ids of 16 bytes as UUIDs."""
    kind = column.type
    if types.is_string(kind):
        return trimmed(column)
    if types.is_dictionary(kind):
        return texts(column.dictionary_decode())
    if isinstance(column, pa.ExtensionArray):
        return texts(column.storage)
    if types.is_fixed_size_binary(kind):
        return pa.array([_uuid(value) for value in column.to_pylist()], pa.string())
    if types.is_floating(kind):
        return _float_texts(column)
    if types.is_decimal(kind):
        return pa.array([None if value is None else f"{value:f}" for value in column.to_pylist()], pa.string())
    if types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    return trimmed(pc.cast(column, pa.string()))


def read_times(columns: list[pa.Array], how: TimeReading, beside: pa.Array | None) -> tuple[Times, pa.Array]:
    """The times of one column, or of several whose texts are joined by a blank; and the texts."""
    shown = [texts(column) for column in columns]
    joined = shown[0] if len(shown) == 1 else _joined(shown)
    kind = columns[0].type
    zone = None if beside is None else texts(beside)
    if len(columns) == 1 and types.is_date(kind):
        days = columns[0].cast(pa.date32()).cast(pa.int32())
        return times.from_days(_filled(days), _missing(days), how), joined
    if len(columns) == 1 and types.is_timestamp(kind):
        micros = _micros(columns[0])
        if kind.tz is not None:
            return times.from_instants(micros, _missing(columns[0])), joined
        return times.from_local(micros, _missing(columns[0]), how, zone), joined
    if len(columns) == 1 and types.is_floating(kind):
        joined = pc.replace_substring_regex(joined, r"\.0$", "")
    return times.from_texts(joined, how, zone), joined


def read_numbers(column: pa.Array, decimal: str | None) -> amounts.Numbers:
    """A column's numbers: typed ones as they are, texts by the decimal sign."""
    kind = column.type
    if types.is_integer(kind) or types.is_decimal(kind):
        values = _as_numbers(column)
        codes = np.where(_missing(column), 1, np.where(_missing(values), 3, 0)).astype(np.int8)
        return amounts.Numbers(values, codes, pa.nulls(len(column), pa.string()))
    return amounts.read_numbers(texts(column), "." if types.is_floating(kind) else decimal)


def _as_numbers(column: pa.Array) -> pa.Array:
    if types.is_integer(column.type):
        column = column.cast(pa.decimal128(20, 0))
    try:
        found = column.cast(amounts.NUMBER)
        too_large = pc.greater_equal(pc.abs(found), pa.scalar(Decimal(10) ** amounts.WHOLE, amounts.NUMBER))
        return pc.if_else(too_large, pa.scalar(None, amounts.NUMBER), found)
    except pa.ArrowInvalid:  # one of them is too large, or finer than can be kept
        found = [None if value is None else amounts.read_number(f"{Decimal(value):f}", ".")[0]
                 for value in column.to_pylist()]  # fmt: skip
        return amounts.numbers_of(found)


def _joined(columns: list[pa.Array]) -> pa.Array:
    together = pc.binary_join_element_wise(*[column.fill_null("") for column in columns], " ")
    return pc.utf8_trim_whitespace(together)


def _missing(column: pa.Array) -> np.ndarray:
    return column.is_null().to_numpy(zero_copy_only=False)


def _filled(column: pa.Array) -> np.ndarray:
    return column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)


def _micros(column: pa.Array) -> np.ndarray:
    """Timestamps of any unit as microseconds, those that are finer or farther than these can hold cut off."""
    values = _filled(column.cast(pa.int64()))
    if column.type.unit == "ns":
        return values // 1000
    each = {"s": 1_000_000, "ms": 1_000, "us": 1}[column.type.unit]
    return np.clip(values, -(2**62 // each), 2**62 // each) * each


def _float_texts(column: pa.Array) -> pa.Array:
    """The shortest texts that are these numbers, and never one such as 1.7E7, because it may be an id."""
    found = pc.cast(pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column), pa.string())
    found = pc.replace_substring_regex(found, r"^(-?[0-9]+)$", r"\1.0")
    is_long = pc.match_substring(found, "e").fill_null(False)
    if not pc.any(is_long).as_py():
        return found
    return pa.array(
        [f"{Decimal(text):f}" if long else text
         for text, long in zip(found.to_pylist(), is_long.to_pylist(), strict=True)],
        pa.string(),
    )  # fmt: skip


def _uuid(value: bytes | None) -> str | None:
    import uuid

    if value is None:
        return None
    return str(uuid.UUID(bytes=value)) if len(value) == 16 else value.hex()


def _is_uuid(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.UuidType) or (types.is_fixed_size_binary(kind) and kind.byte_width == 16)


def _is_text(kind: pa.DataType) -> bool:
    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
