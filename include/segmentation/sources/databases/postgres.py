"""PostgreSQL: Arrow's columns from the binary copy on the wire (ADBC), in one read-only snapshot."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote as escaped
from urllib.parse import urlencode

import pyarrow as pa

from segmentation.sources.databases.ahead import ahead
from segmentation.sources.databases.faults import Secrets, in_words
from segmentation.sources.databases.queries import Query, ansi, select
from segmentation.sources.databases.roads import Snapshot, Values, quietly
from segmentation.sources.databases.typed import decimal_of, plain, plain_type

# What libpq knows of what a connection's extra may hold.
LIBPQ = {
    "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "ssl_min_protocol_version", "connect_timeout",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "options",
    "application_name", "gssencmode", "krbsrvname", "channel_binding", "target_session_attrs", "service", "passfile",
    "requiressl", "require_auth", "sslnegotiation", "hostaddr",
}  # fmt: skip
# A server that is gone without a word is missed within two minutes.
USUAL = {
    "connect_timeout": "20", "keepalives_idle": "30", "keepalives_interval": "15", "keepalives_count": "6",
    "application_name": "customer_segmentation",
}  # fmt: skip
READ_ONLY = "-c default_transaction_read_only=on"
# A bound date compared with an instant means midnight of this zone, whatever the server's is.
ZONE = "-c timezone=UTC"
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
BATCH_BYTES = 4 << 20
# Types that come as they are. All others, such as uuid, come as the texts that PostgreSQL writes.
AS_THEY_ARE = {
    "int2", "int4", "int8", "float4", "float8", "numeric", "bool", "date", "timestamp", "timestamptz", "text",
    "varchar", "name",
}  # fmt: skip
_CASTS = {datetime: ("timestamp", "timestamptz"), date: ("date", "date"), str: ("text", "text")}
_SETTING = "segmentation"


class Postgres:
    """The road to PostgreSQL. connection: one of Airflow's."""

    def __init__(self, connection: Any) -> None:
        self._id, self._secrets, self._address = connection.conn_id, Secrets(connection), _address(connection)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        from adbc_driver_postgresql import dbapi

        with in_words(self._id, self._secrets, opening=True):
            opened = dbapi.connect(self._address)
        with contextlib.ExitStack() as closing:
            # A connection that is broken cannot be closed in order, and need not be.
            closing.callback(quietly, opened.close)
            with in_words(self._id, self._secrets):
                cursor = opened.cursor()
                closing.callback(quietly, cursor.close)
                cursor.execute(SNAPSHOT)
            yield _Snapshot(self._id, self._secrets, cursor)


class _Snapshot:
    def __init__(self, connection: str, secrets: Secrets, cursor: Any) -> None:
        self._id, self._secrets, self._cursor = connection, secrets, cursor

    def quote(self, name: str) -> str:
        return ansi(name)

    def names(self, query: Query, values: Values) -> list[str]:
        with in_words(self._id, self._secrets):
            return list(self._described(query, values).names)

    def schema(self, query: Query, values: Values) -> pa.Schema:
        with in_words(self._id, self._secrets):
            return pa.schema([(field.name, _landed(field)) for field in self._described(query, values)])

    def batches(self, query: Query, values: Values, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with in_words(self._id, self._secrets):
            kinds = {field.name: _kind(field) for field in self._described(query, values)}
            columns = [
                ansi(name) if kinds[name] in AS_THEY_ARE else f"{ansi(name)}::text AS {ansi(name)}"
                for name in schema.names
            ]
            self._bind(query, values)
            self._cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
            self._cursor.execute(_rendered(select(columns, query), values))
            # `fetch_record_batch` gives the reader below it, which tells an error without its SQLSTATE.
            reader = self._cursor._results.reader
        with in_words(self._id, self._secrets), ahead(reader.read_next_batch, self._cursor.adbc_cancel) as coming:
            for batch in coming:
                arrays = [
                    plain(column, field.type, field.name) for column, field in zip(batch.columns, schema, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def rows(self, query: Query, values: Values) -> list[Sequence[Any]]:
        with in_words(self._id, self._secrets):
            # Few rows need no fast copy, and a CASE would look up a setting for each row.
            names = list(dict.fromkeys(query.names))
            statement = query.rendered(lambda name: f"${names.index(name) + 1}::{_cast(values[name])}")
            self._cursor.execute(statement, [_plain(values[name]) for name in names] or None)
            return [list(row) for row in self._cursor.fetchall()]

    def _described(self, query: Query, values: Values) -> pa.Schema:
        return self._cursor.adbc_execute_schema(_rendered(select(["*"], query), values))

    def _bind(self, query: Query, values: Values) -> None:
        """Put the values where the query looks for them: the fast copy takes no params, but sees settings of the
        transaction, which are bound."""
        for name in dict.fromkeys(query.names):
            self._cursor.execute("SELECT set_config($1, $2, true)", (f"{_SETTING}.{name}", _plain(values[name])))
            self._cursor.fetchall()


def _rendered(query: Query, values: Values) -> str:
    # In a SELECT of its own it is looked up once, and not for each row.
    return query.rendered(lambda name: f"(SELECT current_setting('{_SETTING}.{name}')::{_cast(values[name])})")


def _cast(value: Any) -> str:
    kinds = next(kinds for kind, kinds in _CASTS.items() if isinstance(value, kind))
    return kinds[isinstance(value, datetime) and value.tzinfo is not None]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(value.isoformat())


def _kind(field: pa.Field) -> str:
    return (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode()


def _landed(field: pa.Field) -> pa.DataType:
    kind = _kind(field)
    if kind not in AS_THEY_ARE:
        return pa.string()
    if kind != "numeric":
        return plain_type(field.type)
    width = int((field.metadata or {}).get(b"POSTGRESQL:typmod", b"-1")) - 4
    return decimal_of(width >> 16, width & 0xFFFF) if width >= 0 else decimal_of(0, 0)


def _address(connection: Any) -> str:
    extra = {key: str(word) for key, word in (connection.extra_dejson or {}).items() if key in LIBPQ}
    options = USUAL | extra
    options["options"] = " ".join(filter(None, [ZONE, extra.get("options"), READ_ONLY]))
    user = escaped(connection.login or "", safe="")
    user += f":{escaped(connection.password, safe='')}" if connection.password else ""
    host = connection.host or ""
    # An address of IPv6 stands in brackets; a socket's folder is escaped.
    host = f"[{host}]" if ":" in host and not host.startswith("[") else escaped(host, safe="[]:,")
    port = f":{connection.port}" if connection.port else ""
    at = f"{user}@" if user else ""
    where = f"{at}{host}{port}/{escaped(connection.schema or '', safe='')}"
    # libpq takes a + for itself, not for a blank.
    return f"postgresql://{where}?{urlencode(options, quote_via=escaped)}"
