"""The list of released reports: by shop, newest month first, with the figures that a list needs."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.config.kinds import is_of_orders
from segmentation.pages import tables
from segmentation.pages.whose import Owner
from segmentation.running.deliver import records
from segmentation.warehouse import releases, runs
from segmentation.warehouse.ancestry import source_in, tree
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import Damaged, data_of, input_of_month, remembered
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse
from segmentation.warehouse.words import currency_of


@dataclass(frozen=True)
class Month:
    """A report in the list. Customers and spend are None where they cannot be read.

    shop, title: whose it is. before: the next older month of the shop in the list, and `change` the customers since
    then. number: of the release; None for a trial, or where none is known.
    deliveries: a sentence for each place that the release was brought to, or could not be.
    """

    shop: str
    title: str
    as_of: date
    version: str
    created_at: str
    is_generated: bool
    number: int | None = None
    is_trial: bool = False
    currency: str = "$"
    customers: int | None = None
    spend: Decimal | None = None
    change: int | None = None
    before: "Month | None" = None
    deliveries: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.shop}.{self.as_of}.{self.version}" if self.shop else f"{self.as_of}.{self.version}"

    @property
    def query(self) -> str:
        """What an address of its pages ends with."""
        return f"?shop={self.shop}" if self.shop else ""

    @property
    def path(self) -> str:
        """The address of its report, below the list."""
        return f"reports/{self.as_of}/{self.version}"


@dataclass(frozen=True)
class Shop:
    """A shop in the list: its months, newest first, and its trials."""

    name: str
    title: str
    months: list[Month]
    trials: list[Month]

    @property
    def all(self) -> list[Month]:
        """What can be compared."""
        return [*self.months, *self.trials]


@dataclass(frozen=True)
class Listing:
    """The shops by title, and a sentence for each thing that is damaged."""

    shops: list[Shop]
    damaged: list[str] = field(default_factory=list)


def listing(warehouse: Warehouse, names: list[str]) -> Listing:
    """The current releases of these shops, one for each as-of date, and their trials."""
    damaged: list[str] = []
    shops = [_shop(warehouse, name, damaged) for name in names]
    shown = [shop for shop in shops if shop.all]
    return Listing(sorted(shown, key=lambda shop: (shop.title.casefold(), shop.name)), damaged)


def _shop(warehouse: Warehouse, name: str, damaged: list[str]) -> Shop:
    found: list[Release] = []
    for as_of, number in reversed(releases.last_numbers(warehouse, name).items()):
        try:
            one = releases.find(warehouse, name, as_of, number)
        except UserError:
            damaged.append(f"The release of {name} as of {as_of} is not as it was written.")
            continue
        found += [one] if one else []
    title = found[0].title if found else name
    months = [month for one in found if (month := _month(warehouse, one, damaged))]
    return Shop(name, months[0].title if months else title, _with_changes(months), _trials(warehouse, name, found))


def _trials(warehouse: Warehouse, name: str, found: list[Release]) -> list[Month]:
    """The trials whose report has come to be and is not the month's anyway, newest first."""
    released = {one.versions.get("report") for one in found}
    trials = []
    for one in runs.trials(warehouse, name):
        version = one.versions.get("report", "")
        if version in released:
            continue
        try:
            report = remembered(warehouse, "report", version, one.day)
        except Damaged:
            continue
        if report:
            trials.append(replace(_with_figures(warehouse, report, _of(one, version), []), is_trial=True, number=None))
    return sorted(trials, key=lambda one: (one.as_of, one.created_at), reverse=True)


def _of(one: Release, version: str) -> Month:
    return Month(
        shop=one.shop,
        title=one.title,
        as_of=one.day,
        version=version,
        created_at=one.released_at,
        is_generated=one.params.get("source") == "demo",
        number=one.number,
    )


def _month(warehouse: Warehouse, one: Release, damaged: list[str]) -> Month | None:
    """A release's entry; None, and a sentence, where its report cannot be shown."""
    version = one.versions.get("report", "")
    try:
        report = remembered(warehouse, "report", version, one.day)
    except Damaged as error:
        damaged.append(str(error))
        return None
    if report is None:
        damaged.append(f"Release {one.number} of {one.shop} as of {one.as_of} names a report that is not there.")
        return None
    told = tuple(record.words for record in records.all_of(warehouse, one))
    return _with_figures(warehouse, report, replace(_of(one, version), deliveries=told), damaged, one.figures)


def month_of(owner: Owner, manifest: Manifest, release: Release | None = None) -> Month:
    """A report's entry, without its figures."""
    return Month(
        shop=owner.name,
        title=owner.title,
        as_of=date.fromisoformat(manifest.as_of or ""),
        version=manifest.version,
        created_at=release.released_at if release else manifest.created_at,
        is_generated=manifest.settings.get("source") == "demo",
        number=release.number if release else None,
    )


def siblings(warehouse: Warehouse, shop: str, as_of: date) -> list[Month]:
    """All reports of a shop's month that can be read, its releases and its trials, the newest first."""
    found: dict[str, Month] = {}
    numbered = []
    for number in releases.numbers(warehouse, shop, as_of):
        try:
            one = releases.find(warehouse, shop, as_of, number)
        except UserError:
            continue
        numbered += [one] if one else []
    trials = [one for one in runs.trials(warehouse, shop) if one.day == as_of]
    for is_trial, ones in ((True, trials), (False, numbered)):
        for one in ones:
            version = one.versions.get("report", "")
            try:
                if remembered(warehouse, "report", version, as_of):
                    found[version] = replace(_of(one, version), is_trial=is_trial)
            except Damaged:
                continue
    return sorted(found.values(), key=lambda month: month.created_at)[::-1]


def currency(warehouse: Warehouse, manifest: Manifest) -> str:
    """The currency of a report's amounts. Only a source of orders has one of its own."""
    if not is_of_orders(str(manifest.settings.get("source"))):
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


def _with_figures(
    warehouse: Warehouse,
    manifest: Manifest,
    month: Month,
    damaged: list[str],
    figures: dict[str, object] | None = None,
) -> Month:
    """The entry with the figures of its release, which save reading its tables, else with those of its tables."""
    try:
        if figures:
            spend = Decimal(str(figures["spend"]))
            return replace(
                month, customers=int(str(figures["customers"])), spend=spend, currency=str(figures["currency"])
            )
    except (KeyError, ValueError, InvalidOperation):
        pass
    month = replace(month, currency=currency(warehouse, manifest))
    try:
        found = summary(warehouse, manifest)
        return replace(month, customers=tables.total(found, "customers"), spend=tables.total(found, "total_monetary"))
    except (Damaged, *tables.ERRORS) as error:
        reason = str(error) if isinstance(error, Damaged) else "Its table segment_summary cannot be read."
        damaged.append(f"The figures of the report as of {month.as_of}, {month.title}, are damaged. {reason}")
        return month


def _with_changes(months: list[Month]) -> list[Month]:
    return [_since(month, before) for month, before in zip(months, [*months[1:], None], strict=False)]


def _since(month: Month, before: Month | None) -> Month:
    if before is None or month.customers is None or before.customers is None:
        return replace(month, before=before, change=None)
    return replace(month, before=before, change=month.customers - before.customers)
