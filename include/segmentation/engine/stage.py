"""The frame of every Spark job: which versions are missing, build them, say what stands.

`status` and `make_plans` need no Spark. The Airflow task uses them to end at once when all versions stand.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.common.errors import USER_ERROR_EXIT, UserError
from segmentation.common.formatting import clean
from segmentation.common.paths import warehouse_root
from segmentation.engine import check_limits, session
from segmentation.planning import arguments
from segmentation.planning.arguments import JobArguments
from segmentation.planning.datasets import dataset
from segmentation.planning.plan import CUSTOMERS, Plan
from segmentation.warehouse import left_out
from segmentation.warehouse.machine_failures import in_words
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.rows import rows_of
from segmentation.warehouse.versions import Warehouse

if TYPE_CHECKING:
    from segmentation.engine.stage_run import StageRun

# The folder where a job leaves notes for the task that started it: its last words, and its name in Spark.
NOTES = "SEGMENTATION_NOTES"
LAST_WORDS, APPLICATION = "last_words.json", "application"
SERVER_GONE = (
    "the Spark server has gone while it worked for this task. Nothing unfinished can be seen; a retry begins anew."
)
OUT_OF_MEMORY = (
    "Spark has no memory left for this. Jobs beside it may have had it, so a retry may go through; if not, give Spark "
    "more with spark.driver.memory or spark.executor.memory (docs/how-to/spark.md)."
)
# What the log of a task says that has no datasets for this kind of source.
NOTHING_TO_MAKE = "nothing to make"
# Java's options for jobs that read little, where an installation has some; they stand for SPARK_SUBMIT_OPTS then.
SMALL_JOB_OPTIONS = "SEGMENTATION_SMALL_JOB_OPTIONS"


def make_plans(stage: str, given: JobArguments, warehouse: Warehouse) -> list[Plan]:
    """The plans that a stage has to fulfil, the run's own last.

    `rfm` also makes the month before, which the report compares with, where the source can say what it was like.
    """
    with in_words(warehouse.root):
        source = warehouse.find("source", given.source_version, None)
    settings = source.settings if source else {}
    plan = Plan(given.settings, given.as_of, given.source_version, settings, given.released)
    return [plan.previous, plan] if stage == "rfm" and plan.compares else [plan]


def missing_datasets(stage: str, plan: Plan, warehouse: Warehouse) -> list[str]:
    """The stage's datasets that have no version under this plan."""
    return [
        name
        for name in plan.datasets(stage)
        if plan.settings.force or not warehouse.find(name, plan.version(name), plan.as_of_for(name))
    ]


def standing(stage: str, plan: Plan, warehouse: Warehouse) -> list[Manifest]:
    """The manifests of a stage that is done. Raises UserError where one passes over a limit of the run."""
    manifests = [warehouse.get(name, plan.version(name), plan.as_of_for(name)) for name in plan.datasets(stage)]
    failed = []
    for manifest in manifests:
        warehouse.mark_used(manifest)
        hint = dataset(manifest.dataset).when_empty
        for verdict in check_limits.verdicts(manifest, plan.settings, must_have_rows=bool(hint)):
            if verdict.level == check_limits.WARN:
                print(f"WARNING {verdict.text}", flush=True)
            elif verdict.of_rows:
                failed.append(f"{verdict.text} {_hint(manifest, plan)} {_circumstances(manifest, plan, warehouse)}")
            else:
                failed.append(verdict.text)
    if failed:
        raise UserError(" ".join(failed))
    return manifests


def _hint(manifest: Manifest, plan: Plan) -> str:
    if plan.kind == CUSTOMERS and manifest.dataset == "customer_rfm":
        return "No customer of the table has an amount that counts and a last order before the as-of date."
    return dataset(manifest.dataset).when_empty or ""


def _circumstances(manifest: Manifest, plan: Plan, warehouse: Warehouse) -> str:
    if manifest.dataset in ("orders", "given_customers"):
        reasons = warehouse.get("refused_reasons", plan.version("refused_reasons"), None)
        return " ".join(left_out.sentences(manifest.figures, rows_of(warehouse, reasons)))
    if manifest.dataset != "customer_rfm":
        return f"Settings: {manifest.settings}."
    if plan.kind == CUSTOMERS:
        figures = warehouse.get("customer_scores", plan.version("customer_scores"), plan.as_of).figures
        first, last = (figures.get(f"{name}_last_order") for name in ("first", "last"))
        return f"The run is as of {plan.as_of}; the last orders run from {first} to {last}. Choose another as_of."
    purchases = warehouse.get("purchases", plan.version("purchases"), None)
    return (
        f"The window is {plan.window_start} to {plan.as_of} (exclusive), min_price {plan.settings.min_price}; "
        f"the purchases run from {purchases.figures.get('first_purchase')} to "
        f"{purchases.figures.get('last_purchase')}. Choose another as_of or a longer window_months."
    )


def run(stage: str, build: "Callable[[StageRun], None]", given: JobArguments, warehouse: Warehouse) -> list[Manifest]:
    """Make what is missing of a stage and return what stands of the run's own plan."""
    plans = make_plans(stage, given, warehouse)
    for plan in plans:
        with in_words(warehouse.root), ExitStack() as stack:
            for name in missing_datasets(stage, plan, warehouse):
                stack.enter_context(warehouse.building(name, plan.version(name), plan.as_of_for(name)))
            # Looked at again: while we waited for the right to build, another run may have built it.
            missing = missing_datasets(stage, plan, warehouse)
            if missing:
                _build(stage, build, plan, missing, warehouse, given.run_id)
    return conclude(stage, plans[-1], warehouse)


def conclude(stage: str, plan: Plan, warehouse: Warehouse) -> list[Manifest]:
    """What stands of a stage that is done."""
    with in_words(warehouse.root):
        return standing(stage, plan, warehouse)


def _build(
    stage: str,
    build: "Callable[[StageRun], None]",
    plan: Plan,
    missing: list[str],
    warehouse: Warehouse,
    run_id: str,
) -> None:
    from pyspark.sql import SparkSession

    from segmentation.engine.stage_run import StageRun

    is_first, since = SparkSession.getActiveSession() is None, time.time()
    spark = session.spark_session(stage)
    if is_first:
        _note(APPLICATION, session.application(spark))
        print(f"Spark started in {session.started_in(spark, since):.1f} s", flush=True)
    stage_run = StageRun(spark, plan, stage, missing, warehouse, run_id)
    try:
        stage_run.register_inputs()
        build(stage_run)
        for manifest in stage_run.publish():
            print(describe(manifest, "published"), flush=True)
    finally:
        stage_run.close()


def say_what_is_doubtful(manifests: list[Manifest], warehouse: Warehouse, plan: Plan) -> None:
    """Put what a stage leaves out and doubts at the end of its log."""
    figures: dict[str, Any] = {}
    for manifest in manifests:
        figures |= manifest.figures
    reasons = [row for one in manifests if one.dataset == "refused_reasons" for row in rows_of(warehouse, one)]
    for sentence in left_out.sentences(figures, reasons, plan.parameters()["counts_free_orders"]):
        print(f"LEFT OUT {clean(sentence)}", flush=True)
    say_doubts(manifests)


def say_doubts(manifests: list[Manifest]) -> None:
    """Put what the checks of versions doubt into the log."""
    for sentence in left_out.doubts(manifests):
        print(f"WARNING {clean(sentence)}", flush=True)


def describe(manifest: Manifest, word: str) -> str:
    """A line about a version for the log."""
    as_of = f" as of {manifest.as_of}" if manifest.as_of else ""
    return f"{word} {manifest.dataset}{as_of} version {manifest.version}: {manifest.rows:,} rows"


def main(stage: str, build: "Callable[[StageRun], None]") -> None:
    """Run a job from its command line; exit with USER_ERROR_EXIT and one clear line on a user's mistake."""
    try:
        for manifest in run(stage, build, arguments.read(sys.argv[1:]), Warehouse(warehouse_root())):
            print(describe(manifest, "stands:"), flush=True)
        session.leave()
    except UserError as error:
        _last_words(f"{stage}: {error}", is_user_error=True)
        session.leave()
        sys.exit(USER_ERROR_EXIT)
    except Exception as error:
        if session.server_is_gone(error):
            _last_words(f"{stage}: {SERVER_GONE}", is_user_error=False)
            os._exit(1)  # at once: the session would try to say goodbye to it
        if session.is_out_of_memory(error):
            _last_words(f"{stage}: {OUT_OF_MEMORY}", is_user_error=False)
            sys.exit(1)
        traceback.print_exc()
        first_line = str(error).partition("\n")[0]
        _last_words(f"{stage}: {type(error).__name__}: {first_line}", is_user_error=False)
        sys.exit(1)


def _last_words(message: str, is_user_error: bool) -> None:
    print(f"ERROR {message}", file=sys.stderr, flush=True)
    _note(LAST_WORDS, json.dumps({"message": message, "is_user_error": is_user_error}))


def _note(name: str, text: str) -> None:
    if NOTES in os.environ:
        Path(os.environ[NOTES], name).write_text(text, encoding="utf-8")
