"""The checksum of rows: equal for equal rows in any order and any batches, another for other rows."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.sources.databases import checksum
from segmentation.sources.databases.checksum import RowsChecksum

pytestmark = pytest.mark.slow

SCHEMA = pa.schema(
    [("id", pa.string()), ("n", pa.int64()), ("d", pa.decimal128(12, 2)), ("f", pa.float64()), ("b", pa.bool_()),
     ("t", pa.timestamp("us", "UTC")), ("day", pa.date32())]
)  # fmt: skip
ROW = st.tuples(
    st.none() | st.text(max_size=4), st.none() | st.integers(-5, 5), st.none() | st.decimals(-9, 9, places=2),
    st.none() | st.floats(allow_nan=False, width=32), st.none() | st.booleans(), st.none() | st.integers(0, 3),
    st.none() | st.integers(0, 3),
)  # fmt: skip


def of(rows: list[tuple], step: int = 1000, offset: int = 0) -> str:
    found = RowsChecksum()
    whole = pa.table([pa.array([row[place] for row in [rows[0], *rows]], field.type)
                      for place, field in enumerate(SCHEMA)], SCHEMA) if rows else SCHEMA.empty_table()  # fmt: skip
    # The first row is cut off again, so that the columns begin in the middle of their buffers.
    for batch in whole.slice(1).combine_chunks().to_batches(max_chunksize=step):
        found.add(batch)
    assert found.rows == len(rows)
    return found.hexdigest()


@given(st.lists(ROW, max_size=12), st.randoms(), st.integers(1, 5))
def test_order_and_batches_do_not_matter(rows: list[tuple], dice, step: int) -> None:
    mixed = list(rows)
    dice.shuffle(mixed)
    assert of(rows) == of(mixed, step)


@given(st.lists(ROW, max_size=8), st.lists(ROW, max_size=8))
def test_other_rows_have_another_checksum(one: list[tuple], other: list[tuple]) -> None:
    def canonical(rows: list[tuple]) -> list[str]:
        return sorted(repr([value + 0.0 if isinstance(value, float) else value for value in row]) for row in rows)

    def plain(rows: list[tuple]) -> list[str]:
        table = pa.table([pa.array([row[place] for row in rows], field.type) for place, field in enumerate(SCHEMA)],
                         SCHEMA)  # fmt: skip
        return canonical([tuple(row.values()) for row in table.to_pylist()])

    assert (of(one) == of(other)) == (plain(one) == plain(other))


def test_a_value_is_not_taken_for_its_neighbour() -> None:
    row = ("a", 1, Decimal(1), 1.0, True, 1, 1)
    pairs = [[("a", "bc"), ("ab", "c")], [("a", None), (None, "a")], [("", None), (None, "")], [("a", "b"), ("b", "a")]]
    for one, other in pairs:
        tables = [pa.record_batch([pa.array([first]), pa.array([second], pa.string())], ["x", "y"])
                  for first, second in (one, other)]  # fmt: skip
        found = [RowsChecksum(), RowsChecksum()]
        for each, table in zip(found, tables, strict=True):
            each.add(table.cast(pa.schema([("x", pa.string()), ("y", pa.string())])))
        assert found[0].hexdigest() != found[1].hexdigest()
    # A pair of equal rows does not cancel itself out.
    assert len({of([]), of([row]), of([row] * 2), of([row] * 3)}) == 4


def test_it_is_the_same_in_every_release() -> None:
    assert of([("Tee", 1, Decimal("2.50"), 0.5, True, 3, 4), (None,) * 7]) == "48e2ac1c6890fa66904eb63a63fd9e04"


@pytest.mark.parametrize("texts", [200_000, 3])
def test_large_batches_are_taken_in_pieces(texts: int, monkeypatch) -> None:
    column = pa.array([f"customer {number % texts}" for number in range(200_000)])
    batch = pa.record_batch([column, pa.array(np.arange(200_000))], ["id", "n"])
    whole, pieces = RowsChecksum(), RowsChecksum()
    whole.add(batch)
    monkeypatch.setattr(checksum, "ROWS", 777)
    pieces.add(batch)
    assert whole.hexdigest() == pieces.hexdigest()
