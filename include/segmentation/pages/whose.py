"""Whose a version is: the shops whose releases, trials or runs it belongs to, and who may therefore see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from segmentation.common.errors import UserError
from segmentation.common.paths import DAG_ID
from segmentation.config.shops.files import has_file
from segmentation.config.shops.names import dag_of, is_name
from segmentation.pages.access import Viewer
from segmentation.warehouse import releases, runs
from segmentation.warehouse.ancestry import dataset_of
from segmentation.warehouse.manifests import DATASET, VERSION, Manifest
from segmentation.warehouse.published import Damaged, remembered
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse


@dataclass(frozen=True)
class Owner:
    """A shop as its pages call it. The name is empty for what belongs to none."""

    name: str
    title: str


NOBODY = Owner("", "No shop")


def shops(warehouse: Warehouse) -> list[str]:
    """The shops that have a release, or have begun a run, by name."""
    return sorted({*releases.shops(warehouse), *runs.shops(warehouse)})


def guard_of(warehouse: Warehouse, shop: str) -> str:
    """The DAG that who sees a shop's pages may see: its own, if it has or had one, else the one for runs by hand."""
    own = dag_of(shop)
    # A shop whose file is gone stays with those who could see it.
    had = has_file(shop) or any(one.dag_id == own for one in _records(warehouse, shop))
    return own if had else DAG_ID


def seen_shops(warehouse: Warehouse, viewer: Viewer) -> list[str]:
    """The shops whose pages a user may see."""
    return [shop for shop in shops(warehouse) if may_see(warehouse, viewer, shop)]


def may_see(warehouse: Warehouse, viewer: Viewer, shop: str) -> bool:
    """Whether a user may see a shop's pages."""
    # Who may see neither DAG need not be looked up.
    allowed = {dag for dag in (dag_of(shop), DAG_ID) if viewer.may_see(dag)}
    return bool(allowed) and guard_of(warehouse, shop) in allowed


def owner_of(
    warehouse: Warehouse, viewer: Viewer, dataset: str, version: str, as_of: date | None, asked: str | None = None
) -> Owner | None:
    """The shop that the user may see and that a version belongs to: the one asked for, else the first by name.

    What belongs to no shop is for who may see the DAG for runs by hand. None where the user may not see the version.
    """
    everyone = shops(warehouse)
    candidates = [asked] if asked else everyone
    if asked and not (is_name(asked) and asked in everyone):
        return None
    named = [shop for shop in candidates if _names(warehouse, shop, dataset, version)]
    for shop in named:
        if may_see(warehouse, viewer, shop):
            return Owner(shop, title_of(warehouse, shop))
    if named:
        return None
    # Not of a record itself, but below one: of the month before, or of the edges of another run.
    below = [shop for shop in candidates if _reaches(warehouse, shop, dataset, version)]
    for shop in below:
        if may_see(warehouse, viewer, shop):
            return Owner(shop, title_of(warehouse, shop))
    return NOBODY if not below and not asked and viewer.may_see(DAG_ID) else None


def title_of(warehouse: Warehouse, shop: str) -> str:
    """What people read for a shop: what its newest month says."""
    try:
        newest = releases.newest(warehouse, shop)
    except UserError:
        newest = None
    newest = newest or next(runs.every(warehouse, shop), None)
    return newest.title if newest else shop


def _records(warehouse: Warehouse, shop: str) -> Iterator[Release]:
    """What a shop has released, the newest first, then its runs; what cannot be read is left out."""
    for as_of in reversed(releases.months(warehouse, shop)):
        for number in reversed(releases.numbers(warehouse, shop, as_of)):
            try:
                found = releases.find(warehouse, shop, as_of, number)
            except UserError:
                continue
            if found:
                yield found
    yield from runs.every(warehouse, shop)


def _names(warehouse: Warehouse, shop: str, dataset: str, version: str) -> bool:
    return any(one.versions.get(dataset) == version for one in _records(warehouse, shop))


def _reaches(warehouse: Warehouse, shop: str, dataset: str, version: str) -> bool:
    """Whether a shop's records lead to a version that none of them names."""
    seen: set[tuple[str, str]] = set()
    for record in _records(warehouse, shop):
        todo = [(name, one, record.day) for name, one in record.versions.items()]
        while todo:
            name, one, day = todo.pop()
            if (name, one) == (dataset, version):
                return True
            if (name, one) in seen:
                continue
            seen.add((name, one))
            manifest = _manifest(warehouse, name, one, day)
            if manifest:
                todo += [
                    (dataset_of(label), below, manifest.as_of_date or day) for label, below in manifest.inputs.items()
                ]
    return False


def _manifest(warehouse: Warehouse, dataset: str, version: str, day: date) -> Manifest | None:
    if not DATASET.fullmatch(dataset) or not VERSION.fullmatch(version):
        return None
    try:
        found = remembered(warehouse, dataset, version, day) or remembered(warehouse, dataset, version, None)
        return found or warehouse.find_any_month(dataset, version)
    except (Damaged, UserError, OSError):
        return None
