"""The pages behind "Segments" in Airflow: the released reports, two months compared, downloads, lineage.

The pages of one shop, of its customers and of what would be if are in routers of their own.

A user sees the pages of a shop who may see its DAG: each route asks whose a version is. Only what is published is
served, found by its manifest, never by a path from the request. The pages have no script, load nothing, and link
relatively.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from segmentation.pages import (
    comparing,
    customer_routes,
    files,
    fits,
    listing,
    shop_routes,
    tables,
    whatif_routes,
    whose,
)
from segmentation.pages.access import app_for_users
from segmentation.pages.head import HeadAsGet
from segmentation.pages.rendering import REPORT_POLICY, page, policy, with_way_back
from segmentation.pages.requests import StrictHeaders, named_report, named_versions, strict_headers
from segmentation.pages.serving import AskedShop, Dataset, Day, User, Version, check_sees_anything, find, the_warehouse
from segmentation.warehouse import ancestry, published

PAGE = "report.html"

app = app_for_users("Customer segments")
app.add_middleware(StrictHeaders)
app.add_middleware(HeadAsGet)
for each in (shop_routes, customer_routes, whatif_routes):
    app.include_router(each.router)


@app.get("/")
def reports(user: User) -> HTMLResponse:
    """The list of the released reports."""
    warehouse = the_warehouse()
    found = listing.listing(warehouse, check_sees_anything(warehouse, user))
    return HTMLResponse(page("list.html.j2", "", listing=found))


@app.get("/reports/{as_of}/{version}")
def report(as_of: Day, version: Version, user: User, shop: AskedShop = None) -> HTMLResponse:
    """One report, with a way back."""
    warehouse = the_warehouse()
    owner, manifest = find(warehouse, user, "report", version, as_of, shop)
    file = published.file_of(warehouse, manifest, PAGE)
    if file is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such report.")
    with file.open() as opened:
        text = opened.read().decode("utf-8", errors="replace")
    text = with_way_back(text, "../../", as_of=as_of, version=version, owner=owner)
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


@app.get("/reports/{as_of}/{version}/downloads")
def downloads(as_of: Day, version: Version, user: User, shop: AskedShop = None) -> HTMLResponse:
    """What can be downloaded of a report."""
    warehouse = the_warehouse()
    owner, manifest = find(warehouse, user, "report", version, as_of, shop)
    exports = published.input_of_month(warehouse, manifest, "exports")
    content = {"month": listing.month_of(owner, manifest), "report": manifest, "exports": exports}
    misfits = fits.misfits(warehouse, manifest)
    return HTMLResponse(page("downloads.html.j2", "../../../", **content, lists=files.lists(exports), misfits=misfits))


@app.get("/files/{dataset}/{as_of}/{version}/{name:path}")
def download(
    dataset: Literal["report", "exports"], as_of: Day, version: Version, name: str, user: User, shop: AskedShop = None
) -> StreamingResponse:
    """One file of a report or of its exports, to keep."""
    warehouse = the_warehouse()
    owner, manifest = find(warehouse, user, dataset, version, as_of, shop)
    file = published.file_of(warehouse, manifest, name)
    if file is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
    headers = {"Content-Disposition": files.disposition(name, as_of, owner.name), "Content-Length": str(file.bytes)}
    return StreamingResponse(published.chunks(file.open()), media_type=files.media_type(name), headers=headers)


@app.get("/compare")
def compare(a: str, b: str, user: User) -> HTMLResponse:
    """Two reports side by side, each named as `[<shop>.]<as-of date>.<version>`. The earlier one is on the left."""
    warehouse = the_warehouse()
    named = [named_report(text) for text in (a, b)]
    chosen = [find(warehouse, user, "report", version, as_of, shop) for shop, as_of, version in named]
    try:
        comparison = comparing.compare(warehouse, *chosen)
    except tables.ERRORS:
        raise published.Damaged("The figures of one of the two reports cannot be read.") from None
    found = listing.listing(warehouse, whose.seen_shops(warehouse, user))
    return HTMLResponse(page("compare.html.j2", "", it=comparison, listing=found))


@app.get("/lineage/{dataset}/{version}")
def lineage(
    dataset: Dataset, version: Version, user: User, as_of: Day | None = None, shop: AskedShop = None
) -> HTMLResponse:
    """The tree from a version down to its source."""
    warehouse = the_warehouse()
    owner, manifest = find(warehouse, user, dataset, version, as_of, shop)
    others = listing.siblings(warehouse, owner.name, as_of) if dataset == "report" and as_of and owner.name else []
    lines = ancestry.tree(warehouse, manifest)
    content = {
        "top": manifest,
        "owner": owner,
        "shop": owner.name,
        "lines": lines,
        "source": ancestry.source_in(lines),
        "others": [one for one in others if one.version != version],
    }
    return HTMLResponse(page("lineage.html.j2", "../../", **content))


@app.get("/versions")
def versions(of: Annotated[list[str], Query(max_length=50)], user: User, shop: AskedShop = None) -> HTMLResponse:
    """What a task has made: versions, each named as `<dataset>.<version>[.<as-of date>]`."""
    warehouse = the_warehouse()
    found = [find(warehouse, user, *names, shop) for names in named_versions(of)]
    lines = [ancestry.Line(0, one.dataset, one.dataset, one.version, one) for _, one in found]
    return HTMLResponse(page("versions.html.j2", "", lines=lines, shop=found[0][0].name))


@app.get("/manifests/{dataset}/{version}")
def manifest(
    dataset: Dataset, version: Version, user: User, as_of: Day | None = None, shop: AskedShop = None
) -> Response:
    """What a version says of itself."""
    _, found = find(the_warehouse(), user, dataset, version, as_of, shop)
    return Response(json.dumps(asdict(found), indent=2) + "\n", media_type="application/json")


def failed(request: Request, status: int, words: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page that says what is wrong, with a way back. Its address may be any, so the way is not relative."""
    up = request.scope.get("root_path", "").rstrip("/") + "/"
    text = page("failed.html.j2", up, words=words, status=status)
    return HTMLResponse(text, status, headers={**strict_headers(policy()), **(headers or {})})


@app.exception_handler(AnyHTTPException)
def refused(request: Request, error: AnyHTTPException) -> HTMLResponse:
    """Not there, or not allowed."""
    return failed(request, error.status_code, str(error.detail), error.headers)


@app.exception_handler(RequestValidationError)
def not_an_address(request: Request, error: RequestValidationError) -> HTMLResponse:
    """A date or version that is none. What was asked for is not repeated."""
    return failed(request, HTTPStatus.UNPROCESSABLE_ENTITY, "This address names no report, version or month.")


@app.exception_handler(published.Damaged)
def damaged(request: Request, error: published.Damaged) -> HTMLResponse:
    """A version that is not as it was published is not served."""
    return failed(request, HTTPStatus.NOT_FOUND, f"{error} It is not as it was published, so it is not shown.")


@app.exception_handler(Exception)
def broken(request: Request, error: Exception) -> HTMLResponse:
    """An error of these pages. Airflow's log has it in full."""
    return failed(request, HTTPStatus.INTERNAL_SERVER_ERROR, "This page could not be made. The log says why.")
