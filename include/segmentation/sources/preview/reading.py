"""The user's files read once for a preview: their lines into the engine, and what is seen of their cells on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segmentation.sources import orders
from segmentation.sources.order_files import OrderFile
from segmentation.sources.order_lines import cells
from segmentation.sources.order_lines.amounts import decimal_sign, read_number
from segmentation.sources.order_lines.constants import constants
from segmentation.sources.order_lines.lines import SCHEMA, Lines
from segmentation.sources.order_lines.rows import Chunk
from segmentation.sources.preview.engine import Engine

# How the cells of a column are looked at for an example; the first chunk of a file says what the others hold.
LOOKED_AT = 2_000
NUMBERS = ("amount", "quantity", "unit_price", "refunded")


@dataclass
class Seen:
    """What the cells hold. examples: the first cell that is not empty, by column. settled_by: an amount that can be
    read with the decimal sign only. zoned, timed: how many times were looked at, how many of them name a zone."""

    mapping: dict[str, Any]
    examples: dict[str, str] = field(default_factory=dict)
    settled_by: str | None = None
    zoned: int = 0
    timed: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    blank: dict[str, int] = field(default_factory=dict)
    blank_amounts: bool = False
    _looked_at: set[str] = field(default_factory=set)

    def see(self, file: str, chunk: Chunk, lines: Lines) -> None:
        """Take note of a chunk."""
        self.lines[file] = self.lines.get(file, 0) + len(chunk.places) + len(chunk.broken)
        self.blank[file] = self.blank.get(file, 0) + chunk.blank
        for name in lines.wanted:
            if name not in self.examples:
                texts = _texts(chunk.columns[name])
                if texts:
                    self.examples[name] = texts[0]
        if self.settled_by is None and self.mapping["decimal"]:
            self._see_decimal(chunk)
        if file not in self._looked_at:
            self._looked_at.add(file)
            self._see_zones(chunk, lines)

    def _see_decimal(self, chunk: Chunk) -> None:
        for key in NUMBERS:
            name = self.mapping["columns"].get(key)
            if name is not None and not pa.types.is_floating(chunk.columns[name].type):
                texts = cells.texts(chunk.columns[name].slice(0, LOOKED_AT))
                for text in pc.unique(texts.filter(pc.match_substring_regex(texts, "[.,]"))).to_pylist():
                    if text and decimal_sign(text) == self.mapping["decimal"]:
                        self.settled_by = text
                        return

    def _see_zones(self, chunk: Chunk, lines: Lines) -> None:
        """How many of a file's first times name their zone."""
        if len(lines.columns["time"]) > 1 or pa.types.is_temporal(chunk.columns[lines.columns["time"][0]].type):
            return
        texts = pa.array(_texts(chunk.columns[lines.columns["time"][0]]), pa.string())
        self.timed += len(texts)
        named = pa.array([False] * len(texts))
        for pattern in lines.how.patterns:
            found = pc.extract_regex(texts, pattern.expression)
            for group in pattern.named("zone"):
                zone = found.field(pattern.groups.index(group)).fill_null("")
                named = pc.or_(named, pc.and_(found.is_valid(), pc.not_equal(zone, "")))
        self.zoned += pc.sum(named).as_py() or 0


def _texts(column: pa.Array) -> list[str]:
    """The first cells of a column that are not empty."""
    return [text for text in cells.texts(column.slice(0, LOOKED_AT)).to_pylist() if text]


def read(
    engine: Engine,
    mapping: dict[str, Any],
    found: list[OrderFile],
    listing: dict[str, dict[str, Any]],
    folder: Path,
    ticked: Callable[[int], None],
) -> Seen:
    """Make the engine's `raw_orders` of the files, by way of a Parquet file in `folder`.

    `ticked` is told how many lines are read so far.
    """
    read_number.cache_clear()
    source = {"mapping": mapping, "files": listing}
    lines, seen = Lines(source), Seen(mapping)

    def watched(file: OrderFile) -> Iterator[Chunk]:
        for chunk in orders.chunks_of(file, listing[file.name], mapping, lines.wanted):
            seen.see(file.name, chunk, lines)
            yield chunk
            ticked(sum(seen.lines.values()))

    def batches() -> Iterator[pa.RecordBatch]:
        for file in found:
            for batch in lines.batches(file.name, watched(file)):
                without = pc.and_(batch.column("amount_is_blank"), batch.column("order_id").is_valid())
                seen.blank_amounts |= bool(pc.any(without).as_py())
                yield batch

    path = folder / "lines.parquet"
    with pq.ParquetWriter(path, SCHEMA, compression="NONE", use_dictionary=["file"], write_statistics=False) as writer:
        for batch in batches():
            writer.write_batch(batch)
    engine.view("raw_orders", path, constants(source, seen.blank_amounts))
    return seen
