"""The source `database`: the rows of a query, landed as Parquet in `raw/orders`, and the mapping that explains them.

From there on all is as with files of orders. The version follows from the rows whatever their order, the mapping,
the query's text and the connection's name; nothing else of the connection is recorded. See docs/how-to/databases.md.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.quoting import listed, quoted
from segmentation.config.kinds import DATABASE
from segmentation.config.settings import Settings
from segmentation.planning.plan import fingerprint
from segmentation.sources import orders
from segmentation.sources.column_checks import check_columns, check_types
from segmentation.sources.copying import share
from segmentation.sources.customer_tables import check_params
from segmentation.sources.databases import slices
from segmentation.sources.databases.asked import Asked
from segmentation.sources.databases.landed import Landed
from segmentation.sources.databases.queries import Query, select
from segmentation.sources.databases.roads import Snapshot
from segmentation.sources.databases.standing import Kept, kept_slices
from segmentation.sources.dated import is_dated
from segmentation.sources.order_files import PARQUET, OrderFile
from segmentation.sources.order_lines.lines import Lines
from segmentation.sources.orders_mapping import read_mapping
from segmentation.sources.resolved import ORDERS_FOLDER, Resolved, Surroundings

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
    """One fetch from a database. sliced: by months, where the mapping has an increment."""

    def __init__(self, settings: Settings, surroundings: Surroundings, sliced: bool = True) -> None:
        self.settings, self.report, self.warehouse = settings, surroundings.report, surroundings.warehouse
        self.mapping = read_mapping(str(settings.orders_mapping))
        check_params(settings, self.mapping)
        if not sliced:
            self.mapping.pop("increment", None)
        self.wanted = Lines({"mapping": self.mapping, "files": {}}).wanted
        self.asked = Asked(settings, surroundings)
        self._check_increment()
        self.landed: dict[str, Landed] = {}
        self.kept: dict[str, Kept] = {}
        self.doubts: list[str] = []
        self.identity: dict[str, Any] = {}
        self.found: dict[str, Any] = {}

    def fetch(self) -> None:
        """Land the rows, and work out what the version follows from."""
        with self.asked.road.snapshot() as snapshot:
            query = self.asked.query(snapshot)
            check_columns(SHOWN, snapshot.names(query, self.asked.values), self.mapping)
            query = select(map(snapshot.quote, self.wanted), query)
            schema = snapshot.schema(query, self.asked.values)
            odd = [field.name for field in schema if pa.types.is_null(field.type)]
            if odd:
                raise UserError(
                    f"Param query: the type of {listed(map(quoted, odd))} cannot be read. Give it another with CAST."
                )
            check_types(SHOWN, schema, self.mapping)
            if "increment" in self.mapping:
                self._fetch_slices(snapshot, query, schema)
            else:
                self.landed[FILE] = self.asked.lander.land(snapshot.batches(query, self.asked.values, schema), schema)
        self._settle(schema)

    def bring(self, folder: Path) -> None:
        """Put the files into a folder: those that stand in another version by a second name, where that is possible."""
        target = folder / ORDERS_FOLDER
        target.mkdir(parents=True, exist_ok=True)
        for name, path in self._paths().items():
            try:
                share(path, target / name)
            except FileNotFoundError:
                raise Unavailable(f"{path} went while it was read; the next try fetches it again.") from None

    def check(self, brought: dict[str, dict[str, Any]]) -> None:
        """What stood in another version may have been damaged there."""
        for name, kept in self.kept.items():
            if brought[f"{ORDERS_FOLDER}/{name}"]["sha256"] != kept.sha256:
                raise UserError(f"{kept.path} reads otherwise than it was written. Run with force to fetch it again.")

    def close(self) -> None:
        """Let go of what is in the landing area."""
        self.asked.lander.close()

    def _fetch_slices(self, snapshot: Snapshot, query: Query, schema: pa.Schema) -> None:
        if self.asked.as_of is None:
            raise UserError("Param as_of: it is empty, and increment needs it. Give as_of a date as YYYY-MM-DD.")
        name = self.mapping["increment"]
        calendar = slices.Calendar(name, schema.field(name).type, self.mapping)
        calendar.check()
        there = slices.slices_of(
            snapshot, query, self.asked.values, calendar, self.asked.as_of, self.settings.open_months, schema
        )
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
            landed = self.asked.lander.land(snapshot.batches(rows, {**self.asked.values, **bound}, schema), schema)
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
        return fingerprint(
            {**self.asked.said, "zones": zones, "columns": [[one.name, str(one.type)] for one in schema]}
        )

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
        files = self.files
        if not files:
            raise self.asked.nothing()
        self.identity |= {
            "source": DATABASE,
            **self.asked.said,
            "mapping": dict(self.mapping),
            "columns": {field.name: str(field.type) for field in schema},
            "rows": {file.name: self._told(file.name) for file in files},
        }
        listing = {file.name: orders.parquet_layout(file) for file in files}
        settled = dict(self.mapping)
        orders.settle(files, listing, settled)
        # What the rows settle may follow from their order, so the version does not rest on it.
        self.found |= {"mapping": settled, "files": listing}

    @property
    def files(self) -> list[OrderFile]:
        """The landed files and those that stand elsewhere."""
        return [OrderFile(name, path, PARQUET) for name, path in self._paths().items()]

    def _told(self, name: str) -> dict[str, Any]:
        if name in self.kept:
            return {"rows": self.kept[name].noted["rows"], "checksum": self.kept[name].noted["checksum"]}
        return {"rows": self.landed[name].rows, "checksum": self.landed[name].checksum}

    def _paths(self) -> dict[str, Path]:
        landed = {name: one.path for name, one in self.landed.items() if one.rows}
        return dict(sorted({**landed, **{name: one.path for name, one in self.kept.items()}}.items()))

    def _check_increment(self) -> None:
        if "increment" not in self.mapping:
            return
        odd = ":window_start" if self.asked.given and "window_start" in self.asked.given.names else None
        odd = "{as_of}" if is_dated(self.settings.query) else odd
        if odd:
            raise UserError(
                f"Param orders_mapping: increment keeps months that are fetched once, and the query has {odd}, which "
                "gives others each time. Leave one of them out."
            )
