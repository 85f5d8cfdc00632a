"""Whether a segment's name fits its customers: what the month found beside what the map says."""

from collections.abc import Mapping, Sequence
from typing import Any

from segmentation.common.formatting import count_of, is_missing, money, name, number
from segmentation.stages.report.facts import Insight, known, share
from segmentation.stages.report.shown import Report

Row = Mapping[str, Any]
NAMED = 6  # more segments than these are counted, not told


def with_claims(segments: Sequence[Row], claims: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows of the segments, each with `misfits`: the claims that do not hold, in the order of the map."""
    broken = sorted((row for row in claims if row["held"] is False), key=lambda row: row["claim_number"])
    return [{**row, "misfits": [one for one in broken if one["segment"] == row["segment"]]} for row in segments]


def does_not_fit(row: Row) -> bool:
    """Whether a claim of the segment does not hold this month."""
    return bool(row.get("misfits"))


def misfit_sentences(row: Row) -> list[str]:
    """What is claimed of a segment and does not hold, with what was found: a sentence for each claim."""
    return [f"Claimed: {one['claim']}. Found: {one['found']}." for one in row.get("misfits", ())]


def found_sentence(report: Report, row: Row) -> str:
    """What the month found of a segment's customers, to stand beside what the map says of it. Empty without any."""
    if not known(row["customers"]):
        return ""
    parts = []
    if not is_missing(row.get("bought_once")):
        parts.append(f"{share(row['bought_once'], row['customers'])} bought once")
        parts.append(f"{share(row['came_back'], row['customers'])} ever came back")
    if known(row["avg_monetary"]) and report.customers and known(report.total_monetary):
        times = float(row["avg_monetary"]) * report.customers / float(report.total_monetary)
        amount = money(row["avg_monetary"], report.currency)
        parts.append(f"{amount} spent on average, {number(times, 1)} times what all did")
    if known(row["avg_recency_days"]):
        parts.append(f"last here {count_of(round(row['avg_recency_days']), 'day')} ago on average")
    return f"Found: {'; '.join(parts)}." if parts else ""


def names_that_do_not_fit(report: Report) -> Insight | None:
    """Which segments have a name that does not fit their customers this month, and why."""
    rows = [row for row in report.segments if does_not_fit(row)]
    if not rows:
        return None
    sentences = []
    for row in rows[:NAMED]:
        one, more = row["misfits"][0], len(row["misfits"]) - 1
        others = f" {count_of(more, 'claim')} more {'does' if more == 1 else 'do'} not hold." if more else ""
        sentences.append(f"{name(row['segment'])}: claimed is that {one['claim']}; found: {one['found']}.{others}")
    if len(rows) > NAMED:
        sentences.append(f"The names of {len(rows) - NAMED} more segments do not fit.")
    sentences.append("Look at what was found before you act on such a name.")
    return Insight("Names that do not fit", tuple(sentences))
