"""The words at the end of a run: as-of date, segments, clusters, where the report is."""

from pathlib import Path
from typing import Any

from segmentation.common.formatting import clean, count_of, money
from segmentation.common.terminal import bold, dim, yellow
from segmentation.sources.preview.texts import padded, width_of
from segmentation.warehouse import left_out
from segmentation.warehouse.ancestry import tree
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.rows import rows_of
from segmentation.warehouse.versions import Warehouse
from segmentation.warehouse.words import currency_of


def table(warehouse: Warehouse, report: Manifest, name: str) -> list[dict[str, Any]]:
    """The rows of a table that a report rests on."""
    return rows_of(warehouse, warehouse.get(name, report.inputs[name], report.as_of_date))


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
        *_segments(segments, currency),
    ]
    lines += _names(warehouse, report)
    lines += ["", bold(f"K-Means: {chosen['k']} clusters") + f" ({chosen['reason']})"]
    for row in clusters:
        lines.append(f"  {row['label']:<36}{row['customers']:>12,}{_percent(row['share']):>9}")
    lines += _said(warehouse, report)
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


def _segments(segments: list[dict[str, Any]], currency: str) -> list[str]:
    """The segments as a table. Names and amounts of any length stand beside each other."""
    rows = [
        (
            row["segment"],
            row["segment_group"],
            f"{row['customers']:,}",
            _percent(row["share"]),
            money(row["total_monetary"], currency),
            _percent(row["share_of_total"]),
        )
        for row in segments
    ]
    heads = ("Segment", "Group", "Customers", "Share", "Spend", "Share")
    least = (22, 14, 12, 9, 18, 9)
    widths = [max(width, *(width_of(row[place]) + 2 for row in (heads, *rows))) for place, width in enumerate(least)]
    laid_out = [
        "  " + "".join(padded(text, widths[place], right=place >= 2) for place, text in enumerate(row))
        for row in (heads, *rows)
    ]
    return [bold(laid_out[0]), *laid_out[1:]]


def _percent(share: Any) -> str:
    """A share for a table; what is more than nothing is not shown as nothing."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def _names(warehouse: Warehouse, report: Manifest) -> list[str]:
    """How many segments have a name that does not fit their customers, and which claims do not hold."""
    claims = table(warehouse, report, "segment_claims")
    broken = [row for row in claims if row["held"] is False]
    if not claims:
        return []
    segments = list(dict.fromkeys(row["segment"] for row in claims if row["held"] is not None))
    misfits = [segment for segment in segments if any(row["segment"] == segment for row in broken)]
    if not misfits:
        return ["", f"Names: {count_of(len(segments), 'segment')} with customers, all as the map claims of them"]
    many = "does" if len(misfits) == 1 else "do"
    lines = ["", bold(f"Names: {len(misfits)} of {len(segments)} segments {many} not fit their customers")]
    for segment in misfits:
        first = min((row for row in broken if row["segment"] == segment), key=lambda row: row["claim_number"])
        lines.append(f"  {segment}: claimed is that {first['claim']}; found: {first['found']}")
    return lines


def _said(warehouse: Warehouse, report: Manifest) -> list[str]:
    """What was left out, and what is doubtful."""
    found = [line.manifest for line in tree(warehouse, report) if line.manifest and not line.again]
    own = {one.dataset: one for one in reversed(found) if one.as_of in (None, report.as_of)}
    figures = {name: value for one in own.values() for name, value in one.figures.items()}
    reasons = rows_of(warehouse, own["refused_reasons"]) if "refused_reasons" in own else []
    mapping = own["source"].settings.get("mapping", {}) if "source" in own else {}
    left = left_out.sentences(figures, reasons, mapping.get("free_orders") == "count")
    said = [f"{bold('Left out')}  {clean(sentence)}" for sentence in left]
    said += [f"{yellow('Doubtful')}  {clean(sentence)}" for sentence in left_out.doubts(own.values())]
    return ["", *said] if said else []


def _exports(warehouse: Warehouse, report: Manifest) -> Path:
    """The folder of the lists that a report names."""
    return warehouse.place("exports", report.inputs["exports"], report.as_of_date)


def _currency(warehouse: Warehouse, report: Manifest) -> str:
    """The currency of the source that a report leads back to."""
    read = next(name for name in ("orders", "given_customers", "reviews") if name in report.inputs)
    source = warehouse.get(read, report.inputs[read], None).inputs["source"]
    return currency_of(warehouse.get("source", source, None))


def _short(path: Path) -> str:
    """The path as one would type it from here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
