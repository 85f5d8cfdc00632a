"""What a contender has made on a journey, wherever it keeps it."""

from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import BenchError
from bench.journeys import FIRST, Journey

# What every contender makes, the first time and each time; the notebook-style run makes others, always.
OF_SOURCE = ("reviews", "products", "known_products", "purchases")
OF_MONTH = (
    "customer_rfm", "rfm_edges", "kmeans_search", "customer_clusters", "cluster_profile", "segment_summary",
)  # fmt: skip
OF_NOTEBOOK = ("raw_reviews", "raw_products", "cleaned", "customer_values", "customer_rfm")


@dataclass(frozen=True)
class Output:
    """What a contender has made: its title, its name as in ONLY=, the journey, its folder.

    versions: as-of date -> dataset -> version, of a contender that keeps several.
    """

    title: str
    name: str
    journey: Journey
    folder: Path
    versions: dict[str, dict[str, str]] = field(default_factory=dict)

    def table(self, name: str, as_of: str | None = None) -> str:
        """The rows of a table as a SQL source. Raises BenchError if there is no such table."""
        as_of = as_of or self.journey.months[0]
        if self.versions:
            version = f"version={self.versions[as_of].get(name)}"
            patterns = [f"{name}/{version}/**/*.parquet", f"{name}/as_of={as_of}/{version}/**/*.parquet"]
            place = self.folder
        else:
            patterns = [f"{name}.parquet", f"{name}/**/*.parquet"]
            place = self.folder if name in OF_SOURCE else self.journey.place(self.folder, as_of)
        for pattern in patterns:
            if any(place.glob(pattern)):
                files = str(place / pattern).replace("'", "''")
                return f"read_parquet('{files}', hive_partitioning = true)"
        raise BenchError(f"{self.title} has not written the table {name} as of {as_of} ({self.journey.title}).")

    def check(self) -> None:
        """Raise BenchError if a table is not there that the contender has to make: its time would say nothing."""
        usual = (*(OF_SOURCE if self.journey == FIRST else ()), *OF_MONTH)
        for as_of in self.journey.months:
            for name in OF_NOTEBOOK if self.name == "notebook" else usual:
                self.table(name, as_of)
