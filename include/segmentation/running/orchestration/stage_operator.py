"""The operator of the Spark stages.

Imported by the DAG at each parse, so whatever a run needs is imported inside the functions.
"""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowException

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.paths import PROJECT, UTF8, warehouse_root
from segmentation.engine.session import DRIVER_MEMORY
from segmentation.planning import arguments
from segmentation.planning.datasets import STAGES
from segmentation.running.orchestration import links, one_warehouse, run_notes
from segmentation.running.orchestration.outcomes import (
    ASSETS,
    announce,
    dag_id_of,
    failure_for_now,
    outlets,
    user_failure,
)
from segmentation.running.orchestration.submitting import ConnectSubmitHook, spark_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from segmentation.planning.plan import Plan
    from segmentation.warehouse.release_file import Release
    from segmentation.warehouse.versions import Warehouse

LAST_STAGE = list(STAGES)[-1]


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
            raise user_failure(f"{self.stage}: {error}") from None
        except Unavailable as error:
            raise failure_for_now(f"{self.stage}: {error}") from None

    def _fit_java(self, missing: "list[tuple[Plan, list[str]]]", warehouse: "Warehouse") -> None:
        """Give a job that reads little the options for such: compiling thoroughly would take longer than the job."""
        from segmentation.engine import input_versions
        from segmentation.engine.stage import SMALL_JOB_OPTIONS

        options = os.environ.get(SMALL_JOB_OPTIONS)
        if options and input_versions.bytes_to_read(missing, warehouse) <= input_versions.SMALL_INPUT:
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
        from segmentation.warehouse.machine_failures import in_words

        with contextlib.ExitStack() as held:
            # There may be no room to begin.
            with in_words(warehouse.root):
                folder = held.enter_context(tempfile.TemporaryDirectory())
                self._remote = held.enter_context(spark_of(self._conn_id))
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
                    raise user_failure(said["message"]) from None
                raise AirflowException(said["message"]) from error
            finally:
                if application.exists():
                    links.remember_application(self, application.read_text(encoding="utf-8"))
