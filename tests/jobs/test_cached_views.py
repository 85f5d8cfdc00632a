"""A view that a SQL file has cached is worked out once, whoever reads it."""

import re
from pathlib import Path

import pytest

from jobs.flow import Flow
from segmentation.engine.session import is_connected
from segmentation.engine.stage_run import StageRun


def plan_of(stage_run: StageRun, name: str) -> str:
    """How Spark goes about a dataset, without what lies inside of the cached views."""
    text = stage_run.frame(name)._jdf.queryExecution().executedPlan().toString()
    lines, inside = [], None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(" :+-"))
        if inside is not None and depth > inside:
            continue
        inside = depth if "InMemoryRelation" in line else None
        lines.append(line)
    return "\n".join(lines)


def cached_views(stage_run: StageRun) -> set[str]:
    """The views that the stage's SQL files ask to keep."""
    return {name for name, file in stage_run.plan.files(stage_run.stage).items() if file.cache}


def views_in(stage_run: StageRun, name: str) -> set[str]:
    """The views that Spark would work out for a dataset, because it does not find them in its cache."""
    plan = stage_run.frame(name)._jdf.queryExecution().withCachedData().toString()
    return set(re.findall(r"View \(`(\w+)`", plan))


def test_what_reads_cached_views_reads_no_file(spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_connected(spark):
        pytest.skip("a server does not show its plans with what is cached; a classic session does")
    flow = Flow(tmp_path, "2023-03-01", source="demo", demo_reviews=1000, k_max=3)
    plans: dict[str, str] = {}
    worked_out: dict[str, set[str]] = {}
    write = StageRun._write

    def note(stage_run: StageRun, name: str) -> None:
        plans[name] = plan_of(stage_run, name)
        worked_out[name] = cached_views(stage_run) & views_in(stage_run, name)
        write(stage_run, name)

    monkeypatch.setattr(StageRun, "_write", note)
    flow.run()
    assert {name: views for name, views in worked_out.items() if views} == {}
    assert "InMemoryTableScan" in plans["cluster_profile"]
    assert "InMemoryTableScan" in plans["rfm_edges"]
    assert "FileScan" in plans["purchases"]
    assert "FileScan" not in plans["rfm_edges"]
    assert "FileScan" not in plans["customer_scores"]
    # The counts of values, from three groupings of all customers, are in the cache as well.
    assert "recency_days" not in plans["rfm_edges"]
