"""Which datasets a stage writes together: all but those that measure a figure."""

import threading
from types import SimpleNamespace

import pytest

from segmentation.work import Work


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """A work whose writes only note how many of them run, and of which `kmeans_model` measures a figure."""
    work = object.__new__(Work)
    names = ["kmeans_model", "kmeans_search", "cluster_profile"]
    work.missing, work._drafts = names, {}
    work.plan = SimpleNamespace(needed=lambda item: {item.name})
    work.figures = SimpleNamespace(are_due=lambda views: "kmeans_model" in views)
    work.seen, running, both = [], [], threading.Barrier(2)

    def write(name: str) -> None:
        running.append(name)
        if name != "kmeans_model":
            both.wait(300)
        work.seen.append((name, len(running)))
        if name != "kmeans_model":
            both.wait(300)
        running.remove(name)

    monkeypatch.setattr(work, "_write", write, raising=False)
    return work


def test_what_measures_a_figure_is_written_alone_and_the_others_together(work: Work) -> None:
    work.write("kmeans_search", "kmeans_model", "cluster_profile")
    assert work.seen[0] == ("kmeans_model", 1)
    assert sorted(work.seen[1:]) == [("cluster_profile", 2), ("kmeans_search", 2)]


def test_what_stands_or_is_written_already_is_left_alone(work: Work) -> None:
    work.missing = ["kmeans_model"]
    work.write("kmeans_search", "kmeans_model", "cluster_profile")
    assert [name for name, _ in work.seen] == ["kmeans_model"]
    work._drafts = {"kmeans_model": None}
    work.write("kmeans_model")
    assert len(work.seen) == 1
