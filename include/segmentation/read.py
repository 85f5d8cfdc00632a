"""Read a shop's released tables from any Python program: pyarrow datasets with types, found by a release.

    from segmentation.read import table
    table("customer_rfm", shop="books", as_of="2023-09-01").to_table().to_pandas()

A release is one file, so all tables of one call of `release` belong to one run. Nothing is searched: the release names
the versions, their manifests name the files. Needs pyarrow and PyYAML besides this package.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from segmentation.common.arrow_types import arrow_type
from segmentation.common.errors import UserError
from segmentation.common.paths import warehouse_root
from segmentation.planning.datasets import STAGE_OF, Dataset, dataset
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.upgrade import is_old
from segmentation.warehouse.versions import Warehouse

if TYPE_CHECKING:
    import pyarrow.dataset

Day = date | str | None


def shops(warehouse: str | None = None) -> list[str]:
    """The shops that have a release."""
    return releases.shops(_open(warehouse))


def months(shop: str, warehouse: str | None = None) -> list[date]:
    """The as-of dates of which a shop has a release, the earliest first."""
    return releases.months(_open(warehouse), shop)


def release(
    shop: str | None = None, as_of: Day = None, number: int | None = None, warehouse: str | None = None
) -> Release:
    """A release of a shop: the current one of its last month, unless a month or a number is named.

    Raises UserError if there is none.
    """
    place = _open(warehouse)
    there = releases.shops(place)
    if shop is None:
        if len(there) != 1:
            raise UserError(f"shop: name one of the shops in {place.root}: {', '.join(there) or 'there is none'}.")
        (shop,) = there
    days = releases.months(place, shop)
    if not days:
        raise UserError(f"shop: {shop!r} has no release in {place.root}. There is: {', '.join(there) or 'none'}.")
    day = days[-1] if as_of is None else date.fromisoformat(str(as_of))
    found = releases.current(place, shop, day) if number is None else releases.find(place, shop, day, number)
    if found is None:
        what = "release" if number is None else f"release {number}"
        raise UserError(f"as_of: shop {shop!r} has no {what} as of {day}. It has months from {days[0]} to {days[-1]}.")
    return found


def table(
    name: str,
    shop: str | None = None,
    as_of: Day = None,
    number: int | None = None,
    warehouse: str | None = None,
    of: Release | None = None,
) -> "pyarrow.dataset.Dataset":
    """A released table as a pyarrow dataset, with the columns and types of the data dictionary.

    `of` is a release that `release` has given: tables of one release belong to one run, also while another run ends.
    `warehouse` is a folder; without it SEGMENTATION_WAREHOUSE, or `warehouse/` of the project.
    Raises UserError if there is no such release, or if it has no such table.
    """
    place = _open(warehouse)
    chosen = of or release(shop, as_of, number, warehouse)
    if name not in chosen.versions or name not in STAGE_OF or not dataset(name).columns:
        there = ", ".join(one for one in chosen.versions if one in STAGE_OF and dataset(one).columns)
        raise UserError(
            f"table: release {chosen.number} of shop {chosen.shop} as of {chosen.as_of} has no table {name!r}. "
            f"It has {there}."
        )
    item = dataset(name)
    return _dataset(place, item, place.get(name, chosen.versions[name], chosen.day if item.as_of else None))


def _open(warehouse: str | None) -> Warehouse:
    place = Warehouse(warehouse_root() if warehouse is None else _path(warehouse))
    if is_old(place.root):
        # A reader may not be allowed to write, and should not be the one who converts.
        raise UserError(f"{place.root} has the layout of release 0.1. `make upgrade` converts it.")
    return place


def _path(text: str) -> Any:
    from pathlib import Path

    return Path(text).expanduser().absolute()


def _dataset(warehouse: Warehouse, item: Dataset, manifest: Manifest) -> "pyarrow.dataset.Dataset":
    import pyarrow as pa
    import pyarrow.dataset as ds

    schema = pa.schema([(name, arrow_type(kind)) for name, kind in item.columns.items()])
    folder = warehouse.place_of(manifest)
    paths = [str(folder / name) for name in sorted(manifest.files) if name.endswith(".parquet")]
    if not paths:
        return ds.dataset(schema.empty_table())
    parts = pa.schema([schema.field(name) for name in manifest.partitions])
    return ds.dataset(
        paths,
        schema=schema,
        format="parquet",
        partitioning=ds.partitioning(parts, flavor="hive") if manifest.partitions else None,
        partition_base_dir=str(folder),
    )
