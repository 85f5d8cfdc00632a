"""SQLite: a file, without a server. Its columns have no type of their own, so all values of one are looked at first."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote as escaped

import pyarrow as pa

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted
from segmentation.sources.databases.faults import Secrets, in_words
from segmentation.sources.databases.queries import Query, ansi, select
from segmentation.sources.databases.roads import Snapshot, Values, fetched

WAITS = 60  # seconds for a program that writes
_KINDS = ("integer", "real", "text", "blob")


class Sqlite:
    """The road to a file of SQLite. connection: one of Airflow's, whose host is the file's path."""

    def __init__(self, connection: Any) -> None:
        self._id, self._secrets, self._path = connection.conn_id, Secrets(connection), file_of(connection)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with in_words(self._id, self._secrets, opening=True):
            opened = sqlite3.connect(f"file:{escaped(str(self._path))}?mode=ro", uri=True, timeout=WAITS)
        with contextlib.closing(opened):
            with in_words(self._id, self._secrets, opening=True):
                opened.isolation_level = None
                opened.execute("BEGIN")
                # The snapshot begins with the first look.
                opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield _Snapshot(self._id, self._secrets, opened)


class _Snapshot:
    def __init__(self, connection: str, secrets: Secrets, opened: sqlite3.Connection) -> None:
        self._id, self._secrets, self._opened = connection, secrets, opened

    def quote(self, name: str) -> str:
        return ansi(name)

    def names(self, query: Query, values: Values) -> list[str]:
        with in_words(self._id, self._secrets):
            return [column[0] for column in self._run(select(["*"], query), values).description]

    def schema(self, query: Query, values: Values) -> pa.Schema:
        with in_words(self._id, self._secrets):
            names = self.names(query, values)
            seen = [f"max(typeof({ansi(name)}) = '{kind}')" for name in names for kind in _KINDS]
            row = self._run(select(seen, query), values).fetchone()
        kinds = {
            name: {kind for kind, is_there in zip(_KINDS, row[4 * at : 4 * at + 4], strict=True) if is_there}
            for at, name in enumerate(names)
        }
        return pa.schema([(name, _type_of(kinds[name])) for name in names])

    def batches(self, query: Query, values: Values, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        columns = [_column(field) for field in schema]
        with in_words(self._id, self._secrets):
            cursor = self._run(select(columns, query), values)
        yield from fetched(cursor, self._id, self._secrets, schema)

    def rows(self, query: Query, values: Values) -> list[Sequence[Any]]:
        with in_words(self._id, self._secrets):
            return [list(row) for row in self._run(query, values).fetchall()]

    def _run(self, query: Query, values: Values) -> sqlite3.Cursor:
        bound = {name: _said(values[name]) for name in query.names}
        return self._opened.execute(query.rendered(lambda name: f":{name}"), bound)


def _said(value: Any) -> str:
    """A day or moment as SQLite's own functions write it."""
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _type_of(kinds: set[str]) -> pa.DataType:
    if "blob" in kinds:
        return pa.null()
    if "text" in kinds or not kinds:
        return pa.string()
    return pa.float64() if "real" in kinds else pa.int64()


def _column(field: pa.Field) -> str:
    """A column in the one type that fits all of its values."""
    name = ansi(field.name)
    cast = {pa.string(): "TEXT", pa.float64(): "REAL"}.get(field.type)
    return f"CAST({name} AS {cast}) AS {name}" if cast else name


def file_of(connection: Any) -> Path:
    """The file of a database without a server: the host of its connection. Raises UserError if none is there."""
    found = str(connection.host or connection.schema or "")
    if not found or "\0" in found or not Path(found).is_file():
        raise UserError(
            f"Param connection: {quoted(connection.conn_id)} leads to no file; its host has to be the path of "
            "the database."
        )
    return Path(found)
