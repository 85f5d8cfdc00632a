"""Counts of a month's customers by the segment they are in and the cell that other edges would give them.

Values, edges and scores are whole hundredths, as the SQL of `30_rfm` has them, so the counts are exact. Before other
edges are tried, the month's own are worked out in the same way and held against its scores: where they differ, nothing
is said. All customers are held in memory while they are counted, so counts go one after the other.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.pages import tables
from segmentation.warehouse.published import Damaged, StoredFile

MOST_CUSTOMERS = 5_000_000
MOST_SEGMENTS = 200
EXACT = 2**53  # sums of whole numbers up to this are exact in the float that numpy adds them in
METRICS = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}
SCORES = ("r_score", "f_score", "m_score")
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Scoring:
    """How scores are cut: the edges of each metric in hundredths, None for exact quantiles."""

    bins: int
    closed: str
    recency: tuple[int, ...] | None
    frequency: tuple[int, ...] | None
    monetary: tuple[int, ...] | None


@dataclass(frozen=True)
class Count:
    """The customers of a segment who have, or would have, a cell, and their spend."""

    segment: str
    cell: str
    customers: int
    spend: Decimal


Counts = tuple[Count, ...]


def hundredths(edges: Sequence[Any]) -> tuple[int, ...]:
    """Edges in hundredths."""
    return tuple(int(Decimal(str(edge)) * 100) for edge in edges)


def counts(files: tuple[StoredFile, ...], own: Scoring | None = None, other: Scoring | None = None) -> Counts:
    """Count by cell: with the scores that customers have, or with those that `other` gives.

    `own` is the scoring that made the month. Raises Damaged or one of tables.ERRORS.
    """
    with _ONE_AT_A_TIME:
        return _counts(files, own, other)


@lru_cache(maxsize=64)
def _counts(files: tuple[StoredFile, ...], own: Scoring | None, other: Scoring | None) -> Counts:
    columns = ["segment", "monetary", *SCORES, *(["recency_days", "frequency"] if other else [])]
    table = tables.read(files, columns)
    if table.num_rows > MOST_CUSTOMERS:
        raise Damaged(f"The month has {table.num_rows:,} customers; up to {MOST_CUSTOMERS:,} are counted here.")
    if any(table[name].null_count for name in columns):
        raise Damaged("The table customer_rfm has rows without a value.")
    cents = _cents(table["monetary"])
    scores = [_whole(table[name]) for name in SCORES]
    if other:
        values = {
            "recency": _whole(table["recency_days"]) * 100,
            "frequency": _whole(table["frequency"]) * 100,
            "monetary": cents,
        }
        if own is None or any(
            (ours != theirs).any() for ours, theirs in zip(_scored(values, own), scores, strict=True)
        ):
            raise Damaged("The scores of this month do not follow from its edges.")
        scores = _scored(values, other)
    return _summed(table["segment"], scores, cents)


def _scored(values: dict[str, Any], scoring: Scoring) -> list[Any]:
    found = []
    for metric, own in values.items():
        edges = getattr(scoring, metric)
        starts = np.array(edges if edges is not None else _quantiles(own, scoring), dtype=np.int64)
        above = np.searchsorted(np.sort(starts + (scoring.closed == "right")), own, side="right")
        found.append(scoring.bins - above if metric == "recency" else 1 + above)
    return found


def _quantiles(values: Any, scoring: Scoring) -> list[int]:
    """Exact quantile edges: as `340_edge_values.sql` has them."""
    if not len(values):
        return [0] * (scoring.bins - 1)
    ordered, found = np.sort(values), []
    for edge in range(1, scoring.bins):
        rank, parts = divmod((len(values) - 1) * edge, scoring.bins)
        low, high = int(ordered[rank]), int(ordered[min(rank + 1, len(values) - 1)])
        up = scoring.bins - 1 if scoring.closed == "left" else 0
        found.append(low + ((high - low) * parts + up) // scoring.bins)
    return found


def _summed(segments: pa.ChunkedArray, scores: list[Any], cents: Any) -> Counts:
    if np.abs(cents.astype(np.float64)).sum() >= EXACT:
        raise Damaged("The spend of this month is too large to be added up here.")
    names = pc.unique(segments)
    if len(names) > MOST_SEGMENTS:
        raise Damaged(f"The table customer_rfm has more than {MOST_SEGMENTS} segments.")
    of = _whole(pc.index_in(segments, value_set=names))
    base = max(int(score.max(initial=1)) for score in scores) + 1
    key = ((of * base + scores[0]) * base + scores[1]) * base + scores[2]
    size = len(names) * base**3
    customers = np.bincount(key, minlength=size)
    spend = np.bincount(key, weights=cents, minlength=size)
    found = []
    for place in np.flatnonzero(customers):
        rest, m = divmod(int(place), base)
        rest, f = divmod(rest, base)
        number, r = divmod(rest, base)
        amount = Decimal(int(spend[place])) / 100
        found.append(Count(str(names[number].as_py()), f"{r}{f}{m}", int(customers[place]), amount))
    return tuple(found)


def _whole(column: pa.ChunkedArray) -> Any:
    return _in_memory(column.cast(pa.int64()), 1)


def _cents(column: pa.ChunkedArray) -> Any:
    """Amounts as whole cents. A decimal of 18 digits lies in the lower half of its 16 bytes."""
    return _in_memory(column.cast(pa.decimal128(18, 2)), 2)


def _in_memory(column: pa.ChunkedArray, words: int) -> Any:
    """Numbers without gaps as numpy has them, where they lie: Arrow's own way loads pandas, which takes a second."""
    parts = [
        np.frombuffer(chunk.buffers()[1], dtype=np.int64)[::words][chunk.offset : chunk.offset + len(chunk)]
        for chunk in column.chunks
        if len(chunk)
    ]
    return np.concatenate(parts) if parts else np.array([], dtype=np.int64)
