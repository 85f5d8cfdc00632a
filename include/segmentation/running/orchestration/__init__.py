"""Airflow's side: the tasks, the links on their pages, and the alerts."""
