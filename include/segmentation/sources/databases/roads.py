"""What each road to a database offers, and what roads share."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol

import pyarrow as pa

from segmentation.sources.databases.faults import Secrets, in_words
from segmentation.sources.databases.queries import Query
from segmentation.sources.databases.typed import batch_of

Values = Mapping[str, date | datetime | str]
# Rows at once: of drivers that give rows.
ROWS = 20_000


def quietly(close: Callable[[], object]) -> None:
    """Close what may be gone already."""
    with contextlib.suppress(Exception):
        close()


def fetched(cursor: Any, connection: str, secrets: Secrets, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of a cursor of the DB-API, in these types."""
    while True:
        with in_words(connection, secrets):
            rows = cursor.fetchmany(ROWS)
        if not rows:
            return
        yield batch_of(rows, schema)


class Snapshot(Protocol):
    """A read-only transaction that sees one state of the database, where the database has such."""

    def quote(self, name: str) -> str:
        """The name of a column or table as the database takes it."""

    def names(self, query: Query, values: Values) -> list[str]:
        """The names of a query's columns."""

    def schema(self, query: Query, values: Values) -> pa.Schema:
        """The columns of a query in the types in which they are landed; those of the type null cannot be."""

    def batches(self, query: Query, values: Values, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """The rows of a query's columns in these types, a few at a time."""

    def rows(self, query: Query, values: Values) -> list[Sequence[Any]]:
        """The rows of a statement that gives few."""


class Road(Protocol):
    """A way into the database of a connection."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open it. Raises UserError where that is the connection's fault, Unavailable where it may pass."""
