"""The airflow dag as it is, but with quick retries for a task that is killed often, and a note of who runs it."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk.definitions.timetables.simple import NullTimetable
from customer_segmentation import dag


def note(context: Any) -> None:
    """Say to the killer who we are. The process that runs a task is a child of the worker."""
    task = context["ti"]
    folder = Path(os.environ["SOAK_TRIES"])
    draft = folder / f".{os.getpid()}"
    draft.write_text(json.dumps([context["run_id"], task.task_id, os.getpid(), os.getppid()]), encoding="utf-8")
    draft.rename(folder / f"{task.id}.{task.try_number}.{os.getpid()}")


# Only the soak's own runs; unpausing would start the month's.
dag.timetable = NullTimetable()
for task in dag.tasks:
    task.retries = 8
    task.retry_delay = timedelta(seconds=1)
    task.retry_exponential_backoff = 0
    task._pre_execute_hook = note
    if "SOAK_HELD" in os.environ and hasattr(task, "env_vars"):
        # A job gets a path of its own; the breakpoints have to be on it.
        breakpoints = Path(__file__).parents[1] / "breakpoints"
        task.env_vars["PYTHONPATH"] += f"{os.pathsep}{breakpoints}"
