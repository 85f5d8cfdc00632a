"""Orders by months: which months there are in a query, which are fetched again, and what the database says of each.

A slice is a month of the shop's calendar. What lies before 1970 and what has no time are slices of their own.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from segmentation.common.errors import UserError
from segmentation.common.quoting import listed, quoted
from segmentation.planning.plan import months_before
from segmentation.sources.databases.queries import Query, select, text, value
from segmentation.sources.databases.roads import Snapshot, Values
from segmentation.sources.databases.typed import is_number
from segmentation.sources.order_lines.zones import zone_of

FIRST = date(1970, 1, 1)
EARLIER, LATER, UNDATED = "earlier", "later", "undated"
# The as-of date begins at another moment in other zones.
SLACK = timedelta(days=2)
_AMOUNTS = ("amount", "quantity", "unit_price", "refunded")
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)")


@dataclass(frozen=True)
class Slice:
    """Rows from one day on and before another; None where there is no such bound, both for rows without a time.

    rows, sums: what the database counts and adds up. is_closed: whether it is left alone once it is here.
    """

    name: str
    start: date | None
    end: date | None
    is_closed: bool = False
    rows: int = 0
    sums: Mapping[str, str | float | None] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.name}.parquet"

    def noted(self, checksum: str) -> dict[str, Any]:
        """What a source version says of it."""
        until = self.end.isoformat() if self.end else None
        return {
            "rows": self.rows, "sums": dict(self.sums), "until": until, "closed": self.is_closed, "checksum": checksum,
        }  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """How days become the values that a column of times is compared with. kind: its type. mapping: the zones."""

    column: str
    kind: pa.DataType
    mapping: Mapping[str, Any]

    def check(self) -> None:
        """Raise UserError where the column is not one of days or times."""
        is_time = pa.types.is_date(self.kind) or pa.types.is_timestamp(self.kind)
        if not is_time and not (pa.types.is_string(self.kind) and self.mapping["time_format"] is None):
            raise UserError(
                f"Param orders_mapping: increment is {quoted(self.column)}, which is a column of {self.kind}. Slices "
                "need one of dates or times, or of ISO texts without time_format."
            )

    def value(self, day: date) -> date | datetime | str:
        """The beginning of a day of the shop, as the column has it."""
        if pa.types.is_date(self.kind):
            return day
        if pa.types.is_string(self.kind):
            return day.isoformat()
        at = datetime(day.year, day.month, day.day, tzinfo=zone_of(self.mapping["time_zone"]))
        if self.kind.tz:
            return at.astimezone(UTC)
        clock = self.mapping["times_in"] or self.mapping["time_zone"]
        return at.astimezone(zone_of(clock)).replace(tzinfo=None)


def slices_of(
    snapshot: Snapshot,
    query: Query,
    values: Values,
    calendar: Calendar,
    as_of: date,
    open_months: int,
    schema: pa.Schema,
) -> list[Slice]:
    """The slices that have rows, with what the database says of them, in their order."""
    end = as_of + SLACK
    month = _first_month(snapshot, query, values, calendar, end)
    closed = months_before(as_of.replace(day=1), open_months)
    found = [Slice(UNDATED, None, None), Slice(EARLIER, None, month)]
    while month < end:
        following = months_before(month, -1)
        until = min(following, end)
        found.append(Slice(f"{month:%Y-%m}", month, until, is_closed=until == following <= closed))
        month = following
    if pa.types.is_string(calendar.kind):
        # A text that is no time may come after all that are.
        found.append(Slice(LATER, end, None))
    sums = _summed(calendar.mapping, schema)
    counted, edges = _counted(found, calendar, end, snapshot, query, sums)
    rows = {int(row[0]): row for row in snapshot.rows(counted, {**values, **edges})}
    return [
        replace(one, rows=int(rows[number][1]), sums=dict(zip(sums, map(_shown, rows[number][2:]), strict=True)))
        for number, one in enumerate(found)
        if number in rows
    ]


def _counted(
    found: Sequence[Slice], calendar: Calendar, end: date, snapshot: Snapshot, query: Query, sums: Sequence[str]
) -> tuple[Query, dict[str, Any]]:
    """A statement that counts and adds up the rows of each slice, by its number; and what is bound in it.

    All in one pass over the query, with nothing that a database may not have: what a month is differs between them.
    """
    column, edges = snapshot.quote(calendar.column), dict[str, Any]()
    case = text(f"CASE WHEN {column} IS NULL THEN 0")
    if not pa.types.is_string(calendar.kind):
        edges["edge_end"] = calendar.value(end)
        case = case + f" WHEN {column} >= " + value("edge_end") + " THEN -1"
    for number, one in reversed(list(enumerate(found))):
        if one.start:
            edges[f"edge_{number}"] = calendar.value(one.start)
            case = case + f" WHEN {column} >= " + value(f"edge_{number}") + f" THEN {number}"
    inner = text("SELECT ") + case + " ELSE 1 END AS slice_number"
    for number, name in enumerate(sums):
        inner = inner + f", {snapshot.quote(name)} AS sum_{number}"
    added = "".join(f", sum(sum_{number})" for number in range(len(sums)))
    statement = text(f"SELECT slice_number, count(*){added} FROM (\n") + inner  # noqa: S608
    statement = statement + " FROM (\n" + query
    return statement + "\n) q\n) r GROUP BY slice_number", edges


def rows_of(one: Slice, snapshot: Snapshot, query: Query, calendar: Calendar) -> tuple[Query, dict[str, Any]]:
    """The query for the rows of a slice, and what is bound in it besides."""
    column, bound = snapshot.quote(calendar.column), dict[str, Any]()
    found = select(["*"], query) + f" WHERE {column}"
    if one.start is None and one.end is None:
        return found + " IS NULL", {}
    if one.start:
        bound["slice_start"] = calendar.value(one.start)
        found = found + " >= " + value("slice_start")
    if one.end:
        bound["slice_end"] = calendar.value(one.end)
        found = found + (f" AND {column} < " if one.start else " < ") + value("slice_end")
    return found, bound


def same_figures(one: Slice, noted: Mapping[str, Any]) -> bool:
    """Whether the database counts and adds up what it did when a slice was fetched."""
    sums = noted["sums"]
    return (
        one.rows == noted["rows"]
        and set(sums) == set(one.sums)
        and all(_equal(amount, sums[name]) for name, amount in one.sums.items())
    )


def changed(one: Slice, noted: Mapping[str, Any]) -> str:
    """What has become of a closed month, as a sentence's part."""
    names = [name for name in one.sums if not _equal(one.sums[name], noted["sums"].get(name))]
    sums = [f"{name} {noted['sums'].get(name)} then and {one.sums[name]} now" for name in names]
    rows = [f"{noted['rows']:,} rows when it was fetched and {one.rows:,} now"] if one.rows != noted["rows"] else []
    return f"{one.name} ({listed([*rows, *sums])})"


def _first_month(snapshot: Snapshot, query: Query, values: Values, calendar: Calendar, end: date) -> date:
    column = snapshot.quote(calendar.column)
    edges = {**values, "edge_first": calendar.value(FIRST), "edge_end": calendar.value(end)}
    least = select([f"min({column})"], query) + f" WHERE {column} >= " + value("edge_first")
    row = snapshot.rows(least + f" AND {column} < " + value("edge_end"), edges)
    found = row[0][0] if row else None
    if isinstance(found, str):
        match = _ISO_DAY.match(found)
        if not match or not 1 <= int(match[2]) <= 12:
            raise UserError(
                f"Param orders_mapping: increment is {quoted(calendar.column)}, which holds {quoted(found)}. Slices "
                "need dates or times, or ISO texts."
            )
        return date(int(match[1]), int(match[2]), 1)
    if isinstance(found, datetime):
        # The day before is in the same month in every zone, or there is an empty month at the beginning.
        found = (found - timedelta(days=1)).date()
    return max((found or end).replace(day=1), FIRST)


def _summed(mapping: Mapping[str, Any], schema: pa.Schema) -> list[str]:
    named: Sequence[str] = [mapping["columns"][key] for key in _AMOUNTS if key in mapping["columns"]]
    return [name for name in dict.fromkeys(named) if is_number(schema.field(name).type)]


def _shown(amount: Any) -> str | float | None:
    """A sum as it is noted: exact where the database's is, and without zeros at its end."""
    if amount is None or isinstance(amount, float):
        return amount
    return f"{Decimal(str(amount)).normalize():f}"


def _equal(one: str | float | None, other: str | float | None) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        # A database adds binary fractions in any order.
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other
