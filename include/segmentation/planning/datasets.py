"""The datasets: which stage makes which, their columns and grain, read from each stage's `schema.yaml`.

STAGES is plain Python because Airflow needs the names each time it parses the DAG; everything else is read
when a run needs it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from segmentation.common.paths import SQL

STAGES = {
    "fetch": ("source",),
    "ingest": ("reviews", "products", "orders", "given_customers", "rejected_rows", "refused_reasons"),
    "clean": (
        "known_products",
        "purchases",
        "first_purchases",
        "review_days",
        "product_years",
        "helpful_by_day",
        "notable_products",
        "data_profile",
    ),
    "rfm": ("customer_scores", "rfm_edges", "customer_rfm"),
    "kmeans": (
        "kmeans_search",
        "kmeans_model",
        "customer_clusters",
        "cluster_profile",
        "cluster_quality",
        "cluster_movement",
    ),
    "report": (
        "segment_summary",
        "segment_claims",
        "cohort_retention",
        "second_purchase",
        "segment_cluster",
        "segment_agreement",
        "segment_migration",
        "segment_movement",
        "movement_history",
        "segment_stays",
        "year_migration",
        "rfm_grid",
        "customer_sample",
        "rating_distribution",
        "popular_products",
        "category_summary",
        "helpful_reviews",
        "review_sentiment",
        "segment_sentiment",
        "segment_words",
        "sentiment_trust",
        "sentiment_quotes",
        "exports",
        "report",
    ),
}
SQL_FOLDERS = {
    "ingest": "10_ingest",
    "clean": "20_clean",
    "rfm": "30_rfm",
    "kmeans": "40_kmeans",
    "report": "50_report",
}
STAGE_OF = {dataset: stage for stage, datasets in STAGES.items() for dataset in datasets}


@dataclass(frozen=True)
class Dataset:
    """What `schema.yaml` says of a dataset.

    columns: name -> Spark SQL type, in order; empty for a dataset of files (the report).
    layout: how the rows become files: as_computed, one_file, clustered (rows with the same values of `sorted_by` lie
        in the same file), or file_per_list.
    when_empty: what to tell the user where no rows are an error; None where they are fine.
    python_reads, python_uses: the datasets and params that the stage's Python, not its SQL, takes in.
    code: the Python files that shape the rows: those of the stage, then its own. Their text is part of the version.
    only_for: the kinds of source (`Plan.kind`) that the dataset is made for; empty for every kind.
    only_with: the param, true or false, that asks for the dataset; None where every run makes it.
    order_by: the columns that order the rows of a file_per_list; `-name` is descending.
    sorted_by: the columns that order the rows within each file, so that who looks for one value reads little of it.
    bulky: the columns that hold most of the bytes; the checksum of the rows leaves them out.
    """

    name: str
    stage: str
    description: str
    grain: str
    as_of: bool
    schema_version: int
    columns: dict[str, str]
    descriptions: dict[str, str]
    partition_by: tuple[str, ...]
    layout: str
    when_empty: str | None
    python_reads: tuple[str, ...]
    python_uses: tuple[str, ...]
    code: tuple[str, ...]
    only_for: tuple[str, ...] = ()
    only_with: str | None = None
    order_by: tuple[str, ...] = ()
    sorted_by: tuple[str, ...] = ()
    bulky: tuple[str, ...] = ()

    @property
    def ddl(self) -> str:
        """The columns as a Spark schema text."""
        return ", ".join(f"`{name}` {kind}" for name, kind in self.columns.items())

    def is_for(self, kind: str) -> bool:
        """Whether the dataset is made for this kind of source."""
        return not self.only_for or kind in self.only_for


SOURCE = Dataset(
    name="source",
    stage="fetch",
    description="The raw files of a run, or where they are.",
    grain="one file",
    as_of=False,
    schema_version=1,
    columns={},
    descriptions={},
    partition_by=(),
    layout="as_computed",
    when_empty=None,
    python_reads=(),
    python_uses=(),
    code=(),
)


@cache
def dataset(name: str) -> Dataset:
    """Look up a dataset by name. Raises KeyError if there is none."""
    return SOURCE if name == "source" else stage_datasets(STAGE_OF[name])[name]


@cache
def stage_datasets(stage: str) -> dict[str, Dataset]:
    """The datasets of one Spark stage by name, in the order of its `schema.yaml`."""
    import yaml

    text = (SQL / SQL_FOLDERS[stage] / "schema.yaml").read_text(encoding="utf-8")
    # Written in C it takes a tenth of the time, which every task and client would spend.
    content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return {name: _dataset(name, stage, entry, content["code"]) for name, entry in content["datasets"].items()}


def _dataset(name: str, stage: str, entry: dict[str, Any], code: list[str]) -> Dataset:
    columns, kinds = entry.get("columns", {}), entry.get("only_for", [])
    return Dataset(
        name=name,
        stage=stage,
        description=entry["description"],
        grain=entry["grain"],
        as_of=entry.get("as_of", False),
        schema_version=entry["schema_version"],
        columns={column: spec["type"] for column, spec in columns.items()},
        descriptions={column: spec["description"] for column, spec in columns.items()},
        partition_by=tuple(entry.get("partition_by", ())),
        layout=entry.get("layout", "as_computed"),
        when_empty=entry.get("when_empty"),
        python_reads=tuple(entry.get("python_reads", ())),
        python_uses=tuple(entry.get("python_uses", ())),
        code=(*code, *entry.get("code", ())),
        only_for=(kinds,) if isinstance(kinds, str) else tuple(kinds),
        only_with=entry.get("only_with"),
        order_by=tuple(entry.get("order_by", ())),
        sorted_by=tuple(entry.get("sorted_by", ())),
        bulky=tuple(entry.get("bulky", ())),
    )
