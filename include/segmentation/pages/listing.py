"""The list of published reports: by category, newest month first, with the figures that a list needs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from segmentation.pages import tables
from segmentation.pages.published import Damaged, data_of, input_of_month, remembered
from segmentation.report.words import OWN_CUSTOMERS, OWN_ORDERS, currency_of
from segmentation.warehouse.ancestry import VERSION, source_in, tree
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import LATEST, Warehouse


@dataclass(frozen=True)
class Month:
    """A report in the list. Customers and spend are None where they cannot be read.

    before: the next older month of the category in the list, and `change` the customers since then.
    """

    category: str
    as_of: date
    version: str
    created_at: str
    is_generated: bool
    currency: str = "$"
    customers: int | None = None
    spend: Decimal | None = None
    change: int | None = None
    before: "Month | None" = None

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.as_of}.{self.version}"


@dataclass(frozen=True)
class Listing:
    """The months by category, newest first, and a sentence for each thing that is damaged."""

    categories: dict[str, list[Month]]
    damaged: list[str]


def listing(warehouse: Warehouse) -> Listing:
    """The published reports, one for each category and as-of date: the one of LATEST, else the newest."""
    damaged: list[str] = []
    categories: dict[str, list[Month]] = {}
    for as_of in sorted(_days(warehouse), reverse=True):
        for manifest in _chosen(warehouse, as_of, damaged):
            month = _with_figures(warehouse, manifest, damaged)
            categories.setdefault(month.category, []).append(month)
    ordered = sorted(categories.items(), key=lambda item: item[0].casefold())
    return Listing({category: _with_changes(months) for category, months in ordered}, damaged)


def month_of(manifest: Manifest) -> Month:
    """A report's entry, without its figures."""
    category = str(manifest.settings.get("category", "")).replace("_", " ")
    if manifest.settings.get("source") == "orders":
        category = OWN_CUSTOMERS if "given_customers" in manifest.inputs else OWN_ORDERS
    return Month(
        category=category,
        as_of=date.fromisoformat(manifest.as_of or ""),
        version=manifest.version,
        created_at=manifest.created_at,
        is_generated=manifest.settings.get("source") == "demo",
    )


def siblings(warehouse: Warehouse, as_of: date) -> list[Month]:
    """All reports of one as-of date that can be read, the newest first."""
    found, _ = _versions(warehouse, as_of)
    return sorted((month_of(one) for one in found), key=lambda month: month.created_at)[::-1]


def currency(warehouse: Warehouse, manifest: Manifest) -> str:
    """The currency of a report's amounts. Only a source of orders has one of its own."""
    if manifest.settings.get("source") != "orders":
        return "$"
    return _orders_currency(warehouse.root, manifest.version, manifest.as_of_date)


@lru_cache(maxsize=1024)
def _orders_currency(root: Path, version: str, as_of: date) -> str:
    warehouse = Warehouse(root)
    report = remembered(warehouse, "report", version, as_of)
    source = source_in(tree(warehouse, report)) if report else None
    try:
        return str(currency_of(source)) if source else ""
    except AttributeError:  # a mapping that is none
        return ""


def summary(warehouse: Warehouse, manifest: Manifest) -> tables.Rows:
    """The rows of `segment_summary` that a report was made from. Raises Damaged if they cannot be read."""
    found = input_of_month(warehouse, manifest, "segment_summary")
    if found is None:
        raise Damaged("Its table segment_summary is gone.")
    return tables.rows(data_of(warehouse, found), tables.SUMMARY_COLUMNS)


def _days(warehouse: Warehouse) -> Iterator[date]:
    for folder in (warehouse.root / "report").glob("as_of=*"):
        try:
            yield date.fromisoformat(folder.name.removeprefix("as_of="))
        except ValueError:
            continue


def _versions(warehouse: Warehouse, as_of: date) -> tuple[list[Manifest], dict[str, str]]:
    """The published reports of one as-of date, and for each damaged version a sentence."""
    found: list[Manifest] = []
    damaged: dict[str, str] = {}
    for folder in sorted(warehouse.home("report", as_of).glob("version=*")):
        version = folder.name.removeprefix("version=")
        if VERSION.fullmatch(version):
            try:
                manifest = remembered(warehouse, "report", version, as_of)
            except Damaged as error:
                damaged[version] = str(error)
            else:
                found += [manifest] if manifest else []
    return found, damaged


def _chosen(warehouse: Warehouse, as_of: date, damaged: list[str]) -> list[Manifest]:
    """One report for each category: the one of LATEST first in line, then by when they were made."""
    latest = _latest(warehouse, as_of)
    versions, broken = _versions(warehouse, as_of)
    damaged += broken.values()
    if latest and latest not in broken and latest not in {one.version for one in versions}:
        damaged.append(f"LATEST of the reports as of {as_of} names a version that is not there.")
    chosen: dict[str, Manifest] = {}
    for one in sorted(versions, key=lambda one: (one.version == latest, one.created_at, one.version)):
        chosen[month_of(one).category] = one
    return list(chosen.values())


def _latest(warehouse: Warehouse, as_of: date) -> str:
    try:
        return (warehouse.home("report", as_of) / LATEST).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        return "unreadable"


def _with_figures(warehouse: Warehouse, manifest: Manifest, damaged: list[str]) -> Month:
    month = replace(month_of(manifest), currency=currency(warehouse, manifest))
    try:
        found = summary(warehouse, manifest)
        return replace(month, customers=tables.total(found, "customers"), spend=tables.total(found, "total_monetary"))
    except (Damaged, *tables.ERRORS) as error:
        reason = str(error) if isinstance(error, Damaged) else "Its table segment_summary cannot be read."
        damaged.append(f"The figures of the report as of {month.as_of}, {month.category}, are damaged. {reason}")
        return month


def _with_changes(months: list[Month]) -> list[Month]:
    return [_since(month, before) for month, before in zip(months, [*months[1:], None], strict=True)]


def _since(month: Month, before: Month | None) -> Month:
    if before is None or month.customers is None or before.customers is None:
        return replace(month, before=before, change=None)
    return replace(month, before=before, change=month.customers - before.customers)
