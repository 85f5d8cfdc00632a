"""`make backfill`: have the Airflow of this machine run many months, and follow them to their end."""

import os
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.terminal import bold, dim, red
from segmentation.config import settings
from segmentation.config.segment_maps import load_map
from segmentation.config.shops import files
from segmentation.config.shops.names import dag_of
from segmentation.running.local import server
from segmentation.running.local.rest import Refused, Rest
from segmentation.running.local.run import as_json
from segmentation.running.local.warehouse import day_of
from segmentation.warehouse.releasing import shop_of

ENDED = ("success", "failed")
LOOK_SECONDS = 1
REFUSED_SECONDS = 90
CONFLICT, LOCKED, BROKEN = 409, 503, 500
DATABASE = "Database error"  # what Airflow says with BROKEN where the lock struck outside the backfill's own code
DEFAULT_ACTIVE = "2"
# What the target takes besides params.
WORDS = ("FROM", "TO", "ACTIVE", "REPROCESS", "BACKWARDS")
REPROCESS = ("none", "failed", "completed")


def backfill(params: dict[str, Any]) -> int:
    """Create a backfill and follow it; returns 1 if a run did not end green.

    Variables: FROM, TO (the first and last month, any day of them), ACTIVE (runs at once), REPROCESS, BACKWARDS.
    """
    checked = settings.parse(params)
    load_map(checked.segment_map, checked.bins)
    if checked.as_of:
        raise UserError("AS_OF: each run of a backfill is as of the end of its month. Give FROM and TO instead.")
    dag_id = _dag_of(checked)
    content = {
        "dag_id": dag_id,
        "from_date": f"{_month('FROM')}T00:00:00Z",
        "to_date": f"{_month('TO')}T00:00:00Z",
        "max_active_runs": _active(),
        "run_backwards": os.environ.get("BACKWARDS") == "1",
        "reprocess_behavior": _reprocess(),
        "dag_run_conf": {name: as_json(getattr(checked, name)) for name in params},
    }
    rest = Rest(server.address(), server.PASSWORDS)
    if rest.ask(f"/api/v2/dags/{dag_id}")["is_paused"]:
        raise UserError(
            f"The DAG is paused, so nothing would run. Switch it on at {server.address()}/dags/{dag_id}; "
            "the run of the last month then starts too."
        )
    began = time.monotonic()
    created = _create(rest, content)
    query = f"&run_type=backfill&logical_date_gte={content['from_date']}&logical_date_lte={content['to_date']}"
    mine = [run["dag_run_id"] for run in rest.runs(dag_id, query) if _is_of(run, created["created_at"])]
    print(bold(f"{len(mine)} runs") + dim(f"  {server.address()}/dags/{dag_id}; Ctrl-C leaves them going"), flush=True)
    if not mine:
        print("Every month has a run already. REPROCESS=completed runs them again, REPROCESS=failed those that failed.")
        return 0
    states = []
    for run in _ends(rest, dag_id, query, set(mine)):
        states.append(run["state"])
        word = run["state"] if run["state"] == "success" else red(run["state"])
        print(f"  {_as_of(run)}  {word}{_seconds(run):>8.1f} s", flush=True)
    took = time.monotonic() - began
    print(
        bold(f"{states.count('success')} of {len(states)} green")
        + f" in {took:.0f} s, {took / len(states):.1f} s a run"
    )
    return int(set(states) != {"success"})


def _dag_of(checked: settings.Settings) -> str:
    """The DAG whose months are run: the shop's. Only what has a schedule has months."""
    name = shop_of(checked)
    if files.find(name) is None:
        raise UserError(
            f"SHOP: a backfill runs the DAG of a shop, and there is no shop {name}. `make shop NAME={name} ...` "
            "writes its file; SHOP= names another one."
        )
    return dag_of(name)


def _create(rest: Rest, content: dict[str, Any]) -> dict[str, Any]:
    """Create the backfill while the DAG is paused, so that the scheduler sees all of its runs or none.

    On SQLite, Airflow writes the runs one by one, gives up where another process writes between, and then removes
    runs that the scheduler may have begun, which ends the scheduler.
    """
    switch = f"/api/v2/dags/{content['dag_id']}"
    rest.ask(switch, {"is_paused": True}, "PATCH")
    try:
        return _create_at_last(rest, content)
    finally:
        rest.ask(switch, {"is_paused": False}, "PATCH")


def _create_at_last(rest: Rest, content: dict[str, Any]) -> dict[str, Any]:
    """Ask again where a refusal passes by itself: the database is locked, or the end of the last one not noted yet."""
    deadline = time.monotonic() + REFUSED_SECONDS
    while True:
        try:
            return rest.ask("/api/v2/backfills", content)
        except Refused as refusal:
            is_locked = refusal.status == LOCKED or (refusal.status == BROKEN and DATABASE in str(refusal))
            if not (is_locked or refusal.status == CONFLICT) or time.monotonic() > deadline:
                raise
            if refusal.status == CONFLICT and any(
                rest.runs(content["dag_id"], "&run_type=backfill&state=queued&state=running")
            ):
                raise
        time.sleep(LOOK_SECONDS)


def _ends(rest: Rest, dag_id: str, query: str, waiting: set[str]) -> Iterator[dict[str, Any]]:
    """The runs as they end."""
    while waiting:
        time.sleep(LOOK_SECONDS)
        for run in rest.runs(dag_id, query):
            if run["dag_run_id"] in waiting and run["state"] in ENDED:
                waiting.remove(run["dag_run_id"])
                yield run


def _is_of(run: dict[str, Any], created: str) -> bool:
    """Whether a run belongs to the backfill created then, and not to an earlier one that it skips."""
    ended = run["end_date"]
    return run["state"] not in ENDED or datetime.fromisoformat(ended) >= datetime.fromisoformat(created)


def _as_of(run: dict[str, Any]) -> str:
    return f"as of {run['data_interval_end'][:10]}"


def _seconds(run: dict[str, Any]) -> float:
    """How long a run took."""
    return (datetime.fromisoformat(run["end_date"]) - datetime.fromisoformat(run["start_date"])).total_seconds()


def _month(name: str) -> date:
    return day_of(name).replace(day=1)


def _active() -> int:
    text = os.environ.get("ACTIVE", DEFAULT_ACTIVE)
    if not text.isdigit() or not int(text):
        raise UserError(f"ACTIVE: {text!r} is not a number of runs from 1.")
    return int(text)


def _reprocess() -> str:
    text = os.environ.get("REPROCESS", REPROCESS[0])
    if text not in REPROCESS:
        raise UserError(f"REPROCESS: {text!r} is not allowed. Allowed: {', '.join(REPROCESS)}.")
    return text
