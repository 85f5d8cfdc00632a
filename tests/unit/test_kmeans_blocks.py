"""The sums, silhouettes, starts and resamples of K-Means, against plain Python and scikit-learn."""

from functools import partial

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from segmentation.stages.kmeans import blocks
from segmentation.stages.kmeans.stability import adjusted_rand_index, stability
from segmentation.stages.kmeans.starts import starts

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(9)
STATE = RNG.bit_generator.state


@pytest.fixture(autouse=True)
def draws_of_its_own() -> None:
    """Each test draws the same, whichever ran before it."""
    RNG.bit_generator.state = STATE


def some_points(count: int, clumps: int = 4, far: float = 3.0) -> np.ndarray:
    middles = far * RNG.normal(size=(clumps, 3))
    return blocks.in_units((middles[RNG.integers(clumps, size=count)] + RNG.normal(size=(count, 3))).T)


def features_of(points: np.ndarray) -> np.ndarray:
    return points.T / blocks.UNITS


def total(points: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    return blocks.sums(points, labels, k)


def test_sums_do_not_depend_on_how_the_points_are_cut_or_ordered() -> None:
    points = some_points(1000)
    labels = RNG.integers(5, size=1000)
    whole = total(points, labels, 5)
    mixed = RNG.permutation(1000)
    parts = [total(points[:, some], labels[some], 5) for some in np.array_split(mixed, 7)]
    assert (sum(parts) == whole).all()
    assert whole[:, 0].sum() == 1000
    assert blocks.within(sum(parts)) == blocks.within(whole)


@pytest.mark.parametrize("size", [1, 1e6, 2.0**29, 2.0**31, 4e12], ids=str)
def test_sums_are_exact_whatever_the_size(size: float) -> None:
    points = (RNG.normal(size=(3, 50)) * size).astype(np.int64)
    labels = RNG.integers(2, size=50)
    for label, row in enumerate(total(points, labels, 2)):
        mine = points[:, labels == label].astype(object)
        assert list(row) == [mine.shape[1], *mine.sum(axis=1), (mine**2).sum()]


def test_the_sum_of_squares_does_not_depend_on_the_order_of_the_clusters() -> None:
    dice = np.random.Generator(np.random.PCG64(5))
    points = dice.integers(-5_000_000, 5_000_000, (3, 500))
    for k in range(3, 9):
        totals = blocks.sums(points, dice.integers(k, size=500), k)
        assert len({blocks.within(totals[dice.permutation(k)]) for _ in range(50)}) == 1


def test_the_first_of_two_equally_near_centroids_wins() -> None:
    points = blocks.in_units(np.array([[0.0, 0.4], [0.0, 0.0], [0.0, 0.0]]))
    centroids = np.array([[1.0, 0, 0], [-1.0, 0, 0], [0.5, 0, 0]])
    assert blocks.nearest(points[:, :1], centroids[:2]).tolist() == [0]
    assert blocks.nearest(points, centroids).tolist() == [2, 2]


def test_a_label_without_points_keeps_its_centroid() -> None:
    points = some_points(10)
    found = blocks.clusters(total(points, np.zeros(10, dtype=np.int64), 2), np.array([[9.0, 9, 9], [1.0, 2, 3]]))
    assert found.sizes.tolist() == [10, 0]
    assert found.centroids[1].tolist() == [1.0, 2, 3]
    assert found.centroids[0] == pytest.approx(features_of(points).mean(axis=0), abs=1e-12)


@pytest.mark.parametrize("k", [2, 3, 7])
def test_silhouettes_and_sums_of_squares_are_those_of_scikit_learn(k: int) -> None:
    points = some_points(400)
    model = KMeans(k, n_init=3, random_state=1).fit(features_of(points))
    labels = model.labels_.astype(np.int64)
    found = blocks.clusters(total(points, labels, k), model.cluster_centers_)
    summed = blocks.silhouettes(points, labels, found)
    wanted = silhouette_score(features_of(points), labels, metric="sqeuclidean")
    assert sum(summed) / 1e9 / 400 == pytest.approx(wanted, abs=1e-8)
    assert blocks.within(total(points, labels, k)) == pytest.approx(model.inertia_, rel=1e-9)


def test_a_point_alone_in_its_cluster_counts_nothing() -> None:
    points = blocks.in_units(np.array([[0.0, 0.1, 9.0], [0, 0, 0], [0, 0, 0]]))
    labels = np.array([0, 0, 1])
    summed = blocks.silhouettes(points, labels, blocks.clusters(total(points, labels, 2), np.zeros((2, 3))))
    assert summed[1] == 0
    assert summed[0] / 1e9 == pytest.approx(2 - (0.01 / 81 + 0.01 / 79.21), abs=1e-6)


@pytest.mark.parametrize("k", range(2, 11))
def test_the_best_start_is_as_good_as_the_best_of_scikit_learn(k: int) -> None:
    points = some_points(1500, clumps=6, far=1.5)
    best = starts(points, k)[0]
    wcss = blocks.within(total(points, blocks.nearest(points, best), k))
    assert wcss <= KMeans(k, n_init=10, random_state=0).fit(features_of(points)).inertia_ * 1.005


def test_starts_need_no_more_than_k_different_points() -> None:
    points = np.repeat(some_points(3), 20, axis=1)
    assert blocks.within(total(points, blocks.nearest(points, starts(points, 3)[0]), 3)) == 0


def test_the_agreement_of_groupings_is_that_of_scikit_learn() -> None:
    one, other = RNG.integers(4, size=300), RNG.integers(3, size=300)
    other[:200] = one[:200] % 3
    table = np.zeros((4, 3), dtype=np.int64)
    np.add.at(table, (one, other), 1)
    assert adjusted_rand_index(table) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)
    assert adjusted_rand_index(np.array([[5]])) == 1


def test_clear_clusters_are_stable_and_a_blob_is_not() -> None:
    clear, blob = some_points(600, clumps=3, far=30), some_points(600, clumps=1)
    sure, unsure = (stability(points, starts(points, k)[0]) for points, k in ((clear, 3), (blob, 6)))
    assert sure.agreement == sure.lowest == 1
    assert sure.recovery == [1, 1, 1]
    assert sure.customers == 600
    assert unsure.agreement < 0.8
    assert unsure.lowest <= unsure.agreement
    assert min(unsure.recovery) < 0.75


def test_one_cluster_has_no_stability() -> None:
    assert stability(some_points(10), np.zeros((1, 3))) is None


def test_the_order_of_the_points_does_not_change_their_places() -> None:
    points = some_points(500)
    place = partial(blocks.nearest, centroids=starts(points, 4)[0])
    mixed = RNG.permutation(500)
    assert (place(points[:, mixed]) == place(points)[mixed]).all()
