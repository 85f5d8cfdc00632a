"""Any other database that Airflow has a hook for: rows of the Python DB-API, typed by their values."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted
from segmentation.sources.databases.faults import Secrets, in_words
from segmentation.sources.databases.queries import Query, ansi, select
from segmentation.sources.databases.roads import ROWS, Snapshot, Values, fetched, quietly
from segmentation.sources.databases.typed import type_of_value

# How drivers begin a read-only transaction that sees one state. Of the others nothing is known.
_SNAPSHOT = {
    "psycopg": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "psycopg2": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "MySQLdb": "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    "pymysql": "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    "mysql": "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    "oracledb": "SET TRANSACTION READ ONLY",
}
_BACKTICKS = ("MySQLdb", "pymysql", "mysql")


class Hooked:
    """The road by the hook of the connection's type."""

    def __init__(self, connection: Any) -> None:
        self._id, self._secrets = connection.conn_id, Secrets(connection)
        try:
            self._hook = connection.get_hook()
        except Exception as error:
            raise UserError(
                f"Param connection: there is no hook for connections of the type {quoted(connection.conn_type)} "
                f"({type(error).__name__}). Install the Airflow provider of that database."
            ) from None
        if not hasattr(self._hook, "get_conn") or not hasattr(self._hook, "get_records"):
            raise UserError(
                f"Param connection: {quoted(self._id)} is of the type {quoted(connection.conn_type)}, which is no "
                "database."
            )

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with in_words(self._id, self._secrets, opening=True):
            opened = self._hook.get_conn()
        driver = type(opened).__module__.partition(".")[0]
        with contextlib.ExitStack() as closing:
            closing.callback(quietly, opened.close)
            closing.callback(quietly, opened.rollback)
            if driver in _SNAPSHOT:
                with in_words(self._id, self._secrets), contextlib.closing(opened.cursor()) as cursor:
                    cursor.execute(_SNAPSHOT[driver])
            yield _Snapshot(self._id, self._secrets, opened, driver)


class _Snapshot:
    def __init__(self, connection: str, secrets: Secrets, opened: Any, driver: str) -> None:
        self._id, self._secrets, self._opened, self._driver = connection, secrets, opened, driver
        self._style = getattr(sys.modules.get(driver), "paramstyle", "format")

    def quote(self, name: str) -> str:
        return f"`{name.replace('`', '``')}`" if self._driver in _BACKTICKS else ansi(name)

    def names(self, query: Query, values: Values) -> list[str]:
        nothing = select(["*"], query) + " WHERE 1 = 0"
        with in_words(self._id, self._secrets), self._ran(nothing, values) as cursor:
            return [str(column[0]) for column in cursor.description]

    def schema(self, query: Query, values: Values) -> pa.Schema:
        with in_words(self._id, self._secrets):
            names = self.names(query, values)
            return pa.schema([(name, self._type(name, query, values)) for name in names])

    def _type(self, name: str, query: Query, values: Values) -> pa.DataType:
        """By the first value that there is: drivers do not say it in a way that all share."""
        column = self.quote(name)
        with self._ran(select([column], query) + f" WHERE {column} IS NOT NULL", values, large=True) as cursor:
            row = cursor.fetchone()
        if row is None:
            return pa.string()
        try:
            return type_of_value(row[0], name)
        except UserError:
            return pa.null()

    def batches(self, query: Query, values: Values, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        statement = select(map(self.quote, schema.names), query)
        with contextlib.ExitStack() as stack:
            with in_words(self._id, self._secrets):
                cursor = stack.enter_context(self._ran(statement, values, large=True))
            yield from fetched(cursor, self._id, self._secrets, schema)

    def rows(self, query: Query, values: Values) -> list[Sequence[Any]]:
        with in_words(self._id, self._secrets), self._ran(query, values) as cursor:
            return [list(row) for row in cursor.fetchall()]

    @contextlib.contextmanager
    def _ran(self, query: Query, values: Values, large: bool = False) -> Iterator[Any]:
        cursor = self._cursor(large)
        try:
            names = query.names
            if names:
                cursor.execute(*self._bound(query, values))
            else:
                # Without values drivers leave a % as it is.
                cursor.execute(query.rendered(str))
            yield cursor
        finally:
            quietly(cursor.close)

    def _bound(self, query: Query, values: Values) -> tuple[str, Any]:
        names, marks = query.names, iter(range(1, len(query.names) + 1))
        in_order = [values[name] for name in names]
        if self._style == "qmark":
            return query.rendered(lambda _: "?"), in_order
        if self._style == "numeric":
            return query.rendered(lambda _: f":{next(marks)}"), in_order
        if self._style == "named":
            return query.rendered(lambda name: f":{name}"), {name: values[name] for name in names}
        return query.rendered(lambda _: "%s", lambda text: text.replace("%", "%%")), in_order

    def _cursor(self, large: bool) -> Any:
        """A cursor; for many rows one that leaves them on the server, where the driver has such."""
        if large and self._driver in ("psycopg", "psycopg2"):
            return self._opened.cursor("segmentation")
        if large and self._driver in ("MySQLdb", "pymysql"):
            return self._opened.cursor(sys.modules[f"{self._driver}.cursors"].SSCursor)
        cursor = self._opened.cursor()
        cursor.arraysize = ROWS
        return cursor
