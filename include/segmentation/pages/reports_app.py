"""The pages behind "Customer segments" in Airflow: the published reports, two months compared, downloads, lineage.

Every route asks Airflow whether the user may see the DAG. Only what is published is served, found by its manifest,
never by a path from the request. The pages have no script, load nothing, and link relatively.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from pydantic import BeforeValidator
from starlette.exceptions import HTTPException as AnyHTTPException

from segmentation.pages import comparing, files, fits, listing, published, tables
from segmentation.pages.access import guarded_app
from segmentation.pages.head import HeadAsGet
from segmentation.pages.rendering import REPORT_POLICY, page, policy, with_way_back
from segmentation.pages.requests import StrictHeaders, as_day, named_report, named_versions, strict_headers
from segmentation.paths import warehouse_root
from segmentation.warehouse import ancestry
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

PAGE = "report.html"

Day = Annotated[date, BeforeValidator(as_day)]
Version = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
Dataset = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,60}$")]

app = guarded_app("Customer segments")
app.add_middleware(StrictHeaders)
app.add_middleware(HeadAsGet)


def the_warehouse() -> Warehouse:
    """The warehouse that the pages show."""
    return Warehouse(warehouse_root())


def find(warehouse: Warehouse, dataset: str, version: str, as_of: date | None) -> Manifest:
    """A published version that must exist, or the answer is 404."""
    manifest = published.find(warehouse, dataset, version, as_of)
    if manifest is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such version.")
    return manifest


@app.get("/")
def reports() -> HTMLResponse:
    """The list of the published reports."""
    return HTMLResponse(page("list.html.j2", "", listing=listing.listing(the_warehouse())))


@app.get("/reports/{as_of}/{version}")
def report(as_of: Day, version: Version) -> HTMLResponse:
    """One report, with a way back."""
    warehouse = the_warehouse()
    manifest = find(warehouse, "report", version, as_of)
    file = published.file_of(warehouse, manifest, PAGE)
    if file is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such report.")
    with file.open() as opened:
        text = opened.read().decode("utf-8", errors="replace")
    text = with_way_back(text, "../../", as_of=as_of, version=version)
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


@app.get("/reports/{as_of}/{version}/downloads")
def downloads(as_of: Day, version: Version) -> HTMLResponse:
    """What can be downloaded of a report."""
    warehouse = the_warehouse()
    manifest = find(warehouse, "report", version, as_of)
    exports = published.input_of_month(warehouse, manifest, "exports")
    content = {"month": listing.month_of(manifest), "report": manifest, "exports": exports}
    misfits = fits.misfits(warehouse, manifest)
    return HTMLResponse(page("downloads.html.j2", "../../../", **content, lists=files.lists(exports), misfits=misfits))


@app.get("/files/{dataset}/{as_of}/{version}/{name:path}")
def download(dataset: Literal["report", "exports"], as_of: Day, version: Version, name: str) -> StreamingResponse:
    """One file of a report or of its exports, to keep."""
    warehouse = the_warehouse()
    file = published.file_of(warehouse, find(warehouse, dataset, version, as_of), name)
    if file is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
    headers = {"Content-Disposition": files.disposition(name, as_of), "Content-Length": str(file.bytes)}
    return StreamingResponse(published.chunks(file.open()), media_type=files.media_type(name), headers=headers)


@app.get("/compare")
def compare(a: str, b: str) -> HTMLResponse:
    """Two reports side by side, each named as `<as-of date>.<version>`. The earlier one is always on the left."""
    warehouse = the_warehouse()
    chosen = [find(warehouse, "report", version, as_of) for as_of, version in map(named_report, (a, b))]
    try:
        comparison = comparing.compare(warehouse, *chosen)
    except tables.ERRORS:
        raise published.Damaged("The figures of one of the two reports cannot be read.") from None
    return HTMLResponse(page("compare.html.j2", "", it=comparison, listing=listing.listing(warehouse)))


@app.get("/lineage/{dataset}/{version}")
def lineage(dataset: Dataset, version: Version, as_of: Day | None = None) -> HTMLResponse:
    """The tree from a version down to its source."""
    warehouse = the_warehouse()
    manifest = find(warehouse, dataset, version, as_of)
    others = listing.siblings(warehouse, as_of) if dataset == "report" and as_of else []
    lines = ancestry.tree(warehouse, manifest)
    content = {
        "top": manifest,
        "lines": lines,
        "source": ancestry.source_in(lines),
        "others": [one for one in others if one.version != version],
    }
    return HTMLResponse(page("lineage.html.j2", "../../", **content))


@app.get("/versions")
def versions(of: Annotated[list[str], Query(max_length=50)]) -> HTMLResponse:
    """What a task has made: versions, each named as `<dataset>.<version>[.<as-of date>]`."""
    warehouse = the_warehouse()
    found = [find(warehouse, *names) for names in named_versions(of)]
    lines = [ancestry.Line(0, one.dataset, one.dataset, one.version, one) for one in found]
    return HTMLResponse(page("versions.html.j2", "", lines=lines))


@app.get("/manifests/{dataset}/{version}")
def manifest(dataset: Dataset, version: Version, as_of: Day | None = None) -> Response:
    """What a version says of itself."""
    content = asdict(find(the_warehouse(), dataset, version, as_of))
    return Response(json.dumps(content, indent=2) + "\n", media_type="application/json")


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
