"""The warehouse of a run: the one that its first task worked in, whatever Airflow is started with later.

An Airflow that is stopped and started again resumes its runs. Started with another warehouse, it would build the rest
of a run there.
"""

from typing import TYPE_CHECKING, Any

from segmentation.common.errors import UserError
from segmentation.common.paths import warehouse_root

if TYPE_CHECKING:
    from airflow.sdk import Context

KEY = "warehouse"


def noted() -> dict[str, str]:
    """What the first task leaves for the others."""
    return {KEY: str(warehouse_root())}


def check(context: "Context") -> None:
    """Raise UserError where the first task of this run worked in another warehouse than this task would."""
    task: Any = context.get("ti")
    fetched = task.xcom_pull(task_ids="fetch") if task else None
    began = (fetched or {}).get(KEY)  # an older release has noted none
    if began and began != str(warehouse_root()):
        raise UserError(
            f"This run began in the warehouse {began}, and Airflow now works in {warehouse_root()}. Start Airflow with "
            "SEGMENTATION_WAREHOUSE as it was, or clear the run from its first task on."
        )
