"""DuckDB: a file, without a server, in Arrow's columns."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from segmentation.sources.databases.faults import Secrets, in_words
from segmentation.sources.databases.queries import Query, ansi, select
from segmentation.sources.databases.roads import ROWS, Snapshot, Values
from segmentation.sources.databases.sqlite import file_of
from segmentation.sources.databases.typed import plain, plain_type

MEMORY = "256MB"


class Duck:
    """The road to a file of DuckDB. connection: one of Airflow's, whose host is the file's path."""

    def __init__(self, connection: Any) -> None:
        self._id, self._secrets, self._path = connection.conn_id, Secrets(connection), file_of(connection)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with tempfile.TemporaryDirectory(prefix="segmentation-duckdb-") as aside:
            with in_words(self._id, self._secrets, opening=True):
                opened = _opened(self._path, aside)
            with contextlib.closing(opened):
                with in_words(self._id, self._secrets):
                    opened.execute("BEGIN TRANSACTION READ ONLY")
                yield _Snapshot(self._id, self._secrets, opened)


def _opened(path: Path, aside: str) -> duckdb.DuckDBPyConnection:
    config: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": aside, "threads": 2}
    opened = duckdb.connect(str(path), read_only=True, config=config)
    # A query of this file reads this file, and no other of the machine or the network.
    opened.execute("SET enable_external_access = false")
    opened.execute("SET TimeZone = 'UTC'")
    opened.execute("SET lock_configuration = true")
    return opened


class _Snapshot:
    def __init__(self, connection: str, secrets: Secrets, opened: duckdb.DuckDBPyConnection) -> None:
        self._id, self._secrets, self._opened = connection, secrets, opened

    def quote(self, name: str) -> str:
        return ansi(name)

    def names(self, query: Query, values: Values) -> list[str]:
        return self._described(query, values).names

    def schema(self, query: Query, values: Values) -> pa.Schema:
        return pa.schema([(field.name, _landed(field.type)) for field in self._described(query, values)])

    def _described(self, query: Query, values: Values) -> pa.Schema:
        with in_words(self._id, self._secrets):
            # Of no rows there is nothing to read but what they would be.
            return self._run(select(["*"], query) + " LIMIT 0", values).to_arrow_table().schema

    def batches(self, query: Query, values: Values, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        columns = [
            f"CAST({ansi(field.name)} AS VARCHAR) AS {ansi(field.name)}" if pa.types.is_string(field.type)
            else ansi(field.name)
            for field in schema
        ]  # fmt: skip
        with in_words(self._id, self._secrets):
            reader = self._run(select(columns, query), values).to_arrow_reader(ROWS)
        while True:
            with in_words(self._id, self._secrets):
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    return
            arrays = [
                plain(column, field.type, field.name) for column, field in zip(batch.columns, schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def rows(self, query: Query, values: Values) -> list[Sequence[Any]]:
        with in_words(self._id, self._secrets):
            return [list(row) for row in self._run(query, values).fetchall()]

    def _run(self, query: Query, values: Values) -> Any:
        """A relation, which is not carried out before its rows are asked for."""
        bound = {name: values[name] for name in query.names}
        return self._opened.sql(query.rendered(lambda name: f"${name}"), params=bound or None)


def _landed(kind: pa.DataType) -> pa.DataType:
    """As it is where orders can be read from it; all else, such as an id of 16 bytes, as DuckDB writes it."""
    kind = plain_type(kind)
    is_known = (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
        or pa.types.is_decimal128(kind) or pa.types.is_timestamp(kind) or pa.types.is_date32(kind)
    )  # fmt: skip
    return kind if is_known else pa.string()
