"""Polars and scikit-learn: the workflow's tables as one script, with as many threads as there are cores."""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from bench.journeys import FIRST, JOURNEYS, Journey, window_start
from bench.peers import polars_lines
from bench.peers.search import Found, search
from bench.stages import CLEAN, RAW, SCORES, SEARCH, TABLES, Clock, raw_files
from segmentation.config.segment_maps import Segment, load_map
from segmentation.config.settings import Settings

PLACEHOLDERS = ["None", "none", "N/A", "n/a", "null", "NULL", ""]
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
COLUMNS = ["user_id", "parent_asin", "reviewed_at", "rating", "helpful_vote"]
BINS = 5
Segments = tuple[Segment, ...]


def main(data: Path, out: Path, journey: Journey) -> None:
    """Write a folder or file of Parquet for each table; the first time from the raw files of `data` into `out`.

    Later the purchases are read again from there, and all that rests on them is made once more.
    """
    clock, settings = Clock(out), Settings()
    segments = load_map(journey.segment_map or "came_back")

    def write(place: Path, name: str, frame: pl.LazyFrame | pl.DataFrame) -> None:
        frame.lazy().sink_parquet(place / f"{name}.parquet", compression="zstd", engine="streaming")

    if journey == FIRST:
        with clock.stage(RAW):
            by_year = pl.PartitionBy(out / "reviews", key="review_year", include_key=False)
            reviews, products = raw_files(data)
            options = {"compression": "zstd", "engine": "streaming"}
            polars_lines.reviews(reviews).sink_parquet(by_year, mkdir=True, maintain_order=False, **options)
            write(out, "products", polars_lines.products(products))
        with clock.stage(CLEAN):
            known = known_products(pl.scan_parquet(out / "products.parquet"), settings)
            write(out, "known_products", known)
            write(out, "purchases", purchases(pl.scan_parquet(out / "reviews"), known.lazy()))
    for as_of in journey.months:
        place = journey.place(out, as_of)
        place.mkdir(parents=True, exist_ok=True)
        with clock.stage(CLEAN):
            values = customer_values(pl.scan_parquet(out / "purchases.parquet"), settings, as_of)
        with clock.stage(SCORES):
            edges = edges_of(values, settings)
            scored = customer_rfm(values, edges, segments)
            write(place, "customer_rfm", scored.drop("cents"))
            write(place, "rfm_edges", rfm_edges(scored, edges))
        with clock.stage(SEARCH):
            found = search(*(scored[name].to_numpy() for name in ("recency_days", "frequency", "cents")), journey.k)
        with clock.stage(TABLES):
            for name, frame in tables(scored, found, segments).items():
                write(place, name, frame)
    clock.save()


def known_products(products: pl.LazyFrame, settings: Settings) -> pl.DataFrame:
    """One row for each product: placeholders are null, the price is a number or null."""

    def known(name: str) -> pl.Expr:
        return pl.when(~pl.col(name).is_in(PLACEHOLDERS)).then(name)

    price = pl.when(pl.col("price_text").str.contains(NUMBER)).then("price_text")
    order = ["product_name", "main_category", "price", "price_text", "average_rating", "rating_number"]
    return (
        products.select(
            "parent_asin",
            known("title").alias("product_name"),
            known("main_category").alias("main_category"),
            known("price_text").alias("price_text"),
            price.str.strip_chars().cast(pl.Decimal(12, 2), strict=False).alias("price"),
            "average_rating",
            "rating_number",
        )
        .sort("parent_asin", *order, nulls_last=True)
        .unique("parent_asin", keep="first", maintain_order=True)
        .with_columns(
            pl.col("main_category").is_in(list(settings.excluded_categories)).fill_null(value=False).alias("dropped")
        )
        .collect()
    )


def purchases(reviews: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """The verified reviews without exact duplicates, with name, category and price of the product.

    Copies share the customer and the millisecond. So the long texts are read and compared only where those meet.
    """
    verified = reviews.filter("verified_purchase").drop("verified_purchase", "review_year")
    keys = ["user_id", "reviewed_at"]
    meeting = verified.group_by(keys).len().filter(pl.col("len") > 1).collect(engine="streaming").lazy()
    alone = verified.select(COLUMNS).join(meeting, on=keys, how="anti")
    copied = verified.join(meeting, on=keys, how="semi").unique().select(COLUMNS)
    return (
        pl.concat([alone, copied])
        .join(known, on="parent_asin", how="left")
        .filter(~pl.col("dropped").fill_null(value=False))
        .select(
            "user_id",
            "parent_asin",
            "product_name",
            "main_category",
            pl.col("reviewed_at").alias("purchased_at"),
            pl.when(pl.col("rating") == 0).then(1.0).otherwise("rating").alias("rating"),
            pl.col("helpful_vote").clip(lower_bound=0),
            "price",
            pl.col("reviewed_at").dt.truncate("1mo").cast(pl.Date).alias("purchase_month"),
        )
    )


def customer_values(rows: pl.LazyFrame, settings: Settings, as_of: str) -> pl.DataFrame:
    """Recency in days, purchases, spend and spend in cents of each customer of the window."""
    first, end = date.fromisoformat(window_start(as_of)), date.fromisoformat(as_of)
    inside = (pl.col("purchased_at") >= first) & (pl.col("purchased_at") < end)
    recency = (pl.lit(end) - pl.col("purchased_at").max().dt.date()).dt.total_days()
    return (
        rows.filter(inside & (pl.col("price") > settings.min_price))
        .group_by("user_id")
        .agg(
            recency.cast(pl.Int32).alias("recency_days"),
            pl.len().cast(pl.Int64).alias("frequency"),
            (pl.col("price") * 100).cast(pl.Int64).sum().alias("cents"),
        )
        .with_columns((pl.col("cents").cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)).alias("monetary"))
        .collect(engine="streaming")
    )


def edges_of(values: pl.DataFrame, settings: Settings) -> dict[str, list[int]]:
    """The edges of each metric in hundredths: exact quantiles, rounded up; those of frequency are fixed."""

    def quantiles(column: pl.Series) -> list[int]:
        ordered, last = column.sort(), len(column) - 1
        edges = []
        for edge in range(1, BINS):
            place, parts = divmod(last * edge, BINS)
            low, high = ordered[place], ordered[min(place + 1, last)]
            edges.append(low + -((low - high) * parts // BINS))
        return edges

    return {
        "recency": quantiles(values["recency_days"].cast(pl.Int64) * 100),
        "frequency": [100 * edge for edge in settings.frequency_edges],
        "monetary": quantiles(values["cents"]),
    }


def customer_rfm(values: pl.DataFrame, edges: dict[str, list[int]], segments: Segments) -> pl.DataFrame:
    """The customers with their scores and segment. A value on an edge belongs to the bin above."""

    def bins(column: str, metric: str, unit: int) -> pl.Expr:
        return pl.sum_horizontal([(pl.col(column) * unit >= edge).cast(pl.Int32) for edge in edges[metric]])

    named = {cell: one.name for one in segments for cell in one.cells}
    return (
        values.lazy()
        .with_columns(
            (BINS - bins("recency_days", "recency", 100)).alias("r_score"),
            (1 + bins("frequency", "frequency", 100)).alias("f_score"),
            (1 + bins("cents", "monetary", 1)).alias("m_score"),
        )
        .with_columns(pl.concat_str("r_score", "f_score", "m_score").alias("rfm_score"))
        .with_columns(pl.col("rfm_score").replace_strict(named, default=None).alias("segment"))
        .collect()
    )


def rfm_edges(scored: pl.DataFrame, edges: dict[str, list[int]]) -> pl.DataFrame:
    """The bins of the three metrics with their customers."""
    rows = []
    for metric, column in (("recency", "r_score"), ("frequency", "f_score"), ("monetary", "m_score")):
        counts = dict(scored[column].value_counts().iter_rows())
        bounds = [None, *edges[metric], None]
        for place in range(BINS):
            score = BINS - place if metric == "recency" else place + 1
            rows.append((metric, score, bounds[place], bounds[place + 1], counts.get(score, 0)))
    schema = {"metric": pl.String, "score": pl.Int32, "lower": pl.Int64, "upper": pl.Int64, "customers": pl.Int64}
    frame = pl.DataFrame(rows, schema, orient="row")
    return frame.with_columns((pl.col("lower", "upper").cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)))


def tables(scored: pl.DataFrame, found: Found, segments: Segments) -> dict[str, pl.DataFrame]:
    """What follows from the search and the segments."""
    labels = pl.DataFrame({"cluster": range(len(found.labels)), "label": found.labels}).cast({"cluster": pl.Int32})
    placed = scored.with_columns(pl.Series("cluster", found.clusters).cast(pl.Int32)).join(labels, on="cluster")
    tried = [(t.k, t.wcss, t.silhouette, t.k == found.chosen) for t in found.tried]
    names = pl.DataFrame([(s.name, s.group) for s in segments], ["segment", "segment_group"], orient="row")
    summary = names.join(_described(scored, "segment"), on="segment", how="left").with_columns(
        pl.col("customers", "share", "total_monetary").fill_null(0)
    )
    return {
        "kmeans_search": pl.DataFrame(tried, ["k", "wcss", "silhouette", "chosen"], orient="row"),
        "customer_clusters": placed.select("user_id", "cluster", pl.col("label").alias("cluster_label")),
        "cluster_profile": _described(placed, "cluster", "label"),
        "segment_summary": summary.with_columns(
            _shares(summary["total_monetary"], float(scored["monetary"].sum())).alias("share_of_total")
        ),
    }


def _described(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Size, share and averages of each group."""
    groups = frame.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("customers"),
        pl.col("recency_days").mean().round(4).alias("avg_recency_days"),
        pl.col("frequency").mean().round(4).alias("avg_frequency"),
        (pl.col("cents").mean() / 100).round(2).cast(pl.Decimal(18, 2)).alias("avg_monetary"),
        pl.col("monetary").sum().alias("total_monetary"),
    )
    return groups.with_columns(_shares(groups["customers"], len(frame)).alias("share"))


def _shares(parts: pl.Series, whole: float) -> pl.Series:
    """Each part divided by the whole. Polars multiplies by the inverse of a constant, which may miss the last digit."""
    return pl.Series([float(part) / whole for part in parts])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), JOURNEYS[sys.argv[3]])
