"""The plain lines of a reviews file: those that Arrow's JSON parser reads just as `include/sql/10_ingest` does, sooner.

Arrow's parser is strict: a value of another type, a key that comes twice or a stray comma is an error. What it reads
is checked again here by the conditions of `110_review_lines.sql`. Every line in doubt is declined: the SQL reads it,
and says why it is refused if it is. So which lines are plain decides how soon a row is made, never which row.

Only bytes, numpy and Arrow here, so that it runs in a Spark task as well as on the driver.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

FIELDS = pa.schema(
    [
        ("rating", pa.float64()), ("title", pa.string()), ("text", pa.string()), ("asin", pa.string()),
        ("parent_asin", pa.string()), ("user_id", pa.string()), ("timestamp", pa.int64()),
        ("helpful_vote", pa.int64()), ("verified_purchase", pa.bool_()),
    ]
)  # fmt: skip
# As Spark writes them: in the order of the dataset, and never null where the SQL leaves no null.
COLUMNS = pa.schema(
    [
        pa.field("rating", pa.float64()), pa.field("title", pa.string()), pa.field("text", pa.string()),
        pa.field("asin", pa.string()), pa.field("parent_asin", pa.string()), pa.field("user_id", pa.string()),
        pa.field("reviewed_at", pa.timestamp("us", "UTC")), pa.field("helpful_vote", pa.int64(), nullable=False),
        pa.field("verified_purchase", pa.bool_(), nullable=False), pa.field("review_year", pa.int32()),
    ]
)  # fmt: skip
LAST_MILLISECOND = 4_102_444_799_999
# Where Spark's parser gives up, Arrow's does not: beyond 1,000 levels, and numbers of more than 1,000 digits.
LONGEST = 16_000
LONG_ENOUGH_TO_BE_DEEP = 2_000
MOST_BRACKETS = 900
STRIDE = 128
# Arrow is quickest on pieces that fit the processor's cache.
PIECE = 1 << 20
# A bad line is found by halving. So many failed halves, and the rest of the block is declined.
MOST_FAILURES = 200
NEWLINE, RETURN, OPENED, CLOSED = b"\n\r{}"


@dataclass(frozen=True)
class Plain:
    """What a block of lines holds. rows: COLUMNS, in the order of the lines. declined: all other lines, as they are."""

    rows: pa.Table
    declined: list[bytes]


def read(block: bytes) -> Plain:
    """Read a block of whole lines, each ended by a newline."""
    buffer = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(buffer == NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    in_doubt = _looks_odd(block, buffer, starts, ends)
    read = _Reader(block, starts, ends).tables(np.flatnonzero(~in_doubt))
    is_plain = np.zeros(len(ends), dtype=bool)
    tables = [COLUMNS.empty_table()]
    for table, numbers in read:
        accepted = _is_accepted(table)
        is_plain[numbers[accepted]] = True
        tables.append(_as_columns(table if accepted.all() else table.filter(pa.array(accepted))))
    declined = [block[starts[number] : ends[number]] for number in np.flatnonzero(~is_plain)]
    return Plain(pa.concat_tables(tables), declined)


def _looks_odd(block: bytes, buffer: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Which lines could mean one thing to Arrow and another to Spark, or make two rows, or none."""
    last = buffer[ends - 1]
    last = np.where(last == RETURN, buffer[ends - 2], last)
    length = ends - starts
    # With an object's first and last sign on each line, as many rows as lines are one row from each.
    odd = (buffer[starts] != OPENED) | (last != CLOSED) | (length > LONGEST)
    for number in np.flatnonzero((length > LONG_ENOUGH_TO_BE_DEEP) & ~odd):
        line = block[starts[number] : ends[number]]
        odd[number] = line.count(b"[") + line.count(b"{") > MOST_BRACKETS
    for place in [*_infinities(block), *_long_numbers(block, buffer)]:
        odd[np.searchsorted(ends, place)] = True
    if not _is_utf8(block):
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            odd[place] |= not _is_utf8(block[start:end])
    return odd


def _infinities(block: bytes) -> list[int]:
    """Where a value may stand that is no number and that the two parsers spell differently."""
    found = []
    for word in (b"NaN", b"Inf"):
        place = block.find(word)
        while place >= 0:
            # Infrared and Information are words; Infinity may be a value.
            if block[place + 3 : place + 4] not in b"abcdefghjklmnopqrstuvwxyz" or word == b"NaN":
                found.append(place)
            place = block.find(word, place + 3)
    return found


def _long_numbers(block: bytes, buffer: np.ndarray) -> list[int]:
    """Where there are so many digits in a row that Spark's parser might find the number too long."""
    sampled = buffer[::STRIDE]
    is_digit = (sampled >= ord("0")) & (sampled <= ord("9"))
    places = np.flatnonzero(is_digit[:-1] & is_digit[1:]) * STRIDE
    return [int(place) for place in places if block[place : place + STRIDE].isdigit()]


def _is_utf8(text: bytes) -> bool:
    offsets = pa.py_buffer(np.array([0, len(text)], dtype=np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(text)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


class _Reader:
    """Parses lines of a block; where that fails, halves of them."""

    def __init__(self, block: bytes, starts: np.ndarray, ends: np.ndarray) -> None:
        self.block = block
        self.starts = starts
        self.ends = ends
        self.failures = 0

    def tables(self, numbers: np.ndarray) -> list[tuple[pa.Table, np.ndarray]]:
        """The rows of the lines with these numbers that can be parsed, each table with the numbers of its lines."""
        if not len(numbers) or self.failures > MOST_FAILURES:
            return []
        table = self._parsed(numbers)
        if table is not None:
            return [(table, numbers)]
        self.failures += 1
        if len(numbers) == 1:
            return []
        half = len(numbers) // 2
        return self.tables(numbers[:half]) + self.tables(numbers[half:])

    def _parsed(self, numbers: np.ndarray) -> pa.Table | None:
        first, last = numbers[0], numbers[-1]
        lines: bytes | memoryview
        if last - first + 1 == len(numbers):
            lines = memoryview(self.block)[self.starts[first] : self.ends[last] + 1]
        else:
            lines = b"".join(self.block[self.starts[number] : self.ends[number] + 1] for number in numbers)
        try:
            table = json.read_json(
                pa.BufferReader(lines),
                read_options=json.ReadOptions(use_threads=False, block_size=PIECE),
                parse_options=json.ParseOptions(explicit_schema=FIELDS, unexpected_field_behavior="ignore"),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == len(numbers) else None


def _is_accepted(table: pa.Table) -> np.ndarray:
    """Whether 110_review_lines.sql would accept each row: one boolean for each."""
    accepted = pc.and_(_between(table["timestamp"], 0, LAST_MILLISECOND), _between(table["rating"], 0, 5))
    for name in ("user_id", "parent_asin"):
        # An id that starts like this was not a text, perhaps; an empty one is none.
        is_id = pc.invert(pc.match_substring_regex(table[name], r"\A(?:[{\[]|\z)"))
        accepted = pc.and_(accepted, pc.fill_null(is_id, False))
    return accepted.to_numpy(zero_copy_only=False)


def _between(values: pa.ChunkedArray, low: int, high: int) -> pa.ChunkedArray:
    inside = pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high))
    return pc.fill_null(inside, False)


def _as_columns(table: pa.Table) -> pa.Table:
    """Accepted rows as 130_reviews.sql types them."""
    local = table["timestamp"].cast(pa.timestamp("ms"))
    made = {
        "reviewed_at": table["timestamp"].cast(pa.timestamp("ms", "UTC")),
        "helpful_vote": pc.fill_null(table["helpful_vote"], 0),
        "verified_purchase": pc.fill_null(table["verified_purchase"], False),
        "review_year": pc.year(local),
    }
    arrays = [made[name] if name in made else table[name] for name in COLUMNS.names]
    return pa.table([array.cast(kind) for array, kind in zip(arrays, COLUMNS.types, strict=True)], schema=COLUMNS)
