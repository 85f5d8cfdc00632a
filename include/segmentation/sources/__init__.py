"""The sources: resolve one to an immutable source version and bring its files into the warehouse.

A source version is a version like any other, of the dataset `source`. Its files lie at
`raw/review_categories/<Category>.jsonl` and `raw/meta_categories/meta_<Category>.jsonl`, plain JSON lines; those of the
source `orders` in `raw/orders`, CSV or Parquet.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from segmentation.code_version import made_by
from segmentation.failures import in_words
from segmentation.param_values import refuse
from segmentation.plan import fingerprint, months_before
from segmentation.settings import PINNED_REVISION, Settings
from segmentation.sources import demo, files, huggingface, orders
from segmentation.sources.checksums import Checksums
from segmentation.sources.demo import DEMO_CODE
from segmentation.sources.resolved import ORDERS_FOLDER, PRODUCTS_FOLDER, REVIEWS_FOLDER, Resolved, Surroundings
from segmentation.warehouse.manifests import Manifest, data_files, describe_files
from segmentation.warehouse.versions import Warehouse, say

__all__ = [
    "DEMO_CODE", "ORDERS_FOLDER", "PRODUCTS_FOLDER", "RESOLVERS", "REVIEWS_FOLDER", "Resolved", "check_window",
    "fetch", "has_ended", "raw_files",
]  # fmt: skip

RESOLVERS: dict[str, Callable[[Settings, Surroundings], Resolved]] = {
    "demo": demo.resolve,
    "files": files.resolve,
    "huggingface": huggingface.resolve,
    "orders": orders.resolve,
}


def fetch(
    settings: Settings,
    warehouse: Warehouse,
    run_id: str,
    report: Callable[[str], None] = say,
    find_token: Callable[[], str | None] = lambda: None,
) -> Manifest:
    """Bring the run's source into the warehouse and return its manifest.

    If the source version stands already, nothing is copied. `report` takes lines for the log; `find_token` looks
    up the Hub's token, where there is one besides the environment's.
    Raises UserError naming the param or file that is wrong, Unavailable if the Hub does not answer.
    """
    checksums = Checksums(warehouse, forgetful=settings.force)
    with in_words(warehouse.root):
        resolved = RESOLVERS[settings.source](settings, Surroundings(warehouse, report, find_token, checksums))
    version = fingerprint({"dataset": "source", **resolved.identity})
    with closing(resolved), in_words(warehouse.root), warehouse.building("source", version, None, report):
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
                settings=resolved.identity,
                code=made_by(),
                run_id=run_id,
            )
            published = warehouse.publish(attempt, manifest, replace=settings.force)
            resolved.clear_up()
            return published
        finally:
            shutil.rmtree(attempt.folder, ignore_errors=True)


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
