"""The sources: resolve one to an immutable source version and bring its files into the warehouse.

A source version is a version like any other, of the dataset `source`. Its files lie at
`raw/review_categories/<Category>.jsonl` and `raw/meta_categories/meta_<Category>.jsonl`, plain JSON lines; those of the
source `orders` in `raw/orders`, CSV or Parquet.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted
from segmentation.config.kinds import is_address
from segmentation.config.param_values import refuse
from segmentation.config.settings import PINNED_REVISION, Settings
from segmentation.config.user_input import MOST_BYTES
from segmentation.planning.code_version import made_by
from segmentation.planning.plan import fingerprint, months_before
from segmentation.sources import database, demo, files, huggingface, orders
from segmentation.sources.checksums import Checksums
from segmentation.sources.dated import dated
from segmentation.sources.demo import DEMO_CODE
from segmentation.sources.resolved import ORDERS_FOLDER, PRODUCTS_FOLDER, REVIEWS_FOLDER, Resolved, Surroundings
from segmentation.warehouse.machine_failures import in_words
from segmentation.warehouse.manifests import Manifest, data_files, describe_files
from segmentation.warehouse.versions import Warehouse, say

__all__ = [
    "DEMO_CODE", "ORDERS_FOLDER", "PRODUCTS_FOLDER", "RESOLVERS", "REVIEWS_FOLDER", "Resolved", "check_window",
    "fetch", "has_ended", "raw_files",
]  # fmt: skip

RESOLVERS: dict[str, Callable[[Settings, Surroundings], Resolved]] = {
    "database": database.resolve,
    "demo": demo.resolve,
    "files": files.resolve,
    "huggingface": huggingface.resolve,
    "orders": orders.resolve,
}


def no_connection(name: str) -> Any:
    """Where there is no Airflow to ask."""
    raise UserError(f"Param connection: {quoted(name)} cannot be looked up outside of Airflow.")


def fetch(
    settings: Settings,
    warehouse: Warehouse,
    run_id: str,
    report: Callable[[str], None] = say,
    find_token: Callable[[], str | None] = lambda: None,
    find_connection: Callable[[str], Any] = no_connection,
    find_store: Callable[[str, str | None], Any] = lambda *_: None,
    as_of: date | None = None,
) -> Manifest:
    """Bring the run's source into the warehouse and return its manifest.

    If the source version stands already, nothing is copied. `report` takes lines for the log; `find_token` looks
    up the Hub's token, where there is one besides the environment's; `find_connection` a connection, and
    `find_store` the file system of a provider. `as_of` is the run's as-of date.
    Raises UserError naming the param or file that is wrong, Unavailable if the Hub or a database does not answer.
    """
    checksums = Checksums(warehouse, forgetful=settings.force)
    surroundings = Surroundings(warehouse, report, find_token, checksums, find_connection, find_store, as_of)
    with in_words(warehouse.root):
        settings = as_they_are_now(settings, surroundings)
        resolved = RESOLVERS[settings.source](settings, surroundings)
    with closing(resolved), in_words(warehouse.root):
        return _published(resolved, settings, warehouse, run_id, report)


def as_they_are_now(settings: Settings, surroundings: Surroundings) -> Settings:
    """The params with the drop of the month in the path, and with what a mapping elsewhere says."""
    if settings.files_path:
        settings = replace(settings, files_path=dated("files_path", settings.files_path, surroundings.as_of))
    if is_address(settings.orders_mapping):
        text = surroundings.addresses("orders_mapping").text(str(settings.orders_mapping), MOST_BYTES)
        settings = replace(settings, orders_mapping=text)
    return settings


def _published(
    resolved: Resolved, settings: Settings, warehouse: Warehouse, run_id: str, report: Callable[[str], None]
) -> Manifest:
    """The version of a source, which is brought unless it stands."""
    version = fingerprint({"dataset": "source", **resolved.identity})
    with warehouse.building("source", version, None, report):
        standing = warehouse.find("source", version, None)
        if standing and not settings.force:
            report(f"source version {version} stands")
            resolved.clear_up()
            return standing
        attempt = warehouse.attempt("source", version, None)
        try:
            known = resolved.bring(attempt.folder)
            brought = describe_files(attempt.folder, data_files(attempt.folder), known or {})
            resolved.check(brought)
            manifest = Manifest(
                dataset="source",
                version=version,
                as_of=None,
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                rows=len(brought),
                bytes=sum(file["bytes"] for file in brought.values()),
                columns={},
                files=brought,
                inputs={},
                settings={**resolved.identity, **resolved.found},
                code=made_by(),
                run_id=run_id,
                checks={f"doubt_{place}": _doubt(said) for place, said in enumerate(resolved.doubts, 1)},
            )
            published = warehouse.publish(attempt, manifest, replace=settings.force)
            resolved.clear_up()
            return published
        finally:
            shutil.rmtree(attempt.folder, ignore_errors=True)


def _doubt(said: str) -> dict[str, Any]:
    """A sentence about a source, as a check that only warns."""
    return {"level": "warn", "passed": False, "figure": None, "message": said}


def has_ended(settings: Settings) -> bool:
    """Whether the source is one that gets no more purchases: the demo, or the Hub's pinned commit."""
    return settings.source == "demo" or (settings.source, settings.revision) == ("huggingface", PINNED_REVISION)


def check_window(settings: Settings, as_of: date) -> None:
    """Raise UserError if the source is known to have nothing before this as-of date that its window would reach.

    Else a run without an as-of date would download tens of gigabytes to find that out.
    """
    ends = huggingface.ENDS if settings.source == "huggingface" and has_ended(settings) else None
    if ends and months_before(as_of, settings.window_months) >= ends:
        latest = months_before(ends, -settings.window_months) - timedelta(days=1)
        allowed = f"up to {latest}, such as 2023-09-01: Amazon Reviews 2023 has nothing from {ends} on"
        raise refuse("as_of", as_of.isoformat(), f"{allowed}, and the window is {settings.window_months} months")


def raw_files(warehouse: Warehouse, source_version: str) -> dict[str, list[Path]]:
    """The raw files of a source version: {"reviews": [...], "products": [...], "orders": [...]}, those it has."""
    manifest = warehouse.get("source", source_version, None)
    folder = warehouse.place("source", source_version, None)
    kinds = {"reviews": REVIEWS_FOLDER, "products": PRODUCTS_FOLDER, "orders": ORDERS_FOLDER}
    found = {kind: [path for path in manifest.files if path.startswith(prefix)] for kind, prefix in kinds.items()}
    return {kind: [folder / path for path in paths] for kind, paths in found.items() if paths}
