"""Who runs it: Airflow, this machine, and the deliveries at the end."""
