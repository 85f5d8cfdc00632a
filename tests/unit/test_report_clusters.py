"""What the report says of the clusters beside their profile, and that it reaches the page as text."""

from test_report_page import make

from segmentation.stages.report.clusters import algorithm_rows, move_sentences, profile_rows, quality_pairs, trust_of
from segmentation.stages.report.page import render

HOSTILE = "<b>Recent</b>"


def quality(measure: str, value: float | None, cluster: int | None = None) -> dict:
    return {"measure": measure, "cluster": cluster, "value": value}


def move(before: str, now: str, customers: int) -> dict:
    return {"cluster_label_previous": before, "cluster_label": now, "customers": customers, "monetary": 1}


def tried(algorithm: str, k: int, wcss: float | None = 9.0, reason: str | None = None) -> dict:
    return {"algorithm": algorithm, "k": k, "wcss": wcss, "silhouette": 0.4, "chosen": False, "reason": reason}


def test_trust_follows_the_rules_of_thumb() -> None:
    assert [trust_of(value) for value in (0.75, 0.7499, 0.6, 0.5999, None, float("nan"))] == [
        "stable", "a pattern, not sharp", "a pattern, not sharp", "not to be trusted", "", "",
    ]  # fmt: skip


def test_each_cluster_gets_its_own_figures() -> None:
    rows = profile_rows(
        [{"cluster": 0, "label": "A"}, {"cluster": 1, "label": "B"}],
        [quality("silhouette", 0.5), quality("silhouette", 0.3, 1), quality("recovery", 0.5, 1)],
    )
    assert rows == [
        {"cluster": 0, "label": "A", "silhouette": None, "recovery": None, "trust": ""},
        {"cluster": 1, "label": "B", "silhouette": 0.3, "recovery": 0.5, "trust": "not to be trusted"},
    ]


def test_measures_of_all_clusters_are_named_and_unknown_ones_left_out() -> None:
    pairs = quality_pairs(
        [quality("silhouette", None), quality("stability", 0.9), quality("resampled_customers", 1234.0),
         quality("recovery", 0.5, 1)],
        agreement=-0.01,
    )  # fmt: skip
    assert pairs == [
        ("Agreement with the clusters of 20 resamples of 1,234 customers (1: the same, 0: chance)", 0.9),
        ("Agreement with the segments (adjusted Rand index; 1: the same, 0: chance)", -0.01),
    ]


def test_movements_are_counted_and_the_largest_named() -> None:
    moves = [move("A", "A", 10), move("A", "B", 1), move("B", "A", 3), move("B", "gone", 2), move("new", "B", 7)]
    assert move_sentences(moves) == [
        "Of 16 customers a month before, 10 (62.5%) are in the same cluster, 4 in another and 2 are gone; 7 came.",
        "3 customers moved from B to A.",
        "1 customer moved from A to B.",
    ]
    assert move_sentences([move("new", "B", 7)]) == []


def test_other_algorithms_stand_beside_k_means_by_k() -> None:
    rows = algorithm_rows(
        [tried("kmeans", 3), tried("kmeans", 2), tried("gaussian_mixture", 2), tried("bisecting_kmeans", 2)]
    )
    assert [(row["k"], row["algorithm"]) for row in rows] == [
        (2, "K-Means"), (2, "Bisecting K-Means"), (2, "Gaussian mixture"), (3, "K-Means"),
    ]  # fmt: skip
    assert algorithm_rows([tried("kmeans", 2)]) == []


def test_the_page_shows_them_as_text() -> None:
    report = make(
        cluster_quality=[("Silhouette", 0.4123)],
        cluster_moves=[f"3 customers moved from {HOSTILE} to B."],
        algorithms=algorithm_rows([tried("kmeans", 2), tried("gaussian_mixture", 2, None, HOSTILE)]),
    )
    page = render(report)
    assert "0.4123" in page
    assert "Gaussian mixture" in page
    assert page.count("&lt;b&gt;Recent&lt;/b&gt;") == 2
    assert HOSTILE not in page
    assert "Other algorithms" not in render(make())
