"""K-Means on the standardised features: fit each k once, choose one, hand over its centroids."""

from dataclasses import dataclass

from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame

from segmentation.cluster_count import Tried, choose_k
from segmentation.errors import UserError
from segmentation.settings import Settings

FEATURES = ["recency_scaled", "frequency_scaled", "monetary_scaled"]
SEED = 42
ROWS_PER_PARTITION = 100_000
# Sums of floats depend on their order in the last digits. What is published is rounded to well before those.
WCSS_DIGITS = 4
SILHOUETTE_DIGITS = 6
CENTROID_DIGITS = 6


@dataclass(frozen=True)
class Search:
    """What was tried, which k was chosen and why, and the chosen model's centroids in scaled units."""

    tried: list[Tried]
    chosen: int
    reason: str
    centroids: list[tuple[float, float, float]]


def search(features: DataFrame, settings: Settings) -> Search:
    """Fit each k of the settings once and choose.

    `features` has one row per customer: user_id and the columns FEATURES. Raises UserError if a given k is larger
    than the number of distinct customers.
    """
    distinct = features.select(*FEATURES).distinct().limit(settings.k_max + 50).count()
    ks = _candidates(settings, distinct)
    if ks == [1]:
        # MLlib starts at two clusters. One cluster of equal customers is that one point.
        (point,) = features.select(*FEATURES).distinct().collect()
        return Search([Tried(1, 0.0, None)], 1, _choose(settings, distinct, [Tried(1, 0.0, None)])[1], [tuple(point)])
    points = _training_rows(features)
    try:
        models = {k: _fit(points, k) for k in ks}
        tried = [_judge(points, k, model) for k, model in models.items()]
    finally:
        points.unpersist()
    chosen, reason = _choose(settings, distinct, tried)
    centroids = sorted(
        tuple(round(float(x), CENTROID_DIGITS) + 0.0 for x in c) for c in models[chosen].clusterCenters()
    )
    return Search(tried, chosen, reason, centroids)


def _candidates(settings: Settings, distinct: int) -> list[int]:
    if settings.k != "auto":
        if int(settings.k) > distinct:
            raise UserError(
                f"Param k: {settings.k} clusters need as many different customers, but there are only {distinct} "
                f"different combinations of recency, frequency and spend. Choose k up to {distinct}, or auto."
            )
        return [int(settings.k)]
    ks = [k for k in range(settings.k_min, settings.k_max + 1) if k <= distinct]
    return ks or [min(settings.k_min, distinct)]


def _choose(settings: Settings, distinct: int, tried: list[Tried]) -> tuple[int, str]:
    if settings.k != "auto":
        return int(settings.k), "given by the param k"
    chosen, reason = choose_k(tried)
    if distinct < settings.k_max:
        reason += f"; there are only {distinct} different customers, so no larger k could be tried"
    return chosen, reason


def _training_rows(features: DataFrame) -> DataFrame:
    """The rows in an order that does not depend on cores, files or earlier shuffles.

    MLlib's start (k-means||) draws by partition, so the partitions are fixed by the number of rows and by user_id.
    """
    partitions = 1 + features.count() // ROWS_PER_PARTITION
    ordered = features.repartition(partitions, "user_id").sortWithinPartitions("user_id")
    return VectorAssembler(inputCols=FEATURES, outputCol="features").transform(ordered).select("features").persist()


def _fit(points: DataFrame, k: int) -> KMeansModel:
    return KMeans(k=k, seed=SEED).fit(points)


def _judge(points: DataFrame, k: int, model: KMeansModel) -> Tried:
    print(f"k = {k}: WCSS {model.summary.trainingCost:,.1f}", flush=True)
    silhouette = None
    if k > 1 and len(set(map(tuple, model.clusterCenters()))) > 1:
        silhouette = round(ClusteringEvaluator().evaluate(model.transform(points)), SILHOUETTE_DIGITS)
    return Tried(k, round(model.summary.trainingCost, WCSS_DIGITS), silhouette)
