"""Who moved from which segment to which between two months, counted over all customers of both."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.formatting import count_of, name, percent
from segmentation.pages import tables
from segmentation.pages.directions import SCORES, Directions, directions
from segmentation.warehouse.published import Damaged, StoredFile

NEW, GONE = "new", "gone"
LARGEST = 8  # moves in words
SHADES = 10
MOST_SEGMENTS = 200
Counts = tuple[tuple[str | None, str | None, int], ...]

# Each count holds both months' customers in memory, so they go one after the other.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Cell:
    """A cell of the heat table. shade: 0 to SHADES, by the share of those who were in the row's segment."""

    customers: int
    shade: int
    stayed: bool


@dataclass(frozen=True)
class Moves:
    """counts: (segment then or None, segment now or None, customers), and the order to show the segments in.

    words: what they did, and what they were, in a sentence. directions: who rose, fell and returned, where it is known.
    """

    counts: Counts
    order: tuple[str, ...]
    words: tuple[str, str] = ("moved", "were")
    directions: Directions = Directions()

    @cached_property
    def _by_pair(self) -> dict[tuple[str | None, str | None], int]:
        return {(then, now): customers for then, now, customers in self.counts}

    def _sum(self, wanted: Callable[[str | None, str | None], bool]) -> int:
        return sum(customers for then, now, customers in self.counts if wanted(then, now))

    @property
    def totals(self) -> list[tuple[str, int]]:
        """How many stayed, moved, came and left, and how, where it is known."""
        moved = self._sum(lambda then, now: None not in (then, now) and then != now)
        came, ways = self._sum(lambda then, now: then is None), self.directions
        parts = [("Stayed in their segment", self._sum(lambda then, now: then == now))]
        if ways.rose is None or ways.fell is None:
            parts.append(("Moved to another", moved))
        else:
            parts += [("Rose: to another, with higher scores", ways.rose), ("Fell: with lower scores", ways.fell)]
            parts += [("Moved: with the same scores in sum", ways.level)] if ways.level else []
        if ways.returned is None:
            parts.append(("New: in the later month only", came))
        else:
            parts += [("Returned: bought before, and again", ways.returned), ("New", came - ways.returned)]
        return [*parts, ("Gone: in the earlier month only", self._sum(lambda then, now: now is None))]

    @property
    def columns(self) -> list[str | None]:
        """The segments now that have customers, in order; None for those who are gone."""
        return self._present(1)

    @property
    def table(self) -> list[tuple[str | None, int, list[Cell]]]:
        """The heat table: (segment then, all who were in it, a cell for each of `columns`)."""
        rows = []
        for then in self._present(0):
            cells = [self._by_pair.get((then, now), 0) for now in self.columns]
            rows.append((then, sum(cells), [self._cell(then, now, sum(cells)) for now in self.columns]))
        return rows

    def _cell(self, then: str | None, now: str | None, whole: int) -> Cell:
        customers = self._by_pair.get((then, now), 0)
        # Rounded up, so that a cell with anyone in it is never blank.
        return Cell(customers, -(-SHADES * customers // whole) if whole else 0, then is not None and then == now)

    def _present(self, side: int) -> list[str | None]:
        found = {pair[side] for pair in self._by_pair}
        named = [segment for segment in self.order if segment in found]
        named += sorted({segment for segment in found if segment is not None} - set(named))
        return [*named, None] if None in found else [*named]

    @property
    def sentences(self) -> list[str]:
        """The largest moves between segments, largest first."""
        moved = [(then, now, n) for then, now, n in self.counts if then is not None and now is not None and then != now]
        moved.sort(key=lambda move: (-move[2], move[0], move[1]))
        return [self._sentence(*move) for move in moved[:LARGEST]]

    def _sentence(self, then: str, now: str, customers: int) -> str:
        whole = self._sum(lambda segment, _: segment == then)
        return (
            f"{count_of(customers, 'customer')} {self.words[0]} from {name(then)} to {name(now)}: "
            f"{percent(customers, whole)} of those who {self.words[1]} in {name(then)}."
        )


def counts(
    then: tuple[StoredFile, ...],
    now: tuple[StoredFile, ...],
    first: tuple[StoredFile, ...] = (),
    day: date | None = None,
    same_scores: bool = True,
) -> tuple[Counts, Directions]:
    """Count the customers of two versions of `customer_rfm` by their segments, and who rose, fell and returned.

    first: the later month's `first_purchases`; without, it is not told who returned. day: the earlier month's as-of
    date. same_scores: whether a score means the same in both. Raises Damaged or tables.ERRORS.
    """
    with _ONE_AT_A_TIME:
        return _counts(then, now, first, day, same_scores)


@lru_cache(maxsize=64)
def _counts(
    then: tuple[StoredFile, ...],
    now: tuple[StoredFile, ...],
    first: tuple[StoredFile, ...],
    day: date | None,
    same_scores: bool,
) -> tuple[Counts, Directions]:
    before, after = _customers(then, same_scores), _customers(now, same_scores)
    days = tables.read(first, ["user_id", "first_day"]).combine_chunks() if first else None
    place = pc.index_in(before["user_id"], value_set=after["user_id"])
    return _by_segments(before, after, place), directions(before, after, place, days, day)


def _by_segments(before: pa.Table, after: pa.Table, place: pa.ChunkedArray) -> Counts:
    names = pc.unique(pa.chunked_array([*before["segment"].chunks, *after["segment"].chunks], pa.large_string()))
    if len(names) > MOST_SEGMENTS:
        raise Damaged(f"The table customer_rfm has more than {MOST_SEGMENTS} segments.")
    # The number of each customer's segment then, and now: null for those who are gone.
    was = pc.index_in(before["segment"], value_set=names)
    becomes = pc.take(pc.index_in(after["segment"], value_set=names), place)
    named = dict(enumerate(names.to_pylist()))
    # A segment at a time. Grouping a table is one step, but makes Arrow load pandas, which takes two seconds.
    found = {
        (named[number.as_py()], named.get(now)): customers
        for number in pc.unique(was)
        for now, customers in _tally(pc.filter(becomes, pc.equal(was, number)))
    }
    stayed: dict[str | None, int] = {}
    for (_, segment), customers in found.items():
        stayed[segment] = stayed.get(segment, 0) + customers
    came = {(None, segment): customers - stayed.get(segment, 0) for segment, customers in _tally(after["segment"])}
    return tuple((*pair, customers) for pair, customers in (found | came).items() if customers)


def _customers(files: tuple[StoredFile, ...], scored: bool) -> pa.Table:
    names = ["user_id", "segment"]
    table = tables.read(files, [*names, *SCORES] if scored and set(SCORES) <= tables.columns(files) else names)
    # Large strings, because the ids of millions of customers pass the 2 GB that a plain column of text can hold.
    wide = [pa.field(name, pa.large_string() if name in names else pa.int32()) for name in table.column_names]
    table = table.cast(pa.schema(wide)).combine_chunks()
    if table["segment"].null_count or table["user_id"].null_count:
        raise Damaged("The table customer_rfm has rows without a customer or a segment.")
    return table


def _tally(values: pa.ChunkedArray) -> list[tuple[Any, int]]:
    return [(row["values"], row["counts"]) for row in pc.value_counts(values).to_pylist()]
