"""Airflow and Spark on this machine alone: Java, environment, one run with its summary. What `make` calls."""
