"""A database that an Airflow connection names: opened, its faults in words, its ways of writing.

PostgreSQL and SQLite have ways of their own; any other database with a DB-API hook gets the plain ones.
"""

import contextlib
import io
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.quoting import cut
from segmentation.running.orchestration.connections import connection_for
from segmentation.sources.databases.faults import Secrets

if TYPE_CHECKING:
    import pyarrow as pa
    from airflow.sdk import Connection

BUSY_SECONDS = 60
CONNECT_SECONDS = 30
# PostgreSQL's classes of errors that a retry may mend: connections, resources, the operator's hand, deadlocks; and
# another one that delivers the same customers at the same time.
_PASSING = ("08", "53", "57", "58", "40", "55P03", "23505", "25006", "25P03", "25P04")
# How its client says, without a code, that it will never get in.
_REFUSED = ("authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry", "not permitted")
# Where PostgreSQL's client says which server it is.
_SERVER = re.compile(r"(connection failed: )?connection to server .*? failed: ")
_PASSING_SQLITE = ("locked", "busy", "disk i/o error", "is full")


class Plain:
    """What any database understands. `hook` is Airflow's, `connection` its DB-API connection, in a transaction."""

    types: ClassVar[dict[str, str]] = {
        "string": "VARCHAR(255)",
        "date": "DATE",
        "int": "INTEGER",
        "bigint": "BIGINT",
        "decimal(18,2)": "DECIMAL(18,2)",
    }
    begin: str | None = None

    def __init__(self, connection: Any, placeholder: str, quote: str = '"') -> None:
        self.connection = connection
        self._placeholder = placeholder
        self._quote = quote

    def name(self, dotted: str) -> str:
        """A table's or column's name as statements have it. Only names that were checked come here."""
        return ".".join(f"{self._quote}{part}{self._quote}" for part in dotted.split("."))

    def run(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement with `?` for each value; the rows that it gives."""
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.execute(text.replace("?", self._placeholder), values)
            return list(cursor.fetchall()) if cursor.description else []

    def columns(self, table: str) -> list[str]:
        """The columns of a table. Raises the driver's error where there is none."""
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.execute(f"SELECT * FROM {self.name(table)} WHERE 1 = 0")  # noqa: S608
            return [str(column[0]) for column in cursor.description]

    def lock(self, table: str, shop: str) -> None:
        """Keep others from delivering the same shop till the transaction ends. The key keeps its rows single anyway."""

    def replace(self, table: str, shop: str, columns: dict[str, str], batches: "Iterable[pa.RecordBatch]") -> int:
        """Put rows in the place of all that the table has of the shop; how many."""
        self._remove(table, shop)
        marks = ", ".join([self._placeholder] * len(columns))
        names = ", ".join(map(self.name, columns))
        text = f"INSERT INTO {self.name(table)} ({names}) VALUES ({marks})"  # noqa: S608
        written = 0
        for batch in batches:
            with contextlib.closing(self.connection.cursor()) as cursor:
                cursor.executemany(text, self.rows(batch))
            written += batch.num_rows
        return written

    def _remove(self, table: str, shop: str) -> None:
        self.run(f"DELETE FROM {self.name(table)} WHERE {self.name('shop')} = ?", shop)  # noqa: S608

    def rows(self, batch: "pa.RecordBatch") -> list[tuple[Any, ...]]:
        """Rows as the driver takes them."""
        return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


class Sqlite(Plain):
    """SQLite has no type for decimals; its NUMERIC keeps 15 digits."""

    types: ClassVar[dict[str, str]] = Plain.types | {"string": "TEXT", "date": "TEXT", "decimal(18,2)": "NUMERIC"}
    begin = "BEGIN IMMEDIATE"

    def rows(self, batch: "pa.RecordBatch") -> list[tuple[Any, ...]]:
        return [
            tuple(value if value is None or isinstance(value, (int, str)) else str(value) for value in row)
            for row in super().rows(batch)
        ]


class Postgres(Plain):
    """PostgreSQL: rows are copied into a table of the session's own, and put in place by two statements at the end."""

    types: ClassVar[dict[str, str]] = Plain.types | {"string": "TEXT", "decimal(18,2)": "NUMERIC(18,2)"}
    _STAGED = "segmentation_staged"

    def lock(self, table: str, shop: str) -> None:
        self.run("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", f"segmentation deliver {table} {shop}")

    def replace(self, table: str, shop: str, columns: dict[str, str], batches: "Iterable[pa.RecordBatch]") -> int:
        staged, names = self.name(self._STAGED), ", ".join(map(self.name, columns))
        typed = ", ".join(f"{self.name(name)} {self.types[kind]}" for name, kind in columns.items())
        self.run(f"CREATE TEMPORARY TABLE {staged} ({typed}) ON COMMIT DROP")
        for batch in batches:
            self._copy(f"COPY {staged} ({names}) FROM STDIN", self.rows(batch))
        self._remove(table, shop)
        self.run(f"INSERT INTO {self.name(table)} ({names}) SELECT {names} FROM {staged}")  # noqa: S608
        ((written,),) = self.run(f"SELECT count(*) FROM {staged}")  # noqa: S608
        return int(written)

    def _copy(self, text: str, rows: list[tuple[Any, ...]]) -> None:
        with contextlib.closing(self.connection.cursor()) as cursor:
            if hasattr(cursor, "copy_expert"):  # psycopg 2
                lines = "".join("\t".join(map(_cell, row)) + "\n" for row in rows)
                cursor.copy_expert(text, io.StringIO(lines))
                return
            with cursor.copy(text) as copy:
                for row in rows:
                    copy.write_row(row)


def _cell(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    text = str(value).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


@contextlib.contextmanager
def opened(name: str, what: str) -> Iterator[Plain]:
    """The database of an Airflow connection, in a transaction that is rolled back unless it is committed.

    `what`: for messages. Raises UserError where a retry cannot help, Unavailable where it may.
    """
    connection = connection_for(what, name)
    with in_words(what, connection):
        database = _open(connection, what)
    try:
        with in_words(what, connection):
            if database.begin:
                database.run(database.begin)
            yield database
    finally:
        with contextlib.suppress(Exception):  # it may be gone
            database.connection.rollback()
        with contextlib.suppress(Exception):
            database.connection.close()


def _open(connection: "Connection", what: str) -> Plain:
    kind = connection.conn_type
    if kind == "sqlite":
        path = connection.host or f"/{connection.schema or ''}"
        # Autocommit of the driver's is off: the transaction is begun and ended here.
        return Sqlite(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None), "?")
    try:
        hook = connection.get_hook()  # type: ignore[no-untyped-call]
        placeholder, get_conn = hook.placeholder, hook.get_conn
    except Exception as error:  # of Airflow's, where no provider knows the type
        raise UserError(
            f"{what}: Airflow has no hook for databases of the type {cut(kind)!r} ({type(error).__name__}). Install "
            "its provider, or name a connection of another type."
        ) from None
    if kind == "postgres":
        _be_impatient(hook.connection)
        return Postgres(get_conn(), placeholder)
    return Plain(get_conn(), placeholder, "`" if kind in ("mysql", "mariadb") else '"')


def _be_impatient(connection: "Connection") -> None:
    """Give up on a server that does not answer, unless the connection says how long to wait."""
    waits = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": CONNECT_SECONDS}
    connection.extra = json.dumps(waits | connection.extra_dejson)


@contextlib.contextmanager
def in_words(what: str, connection: "Connection") -> Iterator[None]:
    """Turn a driver's error into a sentence without anything that the connection holds."""
    try:
        yield
    except (UserError, Unavailable):
        raise
    except Exception as error:
        kinds = {one.__name__ for one in type(error).__mro__}
        if "Error" not in kinds and not isinstance(error, OSError):
            raise
        # The lines below the first show the statement, or a customer's row.
        said = Secrets(connection).hidden(_SERVER.sub("", str(error).strip().partition("\n")[0]))
        sentence = f"{what}: the database says: {said}"
        raise (Unavailable(sentence) if may_pass(error, kinds) else UserError(sentence)) from None


def may_pass(error: Exception, kinds: set[str]) -> bool:
    """Whether a driver's error is one that a retry may mend. kinds: the names of its classes, as DB-API has them."""
    words = str(error).lower()
    if isinstance(error, sqlite3.Error):
        return any(word in words for word in _PASSING_SQLITE)
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if code:
        return str(code).startswith(_PASSING)
    if isinstance(error, OSError):
        return True
    return bool(kinds & {"OperationalError", "InterfaceError"}) and not any(word in words for word in _REFUSED)
