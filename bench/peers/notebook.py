"""A notebook-style Spark run: what the first notebooks did, in our own words, step by step as such notebooks do.

Schemas are inferred, rows are counted after each step, copies are found by whole rows, scores come from `ntile` over
everyone, and MLlib fits each k twice. One session with a large driver, as notebooks have. Written for Spark 3, so
ANSI mode is off. Days are UTC, so that the result can be held against a query of the same rules.
"""

import sys
from pathlib import Path

from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from bench.stages import AS_OF, CLEAN, RAW, SCORES, SEARCH, STARTS, TABLES, WINDOW_START, Clock, raw_files
from segmentation.config.segment_maps import load_map
from segmentation.config.settings import Settings

PLACEHOLDERS = ["None", "none", "N/A", "n/a", "null", "NULL", ""]
PRODUCT = ["parent_asin", "title", "main_category", "store", "average_rating", "rating_number", "price", "categories"]
CHOSEN = 4


def main(data: Path, out: Path) -> None:
    """Read the raw files of `data`; write Parquet into `out`, as one notebook leaves it to the next."""
    clock = Clock(out)
    with clock.stage(STARTS):
        spark = (
            SparkSession.builder.appName("notebooks")
            .config("spark.driver.memory", "16g")
            .config("spark.sql.ansi.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
        )
        spark.sparkContext.setLogLevel("ERROR")
    with clock.stage(RAW):
        for path, name in zip(raw_files(data), ("raw_reviews", "raw_products"), strict=True):
            spark.read.json(str(path)).write.parquet(str(out / name))
    with clock.stage(CLEAN):
        clean(spark, out).write.parquet(str(out / "cleaned"))
        values = customer_values(spark.read.parquet(str(out / "cleaned")))
        values.write.parquet(str(out / "customer_values"))
    with clock.stage(SCORES):
        scored = scores(spark.read.parquet(str(out / "customer_values")))
        scored.write.parquet(str(out / "customer_rfm"))
    with clock.stage(SEARCH):
        placed = search(spark.read.parquet(str(out / "customer_rfm")))
    with clock.stage(TABLES):
        placed.groupBy("segment").agg(F.count("*"), F.avg("recency"), F.avg("frequency"), F.sum("monetary")).toPandas()
        placed.groupBy("cluster").agg(F.count("*"), F.avg("recency"), F.avg("frequency"), F.avg("monetary")).toPandas()
        placed.groupBy("segment", "cluster").count().toPandas()
        # All customers, for the scatter plots.
        placed.select("recency", "frequency", "monetary", "cluster", "segment").toPandas()
    clock.save()
    spark.stop()


def _count(what: str, frame: DataFrame) -> DataFrame:
    print(f"{what}: {frame.count():,} rows", flush=True)
    return frame


def _without_placeholders(frame: DataFrame) -> DataFrame:
    for name, kind in frame.dtypes:
        if kind == "string":
            frame = frame.withColumn(name, F.when(~F.col(name).isin(PLACEHOLDERS), F.col(name)))
    return frame


def clean(spark: SparkSession, out: Path) -> DataFrame:
    """Verified reviews without copies, joined to the products of the wanted categories, counted on the way."""
    reviews = _count("reviews", spark.read.parquet(str(out / "raw_reviews")))
    reviews = _count("verified", reviews.filter(F.col("verified_purchase")))
    reviews = _count("without copies", reviews.dropDuplicates())
    reviews = _without_placeholders(reviews)
    reviews = reviews.withColumn("rating", F.when(F.col("rating") == 0, 1.0).otherwise(F.col("rating")))
    votes = F.col("helpful_vote")
    reviews = reviews.withColumn("helpful_vote", F.when(votes < 0, 0).otherwise(votes))
    reviews = reviews.withColumn("reviewed_at", F.timestamp_millis("timestamp"))

    products = _count("products", spark.read.parquet(str(out / "raw_products")).select(PRODUCT))
    products = _without_placeholders(products).withColumn("price", F.col("price").cast("double"))
    # Unknown categories go too: NOT (null IN ...) is null, and null is not true.
    wanted = ~F.col("main_category").isin(list(Settings().excluded_categories))
    products = _count("products wanted", products.filter(wanted)).withColumnRenamed("title", "product_name")
    joined = reviews.drop("images").join(products.drop("average_rating"), "parent_asin", "left")
    return _count("joined", joined)


def customer_values(cleaned: DataFrame) -> DataFrame:
    """Recency, frequency and spend of each customer in the year up to the reference day's midnight."""
    inside = (F.col("reviewed_at") >= WINDOW_START) & (F.col("reviewed_at") <= AS_OF)
    year = _count("priced, in the year", cleaned.filter(inside & (F.col("price") > 0.25)))
    values = year.groupBy("user_id").agg(
        F.datediff(F.lit(AS_OF), F.max("reviewed_at")).alias("recency"),
        F.count("*").alias("frequency"),
        F.sum("price").alias("monetary"),
    )
    return _count("customers", values)


def scores(values: DataFrame) -> DataFrame:
    """Three scores by ntile over all customers, and the segment by a chain of rules."""
    for score, order in (
        ("r_score", F.desc("recency")),
        ("f_score", F.asc("frequency")),
        ("m_score", F.asc("monetary")),
    ):
        values = values.withColumn(score, F.ntile(5).over(Window.orderBy(order)))
    values = values.withColumn("rfm_score", F.concat("r_score", "f_score", "m_score"))
    rules = " ".join(f'WHEN rfm_score IN ({str(one.cells)[1:-1]}) THEN "{one.name}"' for one in load_map("seed"))
    return values.withColumn("segment", F.expr(f"CASE {rules} END"))


def search(customers: DataFrame) -> DataFrame:
    """K-Means for k = 2 to 6: once for the elbow, once for the silhouette; the customers with their cluster of four."""
    for name in ("frequency", "monetary"):
        customers = customers.withColumn(f"log_{name}", F.log1p(name))
    customers = customers.withColumn("days", F.col("recency").cast("double"))
    assembler = VectorAssembler(inputCols=["days", "log_frequency", "log_monetary"], outputCol="values")
    assembled = assembler.transform(customers)
    scaler = StandardScaler(inputCol="values", outputCol="features", withMean=True, withStd=True).fit(assembled)
    scaled = scaler.transform(assembled).cache()
    for k in range(2, 7):
        print(f"k = {k}: WCSS {KMeans(k=k, seed=42).fit(scaled).summary.trainingCost:.0f}", flush=True)
    evaluator = ClusteringEvaluator(metricName="silhouette", distanceMeasure="squaredEuclidean")
    for k in range(2, 7):
        placed = KMeans(k=k, seed=42).fit(scaled).transform(scaled)
        print(f"k = {k}: silhouette {evaluator.evaluate(placed):.3f}", flush=True)
    return KMeans(k=CHOSEN, seed=42).fit(scaled).transform(scaled).withColumnRenamed("prediction", "cluster")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
