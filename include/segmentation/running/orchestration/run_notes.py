"""The note of a run in Airflow: which month of which shop it made, and the three sentences of its report.

A task cannot write a note: it hands the words on, and the listener of the plugin, which Airflow calls with the run,
puts them there.
"""

from typing import TYPE_CHECKING, Any

from segmentation.common.formatting import clean

if TYPE_CHECKING:
    from airflow.sdk import Context

    from segmentation.planning.plan import Plan
    from segmentation.warehouse.manifests import Manifest
    from segmentation.warehouse.release_file import Release
    from segmentation.warehouse.versions import Warehouse

KEY = "note"
TASK = "report"
LONGEST = 1000  # of a note in Airflow's database


def words(title: str, as_of: str, made: "Release | None", warehouse: "Warehouse", report: "Manifest") -> str:
    """The note of a run that has made a report; without a release it was a trial."""
    from segmentation.stages.report.headlines import headlines

    first = f"{clean(title)} as of {as_of}, {f'release {made.number}' if made else 'a trial'}"
    text = "\n".join([first, "", *(f"- {clean(sentence)}" for sentence in headlines(warehouse, report))])
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def hand_on(
    context: "Context", plan: "Plan", made: "Release | None", warehouse: "Warehouse", manifests: "list[Manifest]"
) -> None:
    """Give the words of a run's note to who can write it."""
    from segmentation.warehouse.releasing import title_of

    report = next((one for one in manifests if one.dataset == "report"), None)
    if report and "ti" in context:
        text = words(title_of(plan.settings), str(plan.as_of), made, warehouse, report)
        context["ti"].xcom_push(key=KEY, value=text)


def put(dag_run: Any) -> None:
    """Put the words of a run into its note; one that somebody has written stays."""
    from airflow.models.xcom import XComModel
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is None:
        return
    asked = XComModel.get_many(run_id=dag_run.run_id, key=KEY, task_ids=TASK, dag_ids=dag_run.dag_id, limit=1)
    found = session.scalars(asked).first()
    text = XComModel.deserialize_value(found) if found else None
    before = dag_run.note or ""
    # A run that was cleared and is green again has a note of ours, which begins with the same month.
    if isinstance(text, str) and (not before or before.partition(",")[0] == text.partition(",")[0]):
        dag_run.note = text[:LONGEST]
