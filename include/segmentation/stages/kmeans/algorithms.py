"""Other ways to cluster the same features, to compare with: MLlib's bisecting K-Means and Gaussian mixtures."""

from py4j.protocol import Py4JJavaError
from pyspark.ml.clustering import BisectingKMeans, GaussianMixture
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segmentation.stages.kmeans.blocks import by_last_row
from segmentation.stages.kmeans.cluster_count import Tried
from segmentation.stages.kmeans.clustering import FEATURES, judge
from segmentation.stages.kmeans.points import Points
from segmentation.stages.kmeans.starts import SEED

ROWS_PER_PARTITION = 100_000
ALGORITHMS = {"bisecting_kmeans": BisectingKMeans, "gaussian_mixture": GaussianMixture}


def compare(features: DataFrame, ks: list[int]) -> list[tuple[str, Tried, str | None]]:
    """Fit each algorithm for each k: its name, its figures as those of K-Means are, and what went wrong, if anything.

    `features` has one row per customer: user_id and the columns FEATURES. A mixture gives each customer to the
    likeliest part. An algorithm that finds fewer clusters than k is judged by those.
    """
    rows = _training_rows(features)
    try:
        return [(name, *_one(rows, name, k)) for name in ALGORITHMS for k in ks if k > 1]
    finally:
        rows.unpersist()


def _one(rows: DataFrame, name: str, k: int) -> tuple[Tried, str | None]:
    try:
        model = ALGORITHMS[name](k=k, seed=SEED).fit(rows)
    except Py4JJavaError as error:
        # A mixture needs some spread in every direction, which a handful of customers may lack.
        return Tried(k, None, None), f"could not be fitted: {error.java_exception.getMessage() or 'no reason given'}"
    placed = model.transform(rows).withColumn("label", F.col("prediction").cast("double"))
    points = Points(placed, [*FEATURES, "label"])
    try:
        (judged,) = judge(points, [(by_last_row, k)])
    finally:
        points.close()
    print(f"{name}, k = {k}: WCSS {judged.tried.wcss:,.1f}", flush=True)
    return judged.tried, None


def _training_rows(features: DataFrame) -> DataFrame:
    """The rows in an order that does not depend on cores, files or earlier shuffles: MLlib draws by partition."""
    partitions = 1 + features.count() // ROWS_PER_PARTITION
    ordered = features.repartition(partitions, "user_id").sortWithinPartitions("user_id")
    vectors = VectorAssembler(inputCols=FEATURES, outputCol="features").transform(ordered)
    return vectors.select("user_id", *FEATURES, "features").persist()
