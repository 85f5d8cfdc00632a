"""The search for clusters on customers in Spark: exact in any partitions, and as good as scikit-learn's and MLlib's."""

from dataclasses import replace

import numpy as np
import pytest
from pyspark.ml.clustering import KMeans as MLlibKMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, SparkSession
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from segmentation.common.errors import UserError
from segmentation.config.settings import parse
from segmentation.stages.kmeans import algorithms, points
from segmentation.stages.kmeans.clustering import FEATURES, Search, search

SETTINGS = parse({"k_max": 6})
CUSTOMERS = 2500


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Like the true data: most bought once, some spend much."""
    rng = np.random.default_rng(3)
    often = rng.random(CUSTOMERS) < 0.15
    raw = np.column_stack(
        [
            rng.integers(1, 366, CUSTOMERS),
            np.log1p(np.where(often, rng.integers(2, 9, CUSTOMERS), 1)),
            np.log1p(np.round(rng.lognormal(3.2, 1.1, CUSTOMERS), 2)),
        ]
    )
    return np.round((raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1), 6)


@pytest.fixture(scope="module")
def features(spark: SparkSession, values: np.ndarray) -> DataFrame:
    rows = [(f"u{place:05}", *map(float, row)) for place, row in enumerate(values)]
    return spark.createDataFrame(rows, f"user_id string, {', '.join(f'{name} double' for name in FEATURES)}").persist()


@pytest.fixture(scope="module")
def found(features: DataFrame) -> Search:
    return search(features, SETTINGS)


def assert_same(one: Search, other: Search) -> None:
    assert (one.centroids == other.centroids).all()
    assert one.tried == other.tried
    assert one.judged == other.judged
    assert one.stability == other.stability


def test_rows_in_many_partitions_and_another_order_give_the_same(features: DataFrame, found: Search) -> None:
    assert_same(search(features.orderBy("recency_scaled").repartition(7), SETTINGS), found)


def test_passes_in_spark_give_what_one_pass_on_the_driver_gives(
    features: DataFrame, found: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "ON_DRIVER", 600)
    for parts in (1, 5):
        assert_same(search(features.repartition(parts), SETTINGS), found)


def test_a_smaller_sample_leads_to_as_good_clusters(
    features: DataFrame, found: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "SAMPLE", 600)
    one = search(features, SETTINGS)
    assert one.stability.customers == 600
    for here, there in zip(one.tried, found.tried, strict=True):
        assert here.wcss == pytest.approx(there.wcss, rel=1e-3)


def test_each_k_agrees_with_scikit_learn(values: np.ndarray, found: Search) -> None:
    for one in found.tried:
        model = KMeans(one.k, n_init=10, random_state=42).fit(values)
        assert one.wcss <= model.inertia_ * 1.005
        if one.wcss > model.inertia_ * 0.999:
            wanted = silhouette_score(values, model.labels_, metric="sqeuclidean")
            assert one.silhouette == pytest.approx(wanted, abs=0.002)


def test_each_k_is_at_least_as_good_as_that_of_mllib(features: DataFrame, found: Search) -> None:
    vectors = VectorAssembler(inputCols=FEATURES, outputCol="features").transform(features).persist()
    for one in found.tried[:3]:
        model = MLlibKMeans(k=one.k, seed=42).fit(vectors)
        assert one.wcss <= model.summary.trainingCost * 1.001
        if one.wcss > model.summary.trainingCost * 0.999:
            assert one.silhouette == pytest.approx(ClusteringEvaluator().evaluate(model.transform(vectors)), abs=0.002)


def test_names_of_customers_do_not_matter(features: DataFrame, found: Search) -> None:
    renamed = features.selectExpr("reverse(user_id) AS user_id", *FEATURES)
    assert_same(search(renamed, SETTINGS), found)


def test_the_other_algorithms_are_judged_alike(features: DataFrame, found: Search) -> None:
    compared = algorithms.compare(features, [3])
    assert [(name, one.k) for name, one, _ in compared] == [("bisecting_kmeans", 3), ("gaussian_mixture", 3)]
    best = {one.k: one.wcss for one in found.tried}
    for _, one, reason in compared:
        assert reason is None
        # No grouping into so many has a smaller sum of squares than the best of K-Means.
        assert best[one.k] <= one.wcss * 1.001
        assert -1 <= one.silhouette <= 1


def frame(spark: SparkSession, *rows: tuple[float, float, float]) -> DataFrame:
    ddl = f"user_id string, {', '.join(f'{name} double' for name in FEATURES)}"
    return spark.createDataFrame([(f"u{place}", *row) for place, row in enumerate(rows)], ddl)


@pytest.mark.parametrize("count", [1, 5])
def test_equal_customers_are_one_cluster(spark: SparkSession, count: int) -> None:
    one = search(frame(spark, *[(0.5, 0.0, 0.0)] * count), SETTINGS)
    assert one.centroids.tolist() == [[0.5, 0.0, 0.0]]
    assert one.tried[0].wcss == 0
    assert one.tried[0].silhouette is None
    assert one.reason == "only k = 1 could be tried; no larger k could be tried, for lack of different customers (1)"
    assert one.judged.explained is None
    assert one.stability is None


def test_two_different_customers_are_two_clusters(spark: SparkSession) -> None:
    one = search(frame(spark, (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)), SETTINGS)
    assert one.centroids.tolist() == [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    assert one.judged.explained == 1


def test_more_clusters_than_different_customers_are_refused(spark: SparkSession) -> None:
    rows = frame(spark, (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (-1.0, 0.0, 0.0))
    with pytest.raises(UserError, match="only 2 different combinations"):
        search(rows, replace(SETTINGS, k="3"))


def test_few_different_customers_among_many_are_all_found(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "ON_DRIVER", 10)
    monkeypatch.setattr(points, "SAMPLE", 10)
    rows = [(0.0, 0.0, 0.0)] * 200 + [(1.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 3.0)]
    one = search(frame(spark, *rows), replace(SETTINGS, k="4"))
    assert one.tried[0].wcss == 0
    assert one.centroids.tolist() == [[0.0, 2.0, 0.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
