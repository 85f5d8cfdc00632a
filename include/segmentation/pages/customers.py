"""One customer of a shop: what each month says of them, what they bought in the window, and in which lists they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from segmentation.pages import edges, listing, lookup, tables
from segmentation.pages.edges import METRICS, Step
from segmentation.pages.purchases import Purchase, purchases_of
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import Damaged, data_of, input_of_month, remembered
from segmentation.warehouse.versions import Warehouse

MONTHS_AT_FIRST, MOST_MONTHS = 12, 60
MOST_ALIKE = 50
VALUES = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}
SCORES = {"recency": "r_score", "frequency": "f_score", "monetary": "m_score"}
RFM_COLUMNS = [*VALUES.values(), *SCORES.values(), "rfm_score", "segment"]
CLUSTER_COLUMNS = ["cluster", "cluster_label"]
EDGE_COLUMNS = {
    "metric": pa.string(),
    "score": pa.int32(),
    "lower": pa.decimal128(18, 2),
    "upper": pa.decimal128(18, 2),
}
COUNTED = {
    "orders": {"orders": "orders", "days": "days with an order", "lines": "order lines"},
    "reviews": {"days": "days with a purchase", "lines": "purchases"},
}


@dataclass(frozen=True)
class Metric:
    """A value of a month: what it is, its score, and the steps to the next scores."""

    name: str
    value: Decimal
    score: int
    steps: tuple[Step, ...] = ()

    def after(self, step: Step) -> Decimal:
        """The value at which a step is done."""
        return self.value + step.by


@dataclass(frozen=True)
class Visit:
    """What a month says of a customer. Without metrics they were no customer of its window."""

    month: listing.Month
    metrics: tuple[Metric, ...] = ()
    score: str = ""
    segment: str = ""
    cluster: str = ""
    has_edges: bool = True
    counted: str = ""


@dataclass(frozen=True)
class Found:
    """A customer. lists: (name of the list, of the month of) those they are in. purchases: the newest first.

    of: the month that lists and purchases are of: the last one in which they are a customer. window_start: its first
    day. missing: a sentence for each thing that cannot be told.
    """

    user_id: str
    visits: list[Visit]
    of: listing.Month
    lists: list[str]
    purchases: list[Purchase]
    window_start: str
    missing: list[str] = field(default_factory=list)
    more_months: int = 0
    sentences: list[str] = field(default_factory=list)


def find(warehouse: Warehouse, shop: str, user_id: str, all_months: bool = False) -> Found | None:
    """A customer by their id, looked for in the last months of a shop; None where none of these months has them.

    Looks at 12 months, unless all 60 are asked for. One who is in none of the 12 is looked for in all.
    """
    months = _months(warehouse, shop)
    missing: list[str] = []
    first = MOST_MONTHS if all_months else MONTHS_AT_FIRST
    visits = [_visit(warehouse, month, user_id, missing) for month in months[:first]]
    if not any(visit.metrics for visit in visits):
        visits += [_visit(warehouse, month, user_id, missing) for month in months[first:MOST_MONTHS]]
    last = next((visit for visit in visits if visit.metrics), None)
    if last is None:
        return None
    report = remembered(warehouse, "report", last.month.version, last.month.as_of)
    rfm = _rfm(warehouse, report) if report else None
    lists = _told("In which lists they are", missing, lambda: _lists(warehouse, report, user_id, last.segment))
    purchases = _told("What they bought", missing, lambda: purchases_of(warehouse, last.month, rfm, user_id))
    return Found(
        user_id=user_id,
        visits=visits,
        of=last.month,
        lists=lists,
        purchases=purchases,
        window_start=str(rfm.settings.get("window_start", "")) if rfm else "",
        missing=list(dict.fromkeys(missing)),
        more_months=max(0, min(len(months), MOST_MONTHS) - len(visits)),
        sentences=_sentences(last),
    )


def alike(warehouse: Warehouse, shop: str, start: str) -> list[str]:
    """The first ids of the current month that begin with a text, and one more than 50 where there are more."""
    for month in _months(warehouse, shop)[:1]:
        report = remembered(warehouse, "report", month.version, month.as_of)
        rfm = input_of_month(warehouse, report, "customer_rfm") if report else None
        return lookup.beginning_with(data_of(warehouse, rfm), start, MOST_ALIKE) if rfm else []
    return []


def _months(warehouse: Warehouse, shop: str) -> list[listing.Month]:
    found = listing.listing(warehouse, [shop]).shops
    return found[0].months if found else []


def _visit(warehouse: Warehouse, month: listing.Month, user_id: str, missing: list[str]) -> Visit:
    try:
        report = remembered(warehouse, "report", month.version, month.as_of)
        rfm = _rfm(warehouse, report) if report else None
        if report is None or rfm is None:
            raise Damaged(f"The table customer_rfm as of {month.as_of} is gone.")
        rows = lookup.rows_of(data_of(warehouse, rfm), user_id, RFM_COLUMNS)
        if not rows:
            return Visit(month)
        bins = _bins(warehouse, report)
        return Visit(
            month=month,
            metrics=tuple(_metric(name, rows[0], bins, rfm) for name in METRICS),
            score=str(rows[0]["rfm_score"]),
            segment=str(rows[0]["segment"]),
            cluster=_cluster(warehouse, report, user_id),
            has_edges=_closed(rfm) != "" and bool(bins),
            counted=_counted(rfm),
        )
    except Damaged as error:
        missing.append(f"The month as of {month.as_of} cannot be told. {error}")
    except tables.ERRORS:
        missing.append(f"The month as of {month.as_of} cannot be told. A table of it cannot be read.")
    return Visit(month)


def _rfm(warehouse: Warehouse, report: Manifest) -> Manifest | None:
    """The month's customers, with the settings that their values and scores follow from, which may be of an input."""
    rfm = input_of_month(warehouse, report, "customer_rfm")
    scored = input_of_month(warehouse, rfm, "customer_scores") if rfm else None
    return replace(rfm, settings={**scored.settings, **rfm.settings}) if rfm and scored else rfm


def _metric(name: str, row: Mapping[str, Any], bins: tables.Rows, rfm: Manifest) -> Metric:
    value, score = Decimal(row[VALUES[name]]), int(row[SCORES[name]])
    own = [one for one in bins if one["metric"] == name]
    closed = _closed(rfm)
    return Metric(name, value, score, tuple(edges.steps(name, value, score, own, closed)) if closed else ())


def _closed(rfm: Manifest) -> str:
    """On which side bins are closed; empty where scores do not come from edges."""
    return str(rfm.settings.get("bins_closed", ""))


def _counted(rfm: Manifest) -> str:
    kind = "orders" if "time_zone" in rfm.settings else "reviews"
    return COUNTED[kind].get(str(rfm.settings.get("frequency_counts")), "orders")


def _bins(warehouse: Warehouse, report: Manifest) -> tables.Rows:
    found = input_of_month(warehouse, report, "rfm_edges")
    return tables.rows(data_of(warehouse, found), EDGE_COLUMNS) if found else ()


def _cluster(warehouse: Warehouse, report: Manifest, user_id: str) -> str:
    found = input_of_month(warehouse, report, "customer_clusters")
    rows = lookup.rows_of(data_of(warehouse, found), user_id, CLUSTER_COLUMNS) if found else []
    return str(rows[0]["cluster_label"]) if rows else ""


def _sentences(visit: Visit) -> list[str]:
    return [
        sentence
        for metric in visit.metrics
        for sentence in edges.sentences(metric.name, metric.steps, visit.month.currency, visit.counted)
    ]


def _told(what: str, missing: list[str], tell: Any) -> list[Any]:
    """What can be told, or a sentence that it cannot."""
    try:
        return list(tell())
    except Damaged as error:
        missing.append(f"{what} cannot be told. {error}")
    except tables.ERRORS:
        missing.append(f"{what} cannot be told. A table cannot be read.")
    return []


def _lists(warehouse: Warehouse, report: Manifest | None, user_id: str, segment: str) -> list[str]:
    exports = input_of_month(warehouse, report, "exports") if report else None
    if exports is None:
        raise Damaged("The lists of this month are gone.")
    found = lookup.has(data_of(warehouse, exports), user_id, segment=segment)
    return sorted(PurePosixPath(stored.name).stem for stored in found)
