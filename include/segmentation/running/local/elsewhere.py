"""What `make preview` looks at that is no file of this machine: rows of a database, files at addresses.

The connections are those of the environment and of the Airflow of `make up`, as for `make run`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from segmentation.common.paths import warehouse_root
from segmentation.config.kinds import DATABASE, is_address
from segmentation.config.settings import Settings
from segmentation.running.local import layout
from segmentation.sources import as_they_are_now, database, orders
from segmentation.sources.checksums import Checksums
from segmentation.sources.databases.asked import Asked
from segmentation.sources.order_files import PARQUET, OrderFile, find_files
from segmentation.sources.resolved import Surroundings
from segmentation.warehouse.versions import Warehouse

Looked = tuple[dict[str, Any], list[OrderFile], dict[str, dict[str, Any]]]
# A mapping is proposed from so many rows.
ROWS = 1_000_000


class Elsewhere:
    """Looks at the orders of a run's params. folder: for the rows of a database, which do not stay."""

    def __init__(self, settings: Settings, folder: Path, report: Callable[[str], None]) -> None:
        self._settings, self._folder, self._report = settings, folder, report

    def look(self, settings: Settings, report: Callable[[str], None]) -> Looked:
        """What `orders.look` gives, of what these params name."""
        if settings.source == DATABASE:
            fetching = database.Fetching(settings, self._surroundings(self._folder), sliced=False)
            fetching.fetch()
            return fetching.found["mapping"], fetching.files, fetching.found["files"]
        surroundings = self._surroundings(warehouse_root())
        settings = as_they_are_now(settings, surroundings)
        return orders.look(settings, report, surroundings.addresses("files_path"))

    def files(self) -> list[OrderFile]:
        """The files without a mapping; of a database the first rows."""
        if self._settings.source == DATABASE:
            path = Asked(self._settings, self._surroundings(self._folder)).first_rows(ROWS)
            return [OrderFile(database.FILE, path, PARQUET)]
        surroundings = self._surroundings(warehouse_root())
        settings = as_they_are_now(self._settings, surroundings)
        return find_files(str(settings.files_path), surroundings.addresses("files_path"))

    def _surroundings(self, root: Path) -> Surroundings:
        needs_airflow = self._settings.source == DATABASE or any(
            map(is_address, (self._settings.files_path, self._settings.orders_mapping))
        )
        warehouse = Warehouse(root)
        # A preview writes nothing down.
        given = (warehouse, self._report, lambda: None, Checksums(warehouse, forgetful=True))
        if not needs_airflow:
            return Surroundings(*given, _none, as_of=self._settings.as_of)
        os.environ.setdefault("AIRFLOW_HOME", str(layout.AIRFLOW_HOME))
        from segmentation.running.orchestration.connections import find_connection, find_store

        return Surroundings(*given, find_connection, find_store, self._settings.as_of)


def _none(_: str) -> None:
    return None
