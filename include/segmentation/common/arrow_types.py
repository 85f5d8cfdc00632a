"""Spark's types as Arrow's."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_type(kind: str) -> "pa.DataType":
    """The Arrow type of a Spark SQL type, such as `decimal(18,2)` or `array<string>`."""
    import pyarrow as pa

    plain = {
        "string": pa.string(),
        "boolean": pa.bool_(),
        "tinyint": pa.int8(),
        "smallint": pa.int16(),
        "int": pa.int32(),
        "bigint": pa.int64(),
        "float": pa.float32(),
        "double": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
    }
    if kind in plain:
        return plain[kind]
    if kind.startswith("decimal("):
        precision, scale = kind[len("decimal(") : -1].split(",")
        return pa.decimal128(int(precision), int(scale))
    if kind.startswith("array<"):
        return pa.list_(arrow_type(kind[len("array<") : -1]))
    raise ValueError(f"no Arrow type for {kind}")
