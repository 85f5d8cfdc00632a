"""Which datasets a stage writes together: all but those that measure a figure."""

import threading
from types import SimpleNamespace

import pytest

from segmentation.engine.stage_run import StageRun


@pytest.fixture
def stage_run(monkeypatch: pytest.MonkeyPatch) -> StageRun:
    """A run of a stage whose writes only note how many of them run, and of which `kmeans_model` measures a figure."""
    stage_run = object.__new__(StageRun)
    names = ["kmeans_model", "kmeans_search", "cluster_profile"]
    stage_run.missing, stage_run._drafts = names, {}
    stage_run.plan = SimpleNamespace(needed=lambda item: {item.name})
    stage_run.figures = SimpleNamespace(are_due=lambda views: "kmeans_model" in views)
    stage_run.seen, running, both = [], [], threading.Barrier(2)

    def write(name: str) -> None:
        running.append(name)
        if name != "kmeans_model":
            both.wait(300)
        stage_run.seen.append((name, len(running)))
        if name != "kmeans_model":
            both.wait(300)
        running.remove(name)

    monkeypatch.setattr(stage_run, "_write", write, raising=False)
    return stage_run


def test_what_measures_a_figure_is_written_alone_and_the_others_together(stage_run: StageRun) -> None:
    stage_run.write("kmeans_search", "kmeans_model", "cluster_profile")
    assert stage_run.seen[0] == ("kmeans_model", 1)
    assert sorted(stage_run.seen[1:]) == [("cluster_profile", 2), ("kmeans_search", 2)]


def test_what_stands_or_is_written_already_is_left_alone(stage_run: StageRun) -> None:
    stage_run.missing = ["kmeans_model"]
    stage_run.write("kmeans_search", "kmeans_model", "cluster_profile")
    assert [name for name, _ in stage_run.seen] == ["kmeans_model"]
    stage_run._drafts = {"kmeans_model": None}
    stage_run.write("kmeans_model")
    assert len(stage_run.seen) == 1
