"""Whether customers rose or fell between two months, and who of those who came had been there before."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

SCORES = ("r_score", "f_score", "m_score")


@dataclass(frozen=True)
class Directions:
    """Of those who changed their segment: with a higher sum of scores, a lower one, the same; None where the months do
    not say it. returned: of those in the later month only, who had bought before the earlier one; None likewise.
    """

    rose: int | None = None
    fell: int | None = None
    level: int | None = None
    returned: int | None = None


def directions(
    before: pa.Table, after: pa.Table, place: pa.ChunkedArray, first: pa.Table | None, then: date | None
) -> Directions:
    """Count them over all customers of both months, as the report's `segment_movement` does.

    before, after: user_id, segment and, where they are known, SCORES. place: where each customer of `before` is in
    `after`, null for who is gone. first: user_id and first_day of all customers of
    the later month. then: the earlier month's as-of date.
    """
    rose, fell, level = _moved(before, after, place) if _both_scored(before, after) else (None, None, None)
    return Directions(rose, fell, level, _returned(before, after, first, then))


def _both_scored(before: pa.Table, after: pa.Table) -> bool:
    return all(set(SCORES) <= set(table.column_names) for table in (before, after))


def _moved(before: pa.Table, after: pa.Table, place: pa.ChunkedArray) -> tuple[int, int, int]:
    difference = pc.subtract(pc.take(_sums(after), place), _sums(before))
    other = pc.not_equal(pc.take(after["segment"], place), before["segment"])  # null for who is gone
    signs = pc.sign(pc.filter(difference, pc.fill_null(other, False)))
    return tuple(pc.sum(pc.equal(signs, sign)).as_py() or 0 for sign in (1, -1, 0))  # type: ignore[return-value]


def _sums(table: pa.Table) -> pa.ChunkedArray:
    recency, frequency, monetary = (table[name].cast(pa.int64()) for name in SCORES)
    return pc.add(pc.add(recency, frequency), monetary)


def _returned(before: pa.Table, after: pa.Table, first: pa.Table | None, then: date | None) -> int | None:
    if first is None or then is None:
        return None
    came = pc.filter(after["user_id"], pc.invert(pc.is_in(after["user_id"], value_set=before["user_id"])))
    place = pc.index_in(came, value_set=first["user_id"].cast(pa.large_string()))
    return pc.sum(pc.less(pc.take(first["first_day"], place), pa.scalar(then, pa.date32()))).as_py() or 0
