"""From the log of `airflow dags test` to seconds by stage. Jobs say what took how long, Airflow stamps its lines."""

import re
from datetime import datetime

from bench.errors import BenchError
from bench.stages import (
    AIRFLOW,
    CLEAN_AND_SCORES,
    EXTRA,
    FETCH,
    LONGEST_START,
    RAW,
    SEARCH,
    STARTS,
    TABLES,
)

# The datasets that the peers make as well. All else that the jobs do is what only the workflow makes.
WRITTEN = {
    RAW: ("reviews", "products", "rejected_rows"),
    CLEAN_AND_SCORES: ("known_products", "purchases", "customer_rfm", "rfm_edges"),
    TABLES: ("kmeans_search", "customer_clusters", "cluster_profile", "segment_summary"),
}
_STAMP = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) ")
_STARTED = re.compile(r"\bSpark started in ([\d.,]+) s")
_WROTE = re.compile(r"\bwrote (\w+)(?: as of \S+)?: [\d,]+ rows in ([\d.,]+) s")
_SEARCHED = re.compile(r"\bsearched k in ([\d.,]+) s")
_SUBMIT = "Spark-Submit cmd: "
_HOOK = "SubmitHook"


def stages(log: str, wall: float) -> dict[str, float]:
    """Seconds by stage of one run that took `wall` seconds; but for the longest start-up they add up to it.

    Of a dataset that is written twice, the last one counts: `rfm` makes the month before first. Raises BenchError
    naming the line that is missing.
    """
    starts = [_seconds(one) for one in _STARTED.findall(log)]
    wrote = {name: _seconds(one) for name, one in _WROTE.findall(log)}
    searched = [_seconds(one) for one in _SEARCHED.findall(log)]
    spans = _submit_spans(log)
    if not spans:
        raise BenchError(f"The log of the workflow has no line with {_SUBMIT!r}: no job was submitted.")
    if len(starts) != len(spans):
        raise BenchError(
            f"The log of the workflow has {len(spans)} submitted jobs and {len(starts)} lines "
            "'Spark started in ... s'; each job must say it once."
        )
    if not searched:
        raise BenchError("The log of the workflow has no line 'searched k in ... s'.")
    found = {}
    for stage, names in WRITTEN.items():
        missing = [name for name in names if name not in wrote]
        if missing:
            raise BenchError(f"The log of the workflow has no line 'wrote {missing[0]}: ... rows in ... s'.")
        found[stage] = sum(wrote[name] for name in names)
    found |= {SEARCH: searched[-1], STARTS: sum(starts), FETCH: _fetch_seconds(log)}
    found[EXTRA] = sum(spans) - sum(found[stage] for stage in (*WRITTEN, SEARCH, STARTS))
    found[AIRFLOW] = wall - sum(spans) - found[FETCH]
    found[LONGEST_START] = max(starts)
    return found


def _seconds(text: str) -> float:
    return float(text.replace(",", ""))


def _stamped(log: str) -> list[tuple[float, str]]:
    """The lines that Airflow has stamped, with the stamp in seconds."""
    lines = [(match, line) for line in log.splitlines() if (match := _STAMP.match(line))]
    return [(datetime.fromisoformat(match[1]).timestamp(), line) for match, line in lines]


def _submit_spans(log: str) -> list[float]:
    """The seconds from each submit to the first line of Airflow's that is not the job's own."""
    spans, began = [], None
    for at, line in _stamped(log):
        if _SUBMIT in line:
            began = at
        elif began is not None and _HOOK not in line:
            spans.append(at - began)
            began = None
    return spans


def _fetch_seconds(log: str) -> float:
    """From when the task of `fetch` runs until it returns."""
    began, inside = None, False
    for at, line in _stamped(log):
        if "[DAG TEST] starting task_id=fetch" in line:
            inside = True
        elif inside and "Task started" in line:
            began = at
        elif began is not None and "Returned value was" in line:
            return at - began
    raise BenchError("The log of the workflow does not say when the task fetch began and ended.")
