"""The Airflow side of the stages: the fetch callable and the operator of the Spark stages.

Imported by the DAG at each parse, so whatever a run needs is imported inside the functions.
"""

import json
import os
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.paths import PROJECT, UTF8, warehouse_root
from segmentation.config import settings
from segmentation.config.param_checks import check_as_of
from segmentation.engine.session import DRIVER_MEMORY
from segmentation.planning import arguments
from segmentation.planning.datasets import STAGES
from segmentation.running.orchestration import links, one_warehouse, run_notes
from segmentation.running.orchestration.connections import find_connection, find_store, password
from segmentation.running.orchestration.submitting import ConnectSubmitHook, spark_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from segmentation.planning.plan import Plan
    from segmentation.warehouse.manifests import Manifest
    from segmentation.warehouse.releases import Release
    from segmentation.warehouse.versions import Warehouse

LAST_STAGE = list(STAGES)[-1]
ASSETS = {name: Asset(name=name, uri=f"segmentation://{name}") for names in STAGES.values() for name in names}


def outlets(stage: str) -> list[Asset]:
    """The assets of the datasets that a stage makes."""
    return [ASSETS[name] for name in STAGES[stage]]


def announce(context: "Context", manifests: "list[Manifest]", shop: str) -> None:
    """Put shop, version, as-of date, rows and path of each dataset into its asset event; keep them for the links."""
    from segmentation.engine.stage import describe
    from segmentation.warehouse.versions import Warehouse

    links.remember(context["task"], manifests, shop)
    for manifest in manifests:
        place = Warehouse(warehouse_root()).place_of(manifest)
        context["outlet_events"][ASSETS[manifest.dataset]].extra = {
            "shop": shop,
            "version": manifest.version,
            "as_of": manifest.as_of,
            "rows": manifest.rows,
            "path": str(place),
        }
        print(f"{describe(manifest, 'stands:')} in {place}", flush=True)


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
        raise _user_failure(f"fetch: {error}") from None
    except Unavailable as error:
        raise _failure_for_now(f"fetch: {error}") from None
    announce(context, [manifest], releasing.shop_of(given))
    say_doubts([manifest])
    told = {"source_version": manifest.version, "as_of": as_of.isoformat(), "segment_map": segment_map}
    told["released"] = as_text(released)
    return told | one_warehouse.noted()


def release(plan: "Plan", warehouse: "Warehouse", run_id: str, dag_id: str) -> "Release | None":
    """End a green run: its versions become its shop's next release, in one step. A trial makes none."""
    from segmentation.warehouse import releasing
    from segmentation.warehouse.machine_failures import in_words

    with in_words(warehouse.root):
        made = releasing.release(plan, warehouse, run_id, dag_id)
    if made:
        print(f"released: shop {made.shop} as of {made.as_of}, release {made.number}", flush=True)
    else:
        print("This was a trial: nothing is released.", flush=True)
    return made


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
        raise _user_failure(f"deliver: {_once(error)}") from None
    except Unavailable as error:
        raise _failure_for_now(f"deliver: {_once(error)}") from None
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


def dag_id_of(context: "Context") -> str:
    """The DAG of a run."""
    return str(context["dag"].dag_id) if "dag" in context else ""


def _user_failure(message: str) -> AirflowFailException:
    """A failure that a retry cannot mend, with its reason as a line of its own in the task's log."""
    print(f"ERROR {message}", flush=True)
    return AirflowFailException(message)


def _failure_for_now(message: str) -> AirflowException:
    """A failure that a retry may mend, told in the same way."""
    print(f"ERROR {message}", flush=True)
    return AirflowException(message)


class StageOperator(SparkSubmitOperator):
    """A SparkSubmitOperator for one stage: submits `spark_jobs/<stage>.py` unless all its versions stand.

    The look costs no Spark. A user's mistake fails the task without a retry, with the job's own words last.
    """

    def __init__(self, *, stage: str, **kwargs: Any) -> None:
        super().__init__(
            task_id=stage,
            name=f"customer_segmentation.{stage}",
            application=str(PROJECT / "spark_jobs" / f"{stage}.py"),
            application_args=arguments.templates(),
            env_vars={"PYTHONPATH": str(PROJECT / "include"), **UTF8},
            conf={"spark.log.level": "WARN", **{f"spark.executorEnv.{name}": value for name, value in UTF8.items()}},
            driver_memory=DRIVER_MEMORY,
            outlets=outlets(stage),
            # Only cluster deploy mode could reconnect, and Python drivers run in client mode.
            durable=False,
            **kwargs,
        )
        self.stage = stage
        self._remote: str | None = None
        self.operator_extra_links = links.of_stage(stage)

    def execute(self, context: "Context") -> None:
        """Submit the job if a version is missing; then announce what stands."""
        from segmentation.engine import stage as stages
        from segmentation.warehouse.releasing import shop_of
        from segmentation.warehouse.versions import Warehouse

        warehouse = Warehouse(warehouse_root())
        try:
            one_warehouse.check(context)
            given = arguments.read(self.application_args or [])
            plans = stages.make_plans(self.stage, given, warehouse)
            missing = [(plan, stages.missing_datasets(self.stage, plan, warehouse)) for plan in plans]
            names = [name for _, some in missing for name in some]
            if names:
                self.log.info("Missing: %s. Submitting %s.", ", ".join(names), self.application)
                self._submit(context, missing, warehouse)
            else:
                self.log.info("All versions stand; no Spark is needed.")
            manifests = stages.conclude(self.stage, plans[-1], warehouse)
            if not manifests:
                print(f"{stages.NOTHING_TO_MAKE}: {self.stage} has nothing to do for {plans[-1].kind}", flush=True)
            if self.stage == LAST_STAGE:
                made = release(plans[-1], warehouse, given.run_id, dag_id_of(context))
                run_notes.hand_on(context, plans[-1], made, warehouse, manifests)
            # Airflow makes an event for each outlet, so datasets of another kind of source must not be among them.
            self.outlets = [ASSETS[manifest.dataset] for manifest in manifests]
            announce(context, manifests, shop_of(given.settings))
            stages.say_what_is_doubtful(manifests, warehouse, plans[-1])
        except UserError as error:
            raise _user_failure(f"{self.stage}: {error}") from None
        except Unavailable as error:
            raise _failure_for_now(f"{self.stage}: {error}") from None

    def _fit_java(self, missing: "list[tuple[Plan, list[str]]]", warehouse: "Warehouse") -> None:
        """Give a job that reads little the options for such: compiling thoroughly would take longer than the job."""
        from segmentation.engine import input_versions
        from segmentation.engine.stage import SMALL_JOB_OPTIONS

        options = os.environ.get(SMALL_JOB_OPTIONS)
        if (
            options
            and sum(input_versions.bytes_to_read(*each, warehouse) for each in missing) <= input_versions.SMALL_INPUT
        ):
            self.env_vars = {**(self.env_vars or {}), "SPARK_SUBMIT_OPTS": options}

    def _get_hook(self) -> SparkSubmitHook:
        if self._remote is None:
            return super()._get_hook()
        return ConnectSubmitHook(
            remote=self._remote,
            conn_id=self._conn_id,
            name=self.name,
            application_args=self.application_args,
            env_vars=self.env_vars,
        )

    def _submit(self, context: "Context", missing: "list[tuple[Plan, list[str]]]", warehouse: "Warehouse") -> None:
        from segmentation.engine.stage import APPLICATION, LAST_WORDS, NOTES

        with tempfile.TemporaryDirectory() as folder, spark_of(self._conn_id) as self._remote:
            if self._remote is None:
                self._fit_java(missing, warehouse)
            self.env_vars = {**(self.env_vars or {}), NOTES: folder}
            words, application = Path(folder, LAST_WORDS), Path(folder, APPLICATION)
            try:
                super().execute(context)
            except AirflowException as error:
                if not words.exists():
                    raise
                said = json.loads(words.read_text(encoding="utf-8"))
                if said["is_user_error"]:
                    raise _user_failure(said["message"]) from None
                raise AirflowException(said["message"]) from error
            finally:
                if application.exists():
                    links.remember_application(self, application.read_text(encoding="utf-8"))
