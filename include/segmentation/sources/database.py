"""The source `database`: the rows of a query, landed as Parquet in `raw/orders`, and the mapping that explains them.

From there on all is as with files of orders. The version follows from the rows whatever their order, the mapping,
the query's text and the connection's name; nothing else of the connection is recorded. See docs/how-to/databases.md.
"""

import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from segmentation.errors import Unavailable, UserError
from segmentation.kinds import DATABASE
from segmentation.orders.lines import Lines
from segmentation.plan import fingerprint, months_before
from segmentation.quoting import listed, quoted
from segmentation.settings import Settings
from segmentation.sources import orders
from segmentation.sources.column_checks import check_columns, check_types
from segmentation.sources.customer_tables import check_params
from segmentation.sources.databases import slices
from segmentation.sources.databases.choice import road_to
from segmentation.sources.databases.landed import Landed, Lander, Progress
from segmentation.sources.databases.queries import Query, of_table, parsed, select
from segmentation.sources.databases.roads import Snapshot
from segmentation.sources.databases.standing import Kept, kept_slices
from segmentation.sources.dated import dated, is_dated
from segmentation.sources.order_files import PARQUET, OrderFile
from segmentation.sources.orders_mapping import read_mapping
from segmentation.sources.resolved import ORDERS_FOLDER, Resolved, Surroundings
from segmentation.warehouse.landing import Landing

FILE = "orders.parquet"
SHOWN = "the query"


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The rows of the query, landed. Raises UserError, or Unavailable where the database may answer later."""
    fetching = Fetching(settings, surroundings)
    try:
        fetching.fetch()
    except BaseException:
        fetching.close()
        raise
    return Resolved(
        fetching.identity, fetching.bring, fetching.check, found=fetching.found, doubts=fetching.doubts,
        close=fetching.close,
    )  # fmt: skip


class Fetching:
    """One fetch from a database."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.settings, self.as_of, self.report = settings, surroundings.as_of, surroundings.report
        self.mapping = read_mapping(str(settings.orders_mapping))
        check_params(settings, self.mapping)
        self.wanted = Lines({"mapping": self.mapping, "files": {}}).wanted
        self._query = parsed(dated("query", settings.query, self.as_of)) if settings.query else None
        self._check_increment()
        self.values = self._values()
        self.road = road_to(surroundings.find_connection(str(settings.connection)))
        self.warehouse = surroundings.warehouse
        self._asked = {"connection": settings.connection, "query": settings.query, "table": settings.table}
        self.lander = Lander(
            Landing(self.warehouse.root), fingerprint(self._asked), Progress(self.report, f"from {settings.connection}")
        )
        self.landed: dict[str, Landed] = {}
        self.kept: dict[str, Kept] = {}
        self.doubts: list[str] = []
        self.identity: dict[str, Any] = {}
        self.found: dict[str, Any] = {}

    def fetch(self) -> None:
        """Land the rows, and work out what the version follows from."""
        with self.road.snapshot() as snapshot:
            query = self._query or of_table(str(self.settings.table), snapshot.quote)
            check_columns(SHOWN, snapshot.names(query, self.values), self.mapping)
            query = select(map(snapshot.quote, self.wanted), query)
            schema = snapshot.schema(query, self.values)
            odd = [field.name for field in schema if pa.types.is_null(field.type)]
            if odd:
                raise UserError(
                    f"Param query: the type of {listed(map(quoted, odd))} cannot be read. Give it another with CAST."
                )
            check_types(SHOWN, schema, self.mapping)
            if "increment" in self.mapping:
                self._fetch_slices(snapshot, query, schema)
            else:
                self.landed[FILE] = self.lander.land(snapshot.batches(query, self.values, schema), schema)
        self._settle(schema)

    def bring(self, folder: Path) -> None:
        """Put the files into a folder: those that stand in another version by a second name, where that is possible."""
        target = folder / ORDERS_FOLDER
        target.mkdir(parents=True, exist_ok=True)
        for name, path in self._paths().items():
            try:
                _share(path, target / name)
            except FileNotFoundError:
                raise Unavailable(f"{path} went while it was read; the next try fetches it again.") from None

    def check(self, brought: dict[str, dict[str, Any]]) -> None:
        """What stood in another version may have been damaged there."""
        for name, kept in self.kept.items():
            if brought[f"{ORDERS_FOLDER}/{name}"]["sha256"] != kept.sha256:
                raise UserError(f"{kept.path} reads otherwise than it was written. Run with force to fetch it again.")

    def close(self) -> None:
        """Let go of what is in the landing area."""
        self.lander.close()

    def _fetch_slices(self, snapshot: Snapshot, query: Query, schema: pa.Schema) -> None:
        if self.as_of is None:
            raise UserError("Param as_of: it is empty, and increment needs it. Give as_of a date as YYYY-MM-DD.")
        name = self.mapping["increment"]
        calendar = slices.Calendar(name, schema.field(name).type, self.mapping)
        calendar.check()
        there = slices.slices_of(snapshot, query, self.values, calendar, self.as_of, self.settings.open_months, schema)
        key = self._slices_of(schema)
        kept = {} if self.settings.force else kept_slices(self.warehouse, key)
        changed: dict[str, Any] = {}
        noted: dict[str, Any] = {}
        for one in there:
            before = kept.get(one.name)
            if before and one.is_closed and before.noted["until"] == one.end.isoformat():  # type: ignore[union-attr]
                is_same = slices.same_figures(one, before.noted)
                is_found_out = before.noted["closed"] and not is_same
                if is_same or (is_found_out and not self.settings.fetch_changed):
                    self.kept[one.file] = before
                    noted[one.name] = {**before.noted, "closed": True}
                    if is_found_out:
                        changed[one.name] = slices.changed(one, before.noted)
                    continue
            rows, bound = slices.rows_of(one, snapshot, query, calendar)
            landed = self.lander.land(snapshot.batches(rows, {**self.values, **bound}, schema), schema)
            if landed.rows != one.rows:
                raise Unavailable(
                    f"The database of {self.settings.connection} counts {one.rows:,} rows of {one.name} and gives "
                    f"{landed.rows:,}: they changed while they were read."
                )
            self.landed[one.file] = landed
            noted[one.name] = one.noted(landed.checksum)
        self._say(there, changed)
        self.found |= {"slices": noted, "slices_of": key}
        if changed:
            self.identity["changed"] = changed

    def _slices_of(self, schema: pa.Schema) -> str:
        """What has to be equal for slices to be of the same query."""
        zones = [self.mapping["time_zone"], self.mapping["times_in"], self.mapping["increment"]]
        return fingerprint({**self._asked, "zones": zones, "columns": [[one.name, str(one.type)] for one in schema]})

    def _say(self, there: list[slices.Slice], changed: dict[str, str]) -> None:
        rows = sum(one.rows for one in self.landed.values())
        self.report(
            f"{len(there)} slices: {len(self.kept)} stand, {len(self.landed)} fetched with {rows:,} rows "
            f"({listed(name.removesuffix('.parquet') for name in self.landed) or 'none'})"
        )
        if changed:
            self.doubts.append(
                f"closed months have changed in the database since: {listed(changed.values(), 1_000)}; "
                "this run has them as they were. FETCH_CHANGED=true fetches them again."
            )

    def _settle(self, schema: pa.Schema) -> None:
        files = [OrderFile(name, path, PARQUET) for name, path in self._paths().items()]
        if not files:
            raise UserError("Param query: it gives no rows." if self._query else "Param table: it has no rows.")
        self.identity |= {
            "source": DATABASE,
            **self._asked,
            "mapping": dict(self.mapping),
            "columns": {field.name: str(field.type) for field in schema},
            "rows": {file.name: self._told(file.name) for file in files},
        }
        listing = {file.name: orders.parquet_layout(file) for file in files}
        settled = dict(self.mapping)
        orders.settle(files, listing, settled)
        # What the rows settle may follow from their order, so the version does not rest on it.
        self.found |= {"mapping": settled, "files": listing}

    def _told(self, name: str) -> dict[str, Any]:
        if name in self.kept:
            return {"rows": self.kept[name].noted["rows"], "checksum": self.kept[name].noted["checksum"]}
        return {"rows": self.landed[name].rows, "checksum": self.landed[name].checksum}

    def _paths(self) -> dict[str, Path]:
        landed = {name: one.path for name, one in self.landed.items() if one.rows}
        return dict(sorted({**landed, **{name: one.path for name, one in self.kept.items()}}.items()))

    def _values(self) -> dict[str, date]:
        if self.as_of is not None:
            return {"as_of": self.as_of, "window_start": months_before(self.as_of, self.settings.window_months)}
        if self._query and self._query.names:
            raise UserError(
                f"Param as_of: it is empty, and the query has :{self._query.names[0]}. Give as_of a date as YYYY-MM-DD."
            )
        return {}

    def _check_increment(self) -> None:
        if "increment" not in self.mapping:
            return
        odd = ":window_start" if self._query and "window_start" in self._query.names else None
        odd = "{as_of}" if is_dated(self.settings.query) else odd
        if odd:
            raise UserError(
                f"Param orders_mapping: increment keeps months that are fetched once, and the query has {odd}, which "
                "gives others each time. Leave one of them out."
            )


def _share(path: Path, target: Path) -> None:
    """Give a file that nobody changes any more a second name; on file systems without such names copy it."""
    try:
        os.link(path, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, target)
