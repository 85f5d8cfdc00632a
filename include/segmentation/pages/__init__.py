"""What the pages in Airflow show: read from published versions, without Spark, pandas or a drawing library."""
