"""What the routes of the pages share: the warehouse, whose a version is, and the parts of an address."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Query
from pydantic import BeforeValidator

from segmentation.common.paths import DAG_ID, warehouse_root
from segmentation.config.shops.names import is_name
from segmentation.pages import whose
from segmentation.pages.access import Viewer, the_viewer
from segmentation.pages.requests import as_day
from segmentation.pages.whose import Owner
from segmentation.warehouse import published
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.upgrade import open_warehouse
from segmentation.warehouse.versions import Warehouse

Day = Annotated[date, BeforeValidator(as_day)]
Version = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
Dataset = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,60}$")]
ShopName = Annotated[str, Path(max_length=100)]

User = Annotated[Viewer, Depends(the_viewer)]
# Whose report, where several shops have the same one. Links of release 0.1 name none.
AskedShop = Annotated[str | None, Query(alias="shop", max_length=100)]


def the_warehouse() -> Warehouse:
    """The warehouse that the pages show."""
    return open_warehouse(warehouse_root())


def find(
    warehouse: Warehouse, user: Viewer, dataset: str, version: str, as_of: date | None, shop: str | None
) -> tuple[Owner, Manifest]:
    """A published version that the user may see, and whose it is; or the answer is 404, or 403 to who sees nothing."""
    owner = whose.owner_of(warehouse, user, dataset, version, as_of, shop or None)
    if owner is None:
        check_sees_anything(warehouse, user)
    manifest = published.find(warehouse, dataset, version, as_of) if owner else None
    if owner is None or manifest is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such version.")
    return owner, manifest


def check_sees_anything(warehouse: Warehouse, user: Viewer) -> list[str]:
    """The shops whose pages the user may see; the answer is 403 to who may see neither one nor the DAG by hand."""
    seen = whose.seen_shops(warehouse, user)
    if not seen and not user.may_see(DAG_ID):
        raise HTTPException(HTTPStatus.FORBIDDEN, "You may see no shop. Who runs this Airflow can give you its DAG.")
    return seen


def find_shop(warehouse: Warehouse, user: Viewer, name: str) -> Owner:
    """A shop that the user may see; or the answer is 404, or 403 to who sees nothing."""
    seen = check_sees_anything(warehouse, user)
    if not is_name(name) or name not in seen:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such shop.")
    return Owner(name, whose.title_of(warehouse, name))
