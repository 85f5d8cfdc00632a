"""The words at the end of a run: as-of date, segments, clusters, where the report is."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.formats import money
from segmentation.local.terminal import bold, dim
from segmentation.report.words import currency_of
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse


def table(warehouse: Warehouse, report: Manifest, name: str) -> list[dict[str, Any]]:
    """The rows of a table that a report rests on."""
    manifest = warehouse.get(name, report.inputs[name], report.as_of_date)
    folder = warehouse.place_of(manifest)
    return pa.concat_tables([pq.read_table(folder / path) for path in manifest.files]).to_pylist()


def summary(warehouse: Warehouse, report: Manifest, released: str = "") -> str:
    """The summary of a finished run as text. `released` says what it has released; it is empty for a trial."""
    segments = sorted(table(warehouse, report, "segment_summary"), key=lambda row: -row["customers"])
    chosen = next(row for row in table(warehouse, report, "kmeans_search") if row["chosen"])
    clusters = sorted(table(warehouse, report, "cluster_profile"), key=lambda row: -row["customers"])
    customers = sum(row["customers"] for row in segments)
    spend = sum(row["total_monetary"] for row in segments)
    folder = warehouse.place_of(report)
    currency = _currency(warehouse, report)
    lines = [
        "",
        bold(f"{customers:,} customers as of {report.as_of}, who spent {money(spend, currency)}"),
        "",
        bold(f"  {'Segment':<22}{'Group':<14}{'Customers':>12}{'Share':>9}{'Spend':>18}{'Share':>9}"),
    ]
    for row in segments:
        lines.append(
            f"  {row['segment']:<22}{row['segment_group']:<14}{row['customers']:>12,}{row['share']:>9.1%}"
            f"{money(row['total_monetary'], currency):>18}{row['share_of_total']:>9.1%}"
        )
    lines += ["", bold(f"K-Means: {chosen['k']} clusters") + f" ({chosen['reason']})"]
    for row in clusters:
        lines.append(f"  {row['label']:<36}{row['customers']:>12,}{row['share']:>9.1%}")
    lines += [
        "",
        f"Report   {_short(folder / 'report.html')}",
        f"Lists    {_short(_exports(warehouse, report))}/  "
        + dim("(the customers of each segment, as CSV and Parquet)"),
        f"Released {released}  " + dim("(it names the version of every table)")
        if released
        else "Released nothing: this was a trial",
    ]
    return "\n".join(lines)


def _exports(warehouse: Warehouse, report: Manifest) -> Path:
    """The folder of the lists that a report names."""
    return warehouse.place("exports", report.inputs["exports"], report.as_of_date)


def _currency(warehouse: Warehouse, report: Manifest) -> str:
    """The currency of the source that a report leads back to."""
    purchases = warehouse.get("purchases", report.inputs["purchases"], None)
    read = "orders" if "orders" in purchases.inputs else "reviews"
    source = warehouse.get(read, purchases.inputs[read], None).inputs["source"]
    return currency_of(warehouse.get("source", source, None))


def _short(path: Path) -> str:
    """The path as one would type it from here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
