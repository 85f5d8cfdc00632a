"""A checksum of rows that does not depend on their order: the sum of a hash of each row, 128 bits wide.

The hash of a row is made of its values as they lie in Arrow's buffers, column by column: whole columns at once, because
millions of rows come by. It is our own, so that it stays the same when a library changes its. It tells accidents from
equal rows; who may write to the database needs no trick to hide a change from us.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

_SEEDS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
# Odd, so that it has an inverse modulo 2^64.
_BASE = 0xD6E8FEB86659FD93
_NULL = np.uint64(0x6A09E667F3BCC909)
_WHOLE = 2**64
# So much is looked at at once, to stay within the processor's cache.
ROWS, BYTES = 65_536, 4_000_000


def _mixed(values: np.ndarray) -> np.ndarray:
    """Each bit of a value moved to all places (the end of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_LETTERS = _mixed(np.arange(1, 257, dtype=np.uint64) * np.uint64(_SEEDS[0]))


@dataclass
class RowsChecksum:
    """Takes batches of the same columns. Equal for equal multisets of rows, whatever their order and batches."""

    rows: int = 0
    _sums: list[int] = field(default_factory=lambda: [0, 0])
    _powers: list[np.ndarray] = field(default_factory=list)

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the rows of a batch."""
        step = max(1, min(ROWS, BYTES * batch.num_rows // max(1, batch.nbytes)))
        for start in range(0, batch.num_rows, step):
            self._add(batch.slice(start, step))

    def _add(self, batch: pa.RecordBatch) -> None:
        found = np.zeros(batch.num_rows, dtype=np.uint64)
        for number, column in enumerate(batch.columns):
            found = _mixed(found * np.uint64(_BASE) + self._hashes(column) + np.uint64(number + 1))
        for place, seed in enumerate(_SEEDS):
            self._sums[place] = (self._sums[place] + int(_mixed(found ^ np.uint64(seed)).sum(dtype=np.uint64))) % _WHOLE
        self.rows += batch.num_rows

    def hexdigest(self) -> str:
        """The checksum as 32 digits."""
        return "".join(f"{one:016x}" for one in self._sums)

    def _hashes(self, column: pa.Array) -> np.ndarray:
        kind = column.type
        if pa.types.is_string(kind):
            # Most texts of orders come again.
            encoded = column.dictionary_encode()
            found = (
                self._of_texts(encoded.dictionary)[encoded.indices.fill_null(0).to_numpy()]
                if len(encoded.dictionary)
                else np.zeros(len(column), dtype=np.uint64)
            )
        elif pa.types.is_null(kind):
            found = np.zeros(len(column), dtype=np.uint64)
        else:
            found = _of_numbers(column)
        if column.null_count:
            found[column.is_null().to_numpy(zero_copy_only=False)] = _NULL
        return found

    def _of_texts(self, column: pa.Array) -> np.ndarray:
        """The bytes of each text as the digits of a number modulo 2^64, from sums over all of them."""
        offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)[column.offset : column.offset + len(column) + 1]
        first, last = int(offsets[0]), int(offsets[-1])
        starts, ends = offsets[:-1] - first, offsets[1:] - first
        size = last - first
        sums = np.zeros(size + 1, dtype=np.uint64)
        if size:
            letters = np.frombuffer(column.buffers()[2], dtype=np.uint8)[first:last]
            powers, inverse = self._up_to(size)
            np.cumsum(_LETTERS[letters] * powers[:size], out=sums[1:])
        else:
            _, inverse = self._up_to(1)
        lengths = (ends - starts).astype(np.uint64)
        return (sums[ends] - sums[starts]) * inverse[starts] + lengths * np.uint64(_SEEDS[0])

    def _up_to(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """The powers of the base and of its inverse, kept for the next column."""
        if not self._powers or len(self._powers[0]) <= size:
            count = max(1 << 16, 2 * size)
            self._powers = [_powers(_BASE, count), _powers(pow(_BASE, -1, _WHOLE), count)]
        return self._powers[0], self._powers[1]


def _powers(base: int, count: int) -> np.ndarray:
    steps = np.full(count, base, dtype=np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _of_numbers(column: pa.Array) -> np.ndarray:
    """The values of a column of fixed width, 8 bytes each."""
    kind = column.type
    if pa.types.is_decimal128(kind):
        lanes = np.frombuffer(column.buffers()[1], dtype=np.uint64)
        lanes = lanes[2 * column.offset : 2 * (column.offset + len(column))]
        return _mixed(lanes[0::2]) + lanes[1::2]
    if pa.types.is_floating(kind):
        numbers = column.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False) + 0.0
        # Zero has two signs, and NaN many bits.
        return np.where(np.isnan(numbers), np.nan, np.where(numbers == 0, 0.0, numbers)).view(np.uint64)
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_date32(kind) or pa.types.is_time32(kind):
        column = column.cast(pa.int32())
    elif not pa.types.is_integer(kind):
        column = column.cast(pa.int64())
    return column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64).copy()
