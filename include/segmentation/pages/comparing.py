"""Two reports side by side: key figures, segments, and who moved where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from segmentation.common.formatting import clean
from segmentation.pages import fits, listing, moving, tables
from segmentation.pages.segment_order import GROUPS, by_group
from segmentation.pages.whose import Owner
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import Damaged, StoredFile, data_of, input_of_month, input_of_source
from segmentation.warehouse.versions import Warehouse

MOST_CUSTOMERS = 5_000_000  # of both months together; more would take the page's server too long
NUMBER, MONEY, SHARE = "number", "money", "share"
UNEQUAL_ON_PURPOSE = {"as_of", "source", "category"}


@dataclass(frozen=True)
class Figure:
    """A figure of both months. `kind` says how to write it; a share is 0 to 1."""

    label: str
    kind: str
    then: Any
    now: Any

    @property
    def change(self) -> Any:
        """How much more there is now, or None if one of the two is not known."""
        return None if self.then is None or self.now is None else self.now - self.then


@dataclass(frozen=True)
class Segment:
    """A segment in both months; 0 where a month's map does not have it.

    misfits: the as-of dates of the months in which its name does not fit its customers, each with sentences why.
    """

    name: str
    group: str
    customers: Figure
    spend: Figure
    misfits: tuple[tuple[date, list[str]], ...] = ()

    @property
    def largest_customers(self) -> int:
        """What its bars of customers need room for."""
        return max(self.customers.then, self.customers.now)

    @property
    def largest_spend(self) -> Decimal:
        """What its bars of spend need room for."""
        return max(self.spend.then, self.spend.now)


@dataclass(frozen=True)
class Comparison:
    """All that the page shows. `then` is the earlier month. Without moves, `why_no_moves` says why."""

    then: listing.Month
    now: listing.Month
    notes: list[str]
    figures: list[Figure]
    segments: list[Segment]
    moves: moving.Moves | None
    why_no_moves: str


def in_order(one: Manifest, other: Manifest) -> tuple[Manifest, Manifest]:
    """The earlier month first; of one month, the version that was made first."""
    first, second = sorted((one, other), key=lambda each: (each.as_of, each.created_at, each.version))
    return first, second


def compare(warehouse: Warehouse, one: tuple[Owner, Manifest], other: tuple[Owner, Manifest]) -> Comparison:
    """Compare two reports, each of a shop. Raises Damaged or one of tables.ERRORS if the figures cannot be read."""
    before, after = in_order(one[1], other[1])
    owners = (one[0], other[0]) if before is one[1] else (other[0], one[0])
    then, now = (listing.month_of(owner, each) for owner, each in zip(owners, (before, after), strict=True))
    currencies = [listing.currency(warehouse, each) for each in (before, after)]
    rows = [listing.summary(warehouse, each) for each in (before, after)]
    same_currency = currencies[0] == currencies[1]
    segments = _with_misfits(warehouse, before, after, _segments(rows[0], rows[1], same_currency))
    moves, why = _moves(warehouse, before, after, [segment.name for segment in segments])
    return Comparison(
        then=replace(then, currency=currencies[0]),
        now=replace(now, currency=currencies[1]),
        notes=_notes(before, after, then, now, currencies),
        figures=_figures(rows[0], rows[1], same_currency),
        segments=segments,
        moves=moves,
        why_no_moves=why,
    )


def _notes(
    before: Manifest, after: Manifest, then: listing.Month, now: listing.Month, currencies: list[str]
) -> list[str]:
    """What a reader must know to read the differences rightly."""
    if (before.version, before.as_of) == (after.version, after.as_of):
        return ["This is the same report twice, so nothing changed."]
    notes = []
    if then.shop != now.shop:
        notes.append(f"These are two shops: {clean(then.title)} and {clean(now.title)}.")
    if then.as_of == now.as_of:
        notes.append("Both reports are of the same month. The one that was made first is on the left.")
    if currencies[0] != currencies[1]:
        notes.append("The amounts are in different currencies, so their differences are left out.")
    if then.is_generated != now.is_generated:
        notes.append("One of the two is generated demo data.")
    if before.settings.get("segment_map") != after.settings.get("segment_map"):
        notes.append("The segment maps differ, so a segment of the same name may mean something else.")
    return notes + _differing_settings(before.settings, after.settings)


def _differing_settings(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    hidden = UNEQUAL_ON_PURPOSE | {"segment_map"}
    changed = sorted(key for key in set(then) & set(now) - hidden if then[key] != now[key])
    if not changed:
        return []
    each = ", ".join(f"{clean(key)} was {clean(then[key])} and is {clean(now[key])}" for key in changed)
    return [f"The settings differ: {each}."]


def _figures(before: tables.Rows, after: tables.Rows, same_currency: bool) -> list[Figure]:
    customers = [tables.total(rows, "customers") for rows in (before, after)]
    spend = [tables.total(rows, "total_monetary") for rows in (before, after)]
    per_head = [amount / count if count else None for amount, count in zip(spend, customers, strict=True)]
    figures = [
        Figure("Customers", NUMBER, *customers),
        _amounts("Total spend", spend, same_currency),
        _amounts("Spend per customer", per_head, same_currency),
    ]
    for group in GROUPS:
        shares = [_share(rows, group, amount) for rows, amount in zip((before, after), spend, strict=True)]
        if any(shares):
            figures.append(Figure(f"{group}: share of spend", SHARE, *shares))
    return figures


@dataclass(frozen=True)
class _Unlike(Figure):
    """Amounts in two currencies, which have no difference."""

    @property
    def change(self) -> None:
        return None


def _amounts(label: str, then_and_now: Sequence[Any], same_currency: bool) -> Figure:
    return (Figure if same_currency else _Unlike)(label, MONEY, *then_and_now)


def _share(rows: tables.Rows, group: str, spend: Decimal) -> Decimal | None:
    amount = sum((row["total_monetary"] for row in rows if row["segment_group"] == group), Decimal(0))
    return amount / spend if spend else None


def _segments(before: tables.Rows, after: tables.Rows, same_currency: bool) -> list[Segment]:
    """All segments of both months: by group, then by the spend they have now."""
    sides = [{row["segment"]: row for row in rows} for rows in (before, after)]
    groups = {name: row["segment_group"] for side in sides for name, row in side.items()}

    def figure(kind: str, column: str, name: str) -> Figure:
        values = [side[name][column] if name in side else 0 for side in sides]
        return _amounts(column, values, same_currency) if kind == MONEY else Figure(column, kind, *values)

    found = [
        Segment(name, group, figure(NUMBER, "customers", name), figure(MONEY, "total_monetary", name))
        for name, group in groups.items()
    ]
    return by_group(found, name=lambda one: one.name, group=lambda one: one.group, spend=lambda one: one.spend.now)


def _with_misfits(warehouse: Warehouse, before: Manifest, after: Manifest, segments: list[Segment]) -> list[Segment]:
    """The segments with what does not fit; of the same report twice, once."""
    reports = [before] if (before.version, before.as_of) == (after.version, after.as_of) else [before, after]
    found = [(report.as_of_date, fits.misfits(warehouse, report)) for report in reports]
    return [
        replace(one, misfits=tuple((day, broken[one.name]) for day, broken in found if day and one.name in broken))
        for one in segments
    ]


def _moves(
    warehouse: Warehouse, before: Manifest, after: Manifest, order: Iterable[str]
) -> tuple[moving.Moves | None, str]:
    try:
        then, now = (_customers(warehouse, manifest) for manifest in (before, after))
        customers = then.rows + now.rows
        if customers > MOST_CUSTOMERS:
            return None, (
                f"Both months together have {customers:,} customers. Up to {MOST_CUSTOMERS:,} the page says who moved."
            )
        counts, directions = moving.counts(
            data_of(warehouse, then),
            data_of(warehouse, now),
            _first_purchases(warehouse, after),
            before.as_of_date,
            all(before.settings.get(name) == after.settings.get(name) for name in ("bins", "scoring")),
        )
    except Damaged as error:
        return None, f"Who moved cannot be told. {error}"
    except tables.ERRORS:
        return None, "Who moved cannot be told. The table customer_rfm of one of the months cannot be read."
    return moving.Moves(counts, tuple(order), directions=directions), ""


def _first_purchases(warehouse: Warehouse, report: Manifest) -> tuple[StoredFile, ...]:
    """The files that say when each customer first bought; none where the source cannot say it, or they are too many."""
    found = input_of_source(warehouse, report, "first_purchases")
    return data_of(warehouse, found) if found and found.rows <= MOST_CUSTOMERS else ()


def _customers(warehouse: Warehouse, report: Manifest) -> Manifest:
    found = input_of_month(warehouse, report, "customer_rfm")
    if found is None:
        raise Damaged(f"The table customer_rfm as of {report.as_of} is gone.")
    return found
