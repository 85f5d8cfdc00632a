"""Ranges of raw files, each read by one task: its plain lines become Parquet files, the others are set aside.

The task writes the Parquet files itself, so that no row crosses into the JVM. A file counts only if the task's result
names it: what a task that died or ran twice has written beside is removed by `remove_strays`.
"""

import codecs
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.stages.ingest import plain_lines

# So many bytes of lines are parsed at a time, and so many bytes of rows are gathered before they are written.
BLOCK = 2 << 20
GATHERED = 96 << 20
SMALLEST_RANGE, LARGEST_RANGE = 16 << 20, 512 << 20
PARTITION = "review_year"
DECLINED = pa.schema([("line", pa.binary()), ("file", pa.string())])
# Worth a dictionary: few values. Statistics help only where someone filters.
DICTIONARIES = ["rating", "helpful_vote"]
STATISTICS = ["reviewed_at", "verified_purchase", "rating", "helpful_vote"]


@dataclass(frozen=True)
class Range:
    """The lines of a file that begin at byte `start` or after it and before byte `end`."""

    path: str
    start: int
    end: int


@dataclass(frozen=True)
class Taken:
    """What a task made of a range. files: the Parquet files. rows: in them. declined: lines set aside."""

    files: list[str]
    rows: int
    declined: int


def ranges(paths: list[Path], workers: int) -> list[Range]:
    """Cut files into ranges of about equal size, so that all workers are busy to the end."""
    cut = []
    for path in paths:
        size = path.stat().st_size
        parts = max(-(-size // LARGEST_RANGE), min(4 * workers, size // SMALLEST_RANGE), 1)
        parts = -(-parts // workers) * workers if parts > 1 else 1
        edges = [size * part // parts for part in range(parts + 1)]
        cut += [Range(str(path), start, end) for start, end in itertools.pairwise(edges) if start < end]
    return cut


def take(of: Range, rows_folder: str | None, declined_folder: str) -> Taken:
    """Read a range: write its plain lines below `rows_folder`, if there is one, and set the others aside."""
    name = f"part-{uuid.uuid4().hex}.zstd.parquet"
    writer = _Writer(Path(rows_folder), name) if rows_folder else None
    rows = declined = 0
    aside: pq.ParquetWriter | None = None
    try:
        for block in blocks(of):
            plain = plain_lines.read(block)
            rows += plain.rows.num_rows
            if writer and plain.rows.num_rows:
                writer.add(plain.rows)
            if plain.declined:
                aside = aside or _open(Path(declined_folder) / name, DECLINED)
                file = pa.array([Path(of.path).name] * len(plain.declined), pa.string())
                aside.write_table(pa.table([pa.array(plain.declined, pa.binary()), file], schema=DECLINED))
                declined += len(plain.declined)
        files = writer.close() if writer else []
    finally:
        if aside:
            aside.close()
    return Taken([*files, *([str(Path(declined_folder) / name)] if aside else [])], rows, declined)


def blocks(of: Range) -> Iterator[bytes]:
    """The lines of a range in blocks, each line with a newline at its end, the file's last line too."""
    with open(of.path, "rb") as file:
        place = 0
        if of.start:
            # The line that began before belongs to the range before, unless it ended just there.
            file.seek(of.start - 1)
            place = of.start - 1 + len(file.readline())
        while place < of.end:
            block = file.read(min(BLOCK, of.end - place))
            if not block.endswith(b"\n"):
                block += file.readline()
            if not block:
                raise EOFError(f"{of.path} ended at byte {place}, before byte {of.end}: it has become shorter.")
            if place == 0:
                # A mark of the encoding, which Spark's reader drops as well.
                block = block.removeprefix(codecs.BOM_UTF8)
            place = file.tell()
            yield block if block.endswith(b"\n") else block + b"\n"


def remove_strays(folder: Path, taken: list[Taken]) -> None:
    """Remove the Parquet files below a folder that no result names."""
    named = {path for one in taken for path in one.files}
    for path in folder.rglob("*.parquet"):
        if str(path) not in named:
            path.unlink()


class _Writer:
    """Rows as Parquet files, one for each year, in few large row groups."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.open: dict[int, pq.ParquetWriter] = {}
        self.gathered: list[pa.Table] = []
        self.bytes = 0

    def add(self, rows: pa.Table) -> None:
        self.gathered.append(rows)
        self.bytes += rows.nbytes
        if self.bytes >= GATHERED:
            self._write()

    def close(self) -> list[str]:
        self._write()
        for writer in self.open.values():
            writer.close()
        return [str(self._path(year)) for year in self.open]

    def _path(self, year: int) -> Path:
        return self.folder / f"{PARTITION}={year}" / self.name

    def _write(self) -> None:
        if not self.gathered:
            return
        rows = pa.concat_tables(self.gathered)
        self.gathered, self.bytes = [], 0
        # One stable sort by year and slices of it: each row is copied once, however many years there are.
        years = rows[PARTITION].to_numpy()
        order = np.argsort(years, kind="stable")
        rows = rows.drop_columns([PARTITION]).take(pa.array(order))
        found, starts = np.unique(years[order], return_index=True)
        for year, start, end in zip(found.tolist(), starts, [*starts[1:], len(order)], strict=True):
            if year not in self.open:
                self.open[year] = _open(self._path(year), rows.schema)
            self.open[year].write_table(rows.slice(start, end - start), row_group_size=end - start)


def _open(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=DICTIONARIES, write_statistics=STATISTICS, version="2.6"
    )
