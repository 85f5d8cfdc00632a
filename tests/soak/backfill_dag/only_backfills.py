"""The airflow dag as it is, but without a scheduled run of the last month beside the backfill's."""

from datetime import datetime

from customer_segmentation import customer_segmentation_demo

# After this date nothing is scheduled.
customer_segmentation_demo.end_date = datetime(2023, 9, 30)
