"""A shop with released months of a few customers, for deliveries: written without Spark."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.common.arrow_types import arrow_type
from segmentation.planning.datasets import dataset
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest, data_files, describe_files
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
ODD = [
    "plain",
    "tab\tand\\back",
    "two\nlines",
    "quote'\"; DROP TABLE x; --",
    "שלום",
    " padded ",
    "\\N",
    "%s",
    "ü" * 200,
]


def customer(user: str, **more: Any) -> dict[str, Any]:
    row = {
        "user_id": user, "recency_days": 3, "frequency": 2, "monetary": Decimal("12.30"), "r_score": 5, "f_score": 2,
        "m_score": 3, "rfm_score": "523", "segment": "Lost", "orders": 2, "previous_segment": None,
        "segment_since": JULY, "cluster": 1, "cluster_label": "few",
    }  # fmt: skip
    return row | more


def customers(count: int, **more: Any) -> list[dict[str, Any]]:
    return [customer(f"u{number:05}", monetary=Decimal(number * 7 + 1) / 100, **more) for number in range(count)]


@dataclass
class Shop:
    """A shop named `tea` in a warehouse, with its file in a folder of shop files."""

    root: Path
    made: int = 0
    name: str = "tea"
    runs: list[str] = field(default_factory=list)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.root / "warehouse")

    def file(self, deliver: str) -> None:
        """Write the shop's file with this section."""
        folder = self.root / "shops"
        folder.mkdir(exist_ok=True)
        lines = "".join(f"  {line}\n" for line in deliver.strip().splitlines())
        (folder / f"{self.name}.yaml").write_text(f"params: {{source: demo}}\ndeliver:\n{lines}")

    def publish(self, name: str, as_of: date, rows: list[dict[str, Any]], version: str | None = None) -> Manifest:
        self.made += 1
        version = version or f"{self.made:012x}"
        if found := self.warehouse.find(name, version, as_of):
            return found
        attempt = self.warehouse.attempt(name, version, as_of)
        columns = dataset(name).columns
        schema = pa.schema([(column, arrow_type(kind)) for column, kind in columns.items()])
        table = pa.Table.from_pylist([{column: row[column] for column in columns} for row in rows], schema)
        half = len(rows) // 2
        pq.write_table(table.slice(half), attempt.folder / "part-0.parquet")
        pq.write_table(table.slice(0, half), attempt.folder / "part-1.parquet")
        files = describe_files(attempt.folder, data_files(attempt.folder))
        return self.warehouse.publish(
            attempt,
            Manifest(
                dataset=name, version=version, as_of=as_of.isoformat(), created_at="2026-01-01T00:00:00+00:00",
                rows=len(rows), bytes=1, columns=dict(columns), files=files, inputs={}, settings={}, code={},
                run_id="r",
            ),
        )  # fmt: skip

    def publish_lists(self, as_of: date, rows: list[dict[str, Any]]) -> Manifest:
        """All customers in the list `everyone`, the first two in `few`."""
        self.made += 1
        version = f"{self.made:012x}"
        attempt = self.warehouse.attempt("exports", version, as_of)
        columns = [name for name in dataset("exports").columns if name in customer("") and name != "list"]
        schema = pa.schema([(name, arrow_type(dataset("exports").columns[name])) for name in columns])
        for name, some in (("everyone", rows), ("few", rows[:2])):
            table = pa.Table.from_pylist([{column: row[column] for column in columns} for row in some], schema)
            pq.write_table(table, attempt.folder / f"{name}.parquet")
            (attempt.folder / f"{name}.csv").write_text("user_id\n" + "".join(f"{row['user_id']}\n" for row in some))
        files = describe_files(attempt.folder, data_files(attempt.folder))
        return self.warehouse.publish(
            attempt,
            Manifest(
                dataset="exports", version=version, as_of=as_of.isoformat(), created_at="2026-01-01T00:00:00+00:00",
                rows=len(rows), bytes=1, columns={}, files=files, inputs={}, settings={}, code={}, run_id="r",
            ),
        )  # fmt: skip

    def release(self, as_of: date, rows: list[dict[str, Any]], versions: dict[str, str] | None = None) -> Release:
        """Release a month with these customers, of a run of its own; with `versions`, those of an earlier release."""
        self.runs.append(f"run-{len(self.runs)}")
        if versions is None:
            names = ("customer_rfm", "customer_clusters")
            versions = {name: self.publish(name, as_of, rows).version for name in names}
            versions["exports"] = self.publish_lists(as_of, rows).version
        draft = Release(
            shop=self.name, title="Tea", as_of=as_of.isoformat(), number=0, versions=versions, run_id=self.runs[-1],
            dag_id=f"customer_segmentation_{self.name}", params={"source": "demo"},
            released_at="2026-01-01T00:00:00+00:00",
        )  # fmt: skip
        return releases.create(self.warehouse, draft)
