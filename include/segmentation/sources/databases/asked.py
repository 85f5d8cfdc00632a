"""What the params ask of a database: the connection's road, the query, and what is bound in it."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa

from segmentation.common.errors import UserError
from segmentation.config.settings import Settings
from segmentation.planning.plan import fingerprint, months_before
from segmentation.sources.databases.choice import road_to
from segmentation.sources.databases.landed import Lander, Progress
from segmentation.sources.databases.queries import Query, of_table, parsed, select
from segmentation.sources.databases.roads import Snapshot
from segmentation.sources.dated import dated
from segmentation.sources.resolved import Surroundings
from segmentation.warehouse.landing import Landing


class Asked:
    """A query or table of a connection. Nothing is opened yet.

    said: what a version says of it. values: what is bound. given: the query, None where it is a table.
    """

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings, self.as_of = settings, surroundings.as_of
        self.given = parsed(dated("query", settings.query, self.as_of)) if settings.query else None
        self.values = self._values()
        self.road = road_to(surroundings.find_connection(str(settings.connection)))
        self.said = {"connection": settings.connection, "query": settings.query, "table": settings.table}
        progress = Progress(surroundings.report, f"from {settings.connection}")
        self.lander = Lander(Landing(surroundings.warehouse.root), fingerprint(self.said), progress)

    def query(self, snapshot: Snapshot) -> Query:
        """The query, that of all of the table where there is none."""
        return self.given or of_table(str(self._settings.table), snapshot.quote)

    def first_rows(self, most: int) -> Path:
        """About so many rows with all columns that can be read, landed in a file, for who has no mapping."""
        with self.road.snapshot() as snapshot:
            query = self.query(snapshot)
            names = snapshot.names(query, self.values)
            query = select([snapshot.quote(name) for name in dict.fromkeys(names) if names.count(name) == 1], query)
            schema = snapshot.schema(query, self.values)
            schema = pa.schema([field for field in schema if not pa.types.is_null(field.type)])
            landed = self.lander.land(_until(snapshot.batches(query, self.values, schema), most), schema)
        if not landed.rows:
            raise self.nothing()
        return landed.path

    def nothing(self) -> UserError:
        """What is told where there are no rows."""
        return UserError("Param query: it gives no rows." if self.given else "Param table: it has no rows.")

    def _values(self) -> dict[str, date]:
        if self.as_of is not None:
            return {"as_of": self.as_of, "window_start": months_before(self.as_of, self._settings.window_months)}
        if self.given and self.given.names:
            raise UserError(
                f"Param as_of: it is empty, and the query has :{self.given.names[0]}. Give as_of a date as YYYY-MM-DD."
            )
        return {}


def _until(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[pa.RecordBatch]:
    seen = 0
    for batch in batches:
        yield batch
        seen += batch.num_rows
        if seen >= most:
            return
