"""The airflow dag as it is, but with enough quick retries for a task that is killed again and again."""

from datetime import timedelta

from airflow.sdk.definitions.timetables.simple import NullTimetable
from customer_segmentation import dag

# Only the soak's own runs; unpausing would start the month's.
dag.timetable = NullTimetable()
for task in dag.tasks:
    task.retries = 8
    task.retry_delay = timedelta(seconds=1)
    task.retry_exponential_backoff = 0
