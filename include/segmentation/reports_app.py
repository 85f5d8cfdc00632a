"""The pages behind "Customer segments" in Airflow: a list of the published reports, and each report.

Every route asks Airflow whether the user may see the DAG. Only reports of published versions are served, found by
their manifest, never by a path from the request.
"""

from datetime import date
from pathlib import Path as FilePath
from typing import Annotated

from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI, HTTPException, Path
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from segmentation.errors import UserError
from segmentation.manifests import Manifest
from segmentation.paths import warehouse_root
from segmentation.versions import Warehouse

DAG_ID = "customer_segmentation"
PAGE = "report.html"
# The pages need no script and nothing from elsewhere. Airflow shows them in a frame of its own.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(FilePath(__file__).parent / "templates" / "airflow"), autoescape=True, trim_blocks=True
)

app = FastAPI(
    title="Customer segments",
    openapi_url=None,
    dependencies=[Depends(requires_access_dag(method="GET", param_dag_id=DAG_ID))],
)


def published_reports(warehouse: Warehouse) -> list[Manifest]:
    """The reports that LATEST names, newest as-of date first. Damaged ones are left out."""
    found = []
    for folder in sorted((warehouse.root / "report").glob("as_of=*"), reverse=True):
        try:
            manifest = warehouse.latest("report", date.fromisoformat(folder.name.removeprefix("as_of=")))
        except (ValueError, UserError):
            continue
        if manifest:
            found.append(manifest)
    return found


@app.get("/")
def reports() -> HTMLResponse:
    """The list of the published reports."""
    page = _TEMPLATES.get_template("reports.html.j2")
    return HTMLResponse(page.render(reports=published_reports(Warehouse(warehouse_root()))), headers=HEADERS)


@app.get("/reports/{as_of}/{version}")
def report(as_of: date, version: Annotated[str, Path(pattern="^[0-9a-f]{12}$")]) -> HTMLResponse:
    """One report."""
    warehouse = Warehouse(warehouse_root())
    manifest = warehouse.find("report", version, as_of)
    if manifest is None or PAGE not in manifest.files:
        raise HTTPException(404, "There is no such report.")
    text = (warehouse.place_of(manifest) / PAGE).read_text(encoding="utf-8")
    return HTMLResponse(text, headers=HEADERS)
