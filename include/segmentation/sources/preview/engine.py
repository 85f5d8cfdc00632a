"""The workflow's own SQL files in DuckDB, for the preview of orders: the same rules as in Spark, without its start.

The SQL of orders keeps to what both understand. What has another name in DuckDB is a macro here.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from segmentation.planning.sql_files import SqlFile

# Spark's names for what DuckDB calls otherwise.
_MACROS = (
    "startswith(whole, beginning) AS starts_with(whole, beginning)",
    "datediff(till, since) AS date_diff('day', since, till)",
    "xxhash64(item) AS hash(item)",
    "trunc(moment, part) AS date_trunc(part, moment)",
    "from_utc_timestamp(moment, zone_name) AS timezone(zone_name, CAST(moment AS TIMESTAMPTZ))",
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
# More than that goes to the disk.
MEMORY = "2GB"


class Engine:
    """A database whose tables are named as the workflow's views.

    `folder`: where it may put what its memory cannot hold.
    """

    def __init__(self, folder: Path | None = None) -> None:
        config: dict[str, Any] = {"threads": "2"}
        if folder:
            config |= {"memory_limit": MEMORY, "temp_directory": str(folder)}
        self.database = duckdb.connect(":memory:", config=config)
        self._do("SET TimeZone = 'UTC'")
        # A name in a statement is a table's, and never that of a variable of Python.
        self._do("SET python_enable_replacements = false")
        for macro in _MACROS:
            self._do(f"CREATE TEMP MACRO {macro}")

    def _do(self, text: str, values: dict[str, Any] | None = None) -> None:
        # A result has to be taken before the next statement.
        self.database.execute(text, values).fetchall()

    def register(self, name: str, rows: pa.Table) -> None:
        """Make a table of Arrow's rows."""
        self.database.register("given", rows)
        self._do(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM given')  # noqa: S608, names of this package
        self.database.unregister("given")

    def view(self, name: str, parquet: Path, constants: Mapping[str, Any]) -> None:
        """Make a view of a Parquet file's columns and of more, each with one value in all rows, which costs nothing.

        Times become ones without a zone, in UTC, because those are written as Spark writes them.
        """
        lines = f"read_parquet({_literal(str(parquet))})"
        kinds = self.query(f"DESCRIBE SELECT * FROM {lines}")  # noqa: S608
        times = [kind["column_name"] for kind in kinds if kind["column_type"] == "TIMESTAMP WITH TIME ZONE"]
        utc = ", ".join(f'CAST("{name}" AS TIMESTAMP) AS "{name}"' for name in times)
        values = ", ".join(f'{_literal(value)} AS "{column}"' for column, value in constants.items())
        self._do(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * REPLACE ({utc}), {values} FROM {lines}')  # noqa: S608

    def add(self, file: SqlFile, parameters: Mapping[str, Any]) -> None:
        """Make the table of a SQL file."""
        text, values = _prepared(file, parameters)
        self._do(f'CREATE OR REPLACE TABLE "{file.name}" AS {text}', values)

    def add_missing(self, files: Iterable[SqlFile], parameters: Mapping[str, Any]) -> None:
        """Make the tables of those SQL files that have none yet."""
        there = {row["table_name"] for row in self.query("SELECT table_name FROM information_schema.tables")}
        for file in files:
            if file.name not in there:
                self.add(file, parameters)

    def rows(self, file: SqlFile, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a SQL file."""
        text, values = _prepared(file, parameters)
        return self.query(text, values)

    def query(self, text: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a statement in DuckDB's words."""
        return self.database.sql(text, params=values).to_arrow_table().to_pylist()

    def figures(self, files: Iterable[SqlFile]) -> dict[str, Any]:
        """The figures that SQL files name, of the tables made of them."""
        found: dict[str, Any] = {}
        for file in files:
            if file.figures:
                texts = ", ".join(f'{text} AS "{name}"' for name, text in file.figures.items())
                found |= self.query(f'SELECT {texts} FROM "{file.name}"')[0]  # noqa: S608
        return found

    def table(self, name: str) -> pa.Table:
        """All rows of a table."""
        return self.database.sql(f'SELECT * FROM "{name}"').to_arrow_table()  # noqa: S608


def _literal(value: Any) -> str:
    if value is None:
        return "CAST(NULL AS VARCHAR)"
    if isinstance(value, (bool, int)):
        return str(value).upper()
    return "'" + str(value).replace("'", "''") + "'"


def _prepared(file: SqlFile, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text with DuckDB's markers and words, and the values of its markers."""
    text = file.text
    for ours, theirs in _KINDS.items():
        text = text.replace(ours.upper(), theirs)
    for marker in sorted(file.markers, key=len, reverse=True):
        text = text.replace(f":{marker}", f"${marker}")
    values = {marker: parameters[marker] for marker in file.markers}
    return text, {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
