"""The page "What if": a month with another map, other edges or another window. Only its trial begins anything."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from segmentation.common.errors import UserError
from segmentation.common.paths import DAG_ID
from segmentation.config.segment_maps.editing import with_cells
from segmentation.config.shops.files import has_file
from segmentation.config.shops.names import dag_of
from segmentation.pages import listing, running, tables, whatif
from segmentation.pages.audit import Audit, the_audit
from segmentation.pages.forms import Fields, field, sent_form
from segmentation.pages.rendering import page
from segmentation.pages.requests import as_day
from segmentation.pages.running import Asking
from segmentation.pages.serving import ShopName, User, find_shop, the_warehouse
from segmentation.pages.triggering import Trigger, the_trigger
from segmentation.pages.whatif import Question
from segmentation.pages.whose import Owner
from segmentation.warehouse import published, releases
from segmentation.warehouse.published import Damaged
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

EVENT = "trigger_trial"
FILE = "segment-map.yaml"
router = APIRouter()
Triggering = Annotated[Trigger, Depends(the_trigger)]


@router.get("/shops/{name}/what-if")
def form(
    name: ShopName,
    user: User,
    trigger: Triggering,
    as_of: Annotated[str, Query(max_length=10)] = "",
    begun: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """A month as it is, with the form to ask for another."""
    warehouse = the_warehouse()
    owner = find_shop(warehouse, user, name)
    release = _release(warehouse, owner.name, as_of)
    question = whatif.ask(release, whatif.fields_of(release), whatif.text_of_map(release))
    return _page(warehouse, owner, release, question, trigger, begun=begun)


@router.post("/shops/{name}/what-if")
def asked(
    name: ShopName,
    user: User,
    fields: Annotated[Fields, Depends(sent_form)],
    trigger: Triggering,
    audit: Annotated[Audit, Depends(the_audit)],
    ask: Annotated[Asking, Depends(running.the_airflow)],
) -> Response:
    """What would be; or the map as a file; or a trial that has begun."""
    warehouse = the_warehouse()
    owner = find_shop(warehouse, user, name)
    release = _release(warehouse, owner.name, field(fields, "as_of"))
    values = whatif.fields_of(release) | {key: field(fields, key)[:1000] for key in whatif.ASKED if key in fields}
    text, act = whatif.normal(field(fields, "map")), field(fields, "act")
    if act == "choose" and field(fields, "shipped") in whatif.shipped_maps():
        text = whatif.shipped_maps()[field(fields, "shipped")]
        values["bins"] = str(whatif.bins_of(text))
    question = whatif.ask(release, values, text)
    if act == "give" and not question.problem:
        question = _given(release, values, question, fields)
    if question.problem:
        return _page(warehouse, owner, release, question, trigger, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if act == "download":
        return _file(question.map_text)
    if act == "trial":
        return _begin(owner, release, question, field(fields, "token"), trigger, audit, ask)
    return _page(warehouse, owner, release, question, trigger)


def _release(warehouse: Warehouse, shop: str, text: str) -> Release:
    """The month that is asked for, else the newest one."""
    try:
        day = as_day(text) if text else None
        found = releases.current(warehouse, shop, day) if day else releases.newest(warehouse, shop)
    except ValueError:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "This is no month.") from None
    except UserError:
        raise Damaged("The release of this month cannot be read.") from None
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "The shop has no such month.")
    return found


def _given(release: Release, values: dict[str, str], question: Question, fields: Fields) -> Question:
    """The same with the ticked cells in another segment."""
    try:
        cells = fields.get("cell", [])
        text = with_cells(question.map_text, question.segments, question.bins, cells, field(fields, "to"))
    except UserError as error:
        return whatif.with_problem(question, str(error))
    return whatif.ask(release, values, text)


def _file(text: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(text + "\n", media_type="application/yaml; charset=utf-8", headers=headers)


def _begin(
    owner: Owner, release: Release, question: Question, token: str, trigger: Trigger, audit: Audit, ask: Asking
) -> Response:
    dag_id = dag_of(owner.name) if has_file(owner.name) else DAG_ID
    trigger.check(dag_id, token)
    try:
        params = whatif.trial_params(question, release)
    except UserError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
    state = ask(dag_id)
    if state is None or state.is_paused:
        raise HTTPException(HTTPStatus.CONFLICT, f"The DAG {dag_id} is paused or not there, so no run would go on.")
    audit(EVENT, dag_id, {"shop": owner.name, "as_of": release.as_of})
    trigger.begin(dag_id, params)
    return RedirectResponse(f"what-if?as_of={release.as_of}&begun=1", HTTPStatus.SEE_OTHER)


def _page(
    warehouse: Warehouse,
    owner: Owner,
    release: Release,
    question: Question,
    trigger: Trigger,
    status: int = HTTPStatus.OK,
    begun: bool = False,
) -> HTMLResponse:
    report = published.remembered(warehouse, "report", release.versions.get("report", ""), release.day)
    if report is None:
        raise Damaged("The report of this month is gone.")
    content: dict[str, Any] = {
        "owner": owner,
        "release": release,
        "month": listing.month_of(owner, report, release),
        "months": list(reversed(releases.months(warehouse, owner.name))),
        "currency": listing.currency(warehouse, report),
        "it": question,
        "found": None,
        "why_not": question.needs_run,
        "shipped": whatif.shipped_maps(),
        "token": trigger.token,
        "begun": begun,
    }
    if not question.problem and not question.needs_run:
        try:
            content["found"] = whatif.outcome(warehouse, release, report, question)
        except Damaged as error:
            content["why_not"] = str(error)
        except tables.ERRORS:
            content["why_not"] = "The table customer_rfm of this month cannot be read."
    return HTMLResponse(page("whatif.html.j2", "../../", **content), status)
