"""The tasks that need no Spark: fetch, which begins a run, and deliver, which ends it.

Imported by the DAG at each parse, so whatever a run needs is imported inside the functions.
"""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.paths import warehouse_root
from segmentation.config import settings
from segmentation.config.param_checks import check_as_of
from segmentation.running.orchestration import one_warehouse
from segmentation.running.orchestration.connections import find_connection, find_store, password
from segmentation.running.orchestration.outcomes import announce, dag_id_of, failure_for_now, user_failure

if TYPE_CHECKING:
    from airflow.sdk import Context


def fetch_source(context: "Context") -> dict[str, str]:
    """Check the params, resolve the as-of date, and bring the source's files.

    Returns source_version, as_of, segment_map, released and the warehouse for the later tasks. A mistake in the
    params fails the task at once and without a retry, before any Spark starts.
    """
    from segmentation import sources
    from segmentation.config.segment_maps import load_map, settled
    from segmentation.config.shops.queries import check_query
    from segmentation.engine.stage import say_doubts
    from segmentation.planning.earlier import as_text
    from segmentation.planning.plan import Plan
    from segmentation.warehouse import releasing
    from segmentation.warehouse.upgrade import open_warehouse

    warehouse = open_warehouse(warehouse_root())
    try:
        given = settings.parse(dict(context["params"]))
        load_map(given.segment_map, given.bins)
        segment_map = settled(given.segment_map)
        as_of = settings.check_not_ahead(check_as_of(given.as_of or _as_of_of_interval(given, context)))
        sources.check_window(given, as_of)
        releasing.check_shop(warehouse, given)
        check_query(given, dag_id_of(context))
        manifest = sources.fetch(
            given,
            warehouse,
            context["run_id"],
            find_token=hub_token,
            find_connection=find_connection,
            find_store=find_store,
            as_of=as_of,
        )
        released = releasing.released_earlier(warehouse, releasing.shop_of(given), as_of)
        plan = Plan(replace(given, segment_map=segment_map), as_of, manifest.version, released=released)
        releasing.begin(plan, warehouse, context["run_id"], dag_id_of(context))
    except UserError as error:
        raise user_failure(f"fetch: {error}") from None
    except Unavailable as error:
        raise failure_for_now(f"fetch: {error}") from None
    announce(context, [manifest], releasing.shop_of(given))
    say_doubts([manifest])
    told = {"source_version": manifest.version, "as_of": as_of.isoformat(), "segment_map": segment_map}
    told["released"] = as_text(released)
    return told | one_warehouse.noted()


def deliver_release(context: "Context") -> None:
    """Bring the release that this run has made to the targets in its shop's file. A trial has made none."""
    from segmentation.running.deliver import delivering
    from segmentation.warehouse.machine_failures import in_words
    from segmentation.warehouse.versions import Warehouse

    warehouse = Warehouse(warehouse_root())
    try:
        one_warehouse.check(context)
        as_of = context["ti"].xcom_pull(task_ids="fetch")["as_of"]
        with in_words(warehouse.root):
            made = delivering.of_run(warehouse, context["params"]["shop"], as_of, context["run_id"], dag_id_of(context))
            said = delivering.deliver(warehouse, made, context["run_id"]) if made else []
    except UserError as error:
        raise user_failure(f"deliver: {_once(error)}") from None
    except Unavailable as error:
        raise failure_for_now(f"deliver: {_once(error)}") from None
    for sentence in said or ["This run has released nothing, so there is nothing to deliver."]:
        print(f"deliver: {sentence}", flush=True)


def _once(error: Exception) -> str:
    return str(error).removeprefix("deliver: ")


def hub_token() -> str | None:
    """The Hub's token: the password of the Airflow connection `huggingface_default`, if there is one."""
    from segmentation.sources.hub import CONNECTION

    return password(CONNECTION)


def _as_of_of_interval(given: settings.Settings, context: "Context") -> date:
    """The end of the run's data interval, by hand the first of the month; of what has ended its last whole month."""
    from segmentation import sources

    end = context.get("data_interval_end")
    if end is None:
        raise UserError("Param as_of is empty and this run has no data interval. Give as_of a date as YYYY-MM-DD.")
    if end == context.get("data_interval_start"):
        # What has no schedule gets a moment instead of an interval.
        end = end.replace(day=1)
    if sources.has_ended(given) and end.date() > settings.LAST_AS_OF:
        # Else what someone tries first, and every scheduled run of a shop with this source, would find nothing.
        print(f"The source has no whole month after {settings.LAST_AS_OF}, so the run is as of that date.", flush=True)
        return settings.LAST_AS_OF
    return end.date()
