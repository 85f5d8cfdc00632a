"""The workflow's own SQL files in DuckDB, for the preview of orders: the same rules as in Spark, without its start.

The SQL of orders keeps to what both understand. What has another name in DuckDB is a macro here.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from segmentation.sql_files import SqlFile

# Spark's names for what DuckDB calls otherwise.
_MACROS = (
    "startswith(whole, beginning) AS starts_with(whole, beginning)",
    "datediff(till, since) AS date_diff('day', since, till)",
    "trunc(moment, part) AS date_trunc(part, moment)",
    "from_utc_timestamp(moment, zone_name) AS timezone(zone_name, moment)",
    "struct(a, b, c) AS struct_pack(file := a, place := b, line_text := c)",
    "array_contains(items, item) AS list_contains(items, item)",
    "array_join(items, sign) AS array_to_string(items, sign)",
    "count_if(condition) AS count(CASE WHEN condition THEN 1 END)",
    "regexp_like(whole, pattern) AS regexp_matches(whole, pattern)",
    "sort_array(items) AS list_sort(list_filter(items, lambda item: item IS NOT NULL))",
    "collect_list(item) AS list(item)",
    "get_json_object(content, place) AS json_extract_string(content, place)",
)
_KINDS = {"array<string>": "VARCHAR[]"}


class Engine:
    """A database in memory whose views are named as the workflow's."""

    def __init__(self) -> None:
        self.database = duckdb.connect(":memory:", config={"threads": "2"})
        self._do("SET TimeZone = 'UTC'")
        for macro in _MACROS:
            self._do(f"CREATE TEMP MACRO {macro}")

    def _do(self, text: str, values: dict[str, Any] | None = None) -> None:
        # A result has to be taken before the next statement.
        self.database.execute(text, values).fetchall()

    def register(self, name: str, rows: pa.Table) -> None:
        """Make a table of Arrow's rows."""
        self.database.register("given", rows)
        self._do(f'CREATE TABLE "{name}" AS SELECT * FROM given')
        self.database.unregister("given")

    def add(self, file: SqlFile, parameters: Mapping[str, Any]) -> None:
        """Make the table of a SQL file."""
        text, values = _prepared(file, parameters)
        self._do(f'CREATE TABLE "{file.name}" AS {text}', values)

    def rows(self, file: SqlFile, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a SQL file."""
        text, values = _prepared(file, parameters)
        return self.database.sql(text, params=values).to_arrow_table().to_pylist()

    def figures(self, files: Iterable[SqlFile]) -> dict[str, Any]:
        """The figures that SQL files name, of the tables made of them."""
        found: dict[str, Any] = {}
        for file in files:
            for name, text in file.figures.items():
                ((found[name],),) = self.database.execute(f'SELECT {text} FROM "{file.name}"').fetchall()
        return found

    def table(self, name: str) -> pa.Table:
        """All rows of a table."""
        return self.database.sql(f'SELECT * FROM "{name}"').to_arrow_table()


def _prepared(file: SqlFile, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text with DuckDB's markers and words, and the values of its markers."""
    text = file.text
    for ours, theirs in _KINDS.items():
        text = text.replace(ours.upper(), theirs)
    for marker in sorted(file.markers, key=len, reverse=True):
        text = text.replace(f":{marker}", f"${marker}")
    values = {marker: parameters[marker] for marker in file.markers}
    return text, {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
