"""What Airflow says of a shop's runs, and what its schedule says is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from segmentation.common.errors import UserError
from segmentation.config.settings import LAST_AS_OF, Settings
from segmentation.config.shops import files
from segmentation.config.shops.files import PRESETS, Shop

FAILED, GOING = "failed", ("queued", "running")


@dataclass(frozen=True)
class LastRun:
    """The last run of a DAG: its id, its state in Airflow's words, and when it was due."""

    run_id: str
    state: str
    run_after: datetime


@dataclass(frozen=True)
class DagState:
    """What Airflow knows of a DAG: whether it is paused, and its last run, if there was any."""

    is_paused: bool
    last: LastRun | None


Asking = Callable[[str], DagState | None]


def ask_airflow(dag_id: str) -> DagState | None:
    """A DAG's state, from Airflow's database; None for a DAG that it does not know."""
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        dag = session.get(DagModel, dag_id)
        newest = select(DagRun).where(DagRun.dag_id == dag_id).order_by(DagRun.run_after.desc(), DagRun.id.desc())
        run = session.scalars(newest.limit(1)).first()
        last = LastRun(run.run_id, str(getattr(run.state, "value", run.state)), run.run_after) if run else None
        return DagState(bool(dag.is_paused), last) if dag else None


def the_airflow() -> Asking:
    """How the pages ask Airflow for the state of a DAG."""
    return ask_airflow


def trouble(name: str, released: list[date], ask: Asking, now: datetime | None = None) -> list[str]:
    """A sentence for each thing that keeps a shop's months from coming: a late month, a failed run, a wrong file.

    released: the as-of dates that have a release. A shop without a file runs by hand only, so nothing is due.
    """
    try:
        shop = files.find(name)
    except UserError as error:
        return [f"The shop's file is wrong. {error}"]
    if shop is None:
        return []
    state = ask(shop.dag_id)
    found = []
    if state and state.last and state.last.state == FAILED:
        day = f"{state.last.run_after:%Y-%m-%d %H:%M}"
        found.append(f"The last run failed: {state.last.run_id} of {shop.dag_id}, due {day} (UTC).")
    due = due_month(shop, now or datetime.now(UTC))
    if due and due not in released:
        if state is None:
            found.append(f"The month as of {due} is due, and Airflow does not know the DAG {shop.dag_id} yet.")
        elif state.is_paused:
            found.append(f"The month as of {due} is due, and the DAG {shop.dag_id} is paused, so no run makes it.")
        elif state.last and state.last.state in GOING:
            found.append(f"The month as of {due} is due; a run is {state.last.state}: {state.last.run_id}.")
        else:
            found.append(f"The month as of {due} is late: it is due, and nothing is released.")
    return found


def due_month(shop: Shop, now: datetime) -> date | None:
    """The last as-of date that a shop's schedule has asked for by now; None where it asks for none."""
    if shop.schedule is None or shop.params.get("as_of") or shop.params.get("trial"):
        return None
    from croniter import croniter

    from segmentation.sources import has_ended

    moments: Any = croniter(PRESETS.get(shop.schedule, shop.schedule), now.replace(microsecond=0))
    end = moments.get_prev(datetime)
    begin = moments.get_prev(datetime)
    if begin.date() < shop.start:
        return None
    due: date = end.date()
    given = Settings(source=shop.params["source"], revision=shop.params["revision"])
    return min(due, LAST_AS_OF) if has_ended(given) else due
