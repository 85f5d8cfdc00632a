"""The airflow dag as it is, but without a scheduled run of the last month beside the backfill's."""

from datetime import datetime

from customer_segmentation import dag

# After this date nothing is scheduled.
dag.end_date = datetime(2023, 9, 30)
