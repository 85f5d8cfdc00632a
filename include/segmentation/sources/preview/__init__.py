"""`make preview`: what order files hold and how they will count, in seconds, without Airflow and Spark."""
