"""The page of a shop: its months, what is said of the last one, and what keeps the next one from coming."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from segmentation.pages import running, shop_charts
from segmentation.pages.listing import Month
from segmentation.pages.rendering import page
from segmentation.pages.running import Asking
from segmentation.pages.serving import ShopName, User, find_shop, the_warehouse
from segmentation.pages.timeline import timeline
from segmentation.stages.report.headlines import headlines
from segmentation.warehouse import releases
from segmentation.warehouse.published import Damaged, remembered
from segmentation.warehouse.versions import Warehouse

router = APIRouter()
Airflow = Annotated[Asking, Depends(running.the_airflow)]


@router.get("/shops/{name}")
def shop(name: ShopName, user: User, ask: Airflow) -> HTMLResponse:
    """A shop's months as small charts, and what is late or failed."""
    warehouse = the_warehouse()
    owner = find_shop(warehouse, user, name)
    found = timeline(warehouse, owner.name)
    content = {
        "owner": owner,
        "it": found,
        "sentences": _sentences(warehouse, found.points[-1].month if found.points else None),
        "trouble": running.trouble(owner.name, releases.months(warehouse, owner.name), ask),
        "charts": shop_charts.draw(found) if found.points else None,
    }
    return HTMLResponse(page("shop.html.j2", "../", **content))


def _sentences(warehouse: Warehouse, month: Month | None) -> list[str]:
    if month is None:
        return []
    try:
        report = remembered(warehouse, "report", month.version, month.as_of)
    except Damaged:
        return []
    return headlines(warehouse, report) if report else []
