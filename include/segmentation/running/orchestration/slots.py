"""How many runs and tasks of the DAG go on at once.

A run that waits for its next try does nothing for a quarter of an hour, so it must not keep others out: many runs may
be active, and what is limited is how many tasks of a stage work. The later stage goes first, so that runs end one after
another and do not all begin.
"""

from typing import Any

RUNS = 16
TASKS: dict[str, Any] = {"max_active_tis_per_dag": 2, "weight_rule": "upstream"}
