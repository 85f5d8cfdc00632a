"""Spark's side of a stage: the session, tables, SQL, checks."""
