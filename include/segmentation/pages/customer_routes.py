"""The page of a customer: found by the id, or by how it begins. Each lookup is in Airflow's audit log."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse

from segmentation.pages import customers, lookup, tables, whose
from segmentation.pages.audit import Audit, the_audit
from segmentation.pages.rendering import page
from segmentation.pages.serving import ShopName, User, find_shop, the_warehouse
from segmentation.warehouse.published import Damaged

EVENT = "customer_lookup"
router = APIRouter()
AskedId = Annotated[str, Query(alias="id", max_length=lookup.LONGEST_ID)]


@router.get("/shops/{name}/customers")
def customer(
    name: ShopName,
    user: User,
    audit: Annotated[Audit, Depends(the_audit)],
    asked: AskedId = "",
    all_months: Annotated[bool, Query(alias="all")] = False,
) -> HTMLResponse:
    """What the months say of a customer; without one of this id, the ids that begin so; without any, the form."""
    warehouse = the_warehouse()
    owner = find_shop(warehouse, user, name)
    content = {"owner": owner, "asked": asked, "it": None, "alike": [], "most": customers.MOST_ALIKE}
    if not asked:
        return HTMLResponse(page("customer.html.j2", "../../", **content))
    if not lookup.is_id(asked):
        raise HTTPException(422, "This is no customer's id.")
    audit(EVENT, whose.guard_of(warehouse, owner.name), {"shop": owner.name, "customer": asked})
    try:
        content["it"] = customers.find(warehouse, owner.name, asked, all_months)
        if content["it"] is None:
            content["alike"] = customers.alike(warehouse, owner.name, asked)
    except tables.ERRORS:
        raise Damaged("A table of customers cannot be read.") from None
    return HTMLResponse(page("customer.html.j2", "../../", **content))
