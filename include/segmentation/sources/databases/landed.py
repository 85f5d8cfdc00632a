"""Rows on their way to Parquet in the landing area: bounded memory, groups of rows of one size, a line of progress."""

import contextlib
import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.sources.databases.checksum import RowsChecksum
from segmentation.warehouse.landing import Landing

# How many groups a file has follows from its rows alone, so that their order does not matter. Tasks read groups.
GROUP = 1 << 17
SAYS_EVERY = 5.0


@dataclass(frozen=True)
class Landed:
    """A file of rows. rows, checksum: of what it holds, whatever the order. schema: its columns."""

    path: Path
    rows: int
    checksum: str
    schema: pa.Schema


@dataclass
class Progress:
    """Says every few seconds how many rows have come."""

    report: Callable[[str], None]
    what: str
    rows: int = 0
    began: float = field(default_factory=time.monotonic)
    _said: float = field(default_factory=time.monotonic)

    def add(self, rows: int) -> None:
        """Count rows."""
        self.rows += rows
        now = time.monotonic()
        if now - self._said >= SAYS_EVERY:
            self._said = now
            self.report(f"{self.what}: {self.rows:,} rows so far, {self.rows / (now - self.began):,.0f} a second")


class Lander:
    """Files in the landing area that are ours until the end, and go then. What a killed fetch has left goes at once."""

    def __init__(self, landing: Landing, key: str, progress: Progress) -> None:
        self._landing, self._key, self._progress = landing, key, progress
        self._held: list[tuple[Path, IO[bytes]]] = []
        landing.folder.mkdir(parents=True, exist_ok=True)
        for dead in landing.folder.glob(f"{key}-*.part"):
            landing.remove(dead)

    def land(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Landed:
        """Write rows into a file of their own."""
        path = self._landing.part(f"{self._key}-{uuid.uuid4().hex[:12]}")
        holder = open(path, "xb")  # noqa: SIM115  (held until `close`)
        self._held.append((path, holder))
        fcntl.flock(holder, fcntl.LOCK_EX)
        with contextlib.ExitStack() as closing:
            # Before what they come from is closed, whatever happens here.
            closing.callback(getattr(batches, "close", lambda: None))
            return self._written(batches, schema, path)

    def _written(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> Landed:
        checksum = RowsChecksum()
        # Looking for values that come again takes longer than it saves, but for texts.
        texts = [one.name for one in schema if pa.types.is_string(one.type)]
        with pq.ParquetWriter(
            path, schema, compression="snappy", write_statistics=False, use_dictionary=texts
        ) as writer:
            for group in _groups(self._seen(batches, checksum), schema):
                writer.write_table(group, row_group_size=GROUP)
        return Landed(path, checksum.rows, checksum.hexdigest(), schema)

    def _seen(self, batches: Iterable[pa.RecordBatch], checksum: RowsChecksum) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            checksum.add(batch)
            self._progress.add(batch.num_rows)
            yield batch

    def close(self) -> None:
        """Remove the files."""
        for path, holder in self._held:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            holder.close()
        self._held = []


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows in tables of GROUP rows, the last one with what is left."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        while count + batch.num_rows >= GROUP:
            taken = GROUP - count
            yield pa.Table.from_batches([*waiting, batch.slice(0, taken)], schema)
            batch, waiting, count = batch.slice(taken), [], 0
        if batch.num_rows:
            waiting.append(batch)
            count += batch.num_rows
    if waiting:
        yield pa.Table.from_batches(waiting, schema)
