"""`make bench`: the workflow beside a notebook-style Spark run, DuckDB and Polars, on the same generated data."""
