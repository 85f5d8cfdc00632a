"""Rows of order files as typed lines, with what is wrong with each. What becomes of a line is said in SQL.

One function for the job and the preview: what the preview shows is what a run counts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.sources.order_lines import cells, csv_files, names, rows, times
from segmentation.sources.order_lines.counts import read_counts
from segmentation.sources.order_lines.currencies import agree
from segmentation.sources.order_lines.filters import Filters
from segmentation.sources.order_lines.money import CENTS, SHOWN, Money, read_money
from segmentation.sources.order_lines.rows import Chunk

MONEY = ("amount", "quantity", "unit_price", "refunded", "currency_column")
BROKEN = "not as many cells as the header has columns"
SCHEMA = pa.schema(
    [
        ("file", pa.string()), ("place", pa.int64()), ("user_id", pa.string()), ("user_key", pa.string()),
        ("order_id", pa.string()), ("parent_asin", pa.string()), ("product_name", pa.string()),
        ("main_category", pa.string()), ("ordered_at", pa.timestamp("us", "UTC")), ("time_fault", pa.string()),
        ("quantity", SHOWN), ("unit_price", SHOWN), ("amount", CENTS),
        ("amount_fault", pa.string()), ("amount_is_blank", pa.bool_()), ("refunded", CENTS),
        ("foreign_currency", pa.string()), ("filtered", pa.bool_()),
        ("filters_said", pa.int64()), ("filters_out", pa.int64()), ("told_return", pa.bool_()),
        ("customer_text", pa.string()), ("time_text", pa.string()), ("amount_text", pa.string()),
        ("line_text", pa.string()), ("is_broken", pa.bool_()), ("order_count", pa.int64()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Reads the lines of the files of a source version. settings: those of its manifest, with mapping and files."""

    settings: Mapping[str, Any]

    @property
    def mapping(self) -> dict[str, Any]:
        return self.settings["mapping"]

    @cached_property
    def how(self) -> times.TimeReading:
        return times.reading(*(self.mapping[key] for key in ("time_zone", "times_in", "time_format", "zone_names")))

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        """Key of the mapping -> the columns that hold it."""
        return {key: [name] if isinstance(name, str) else list(name) for key, name in self.mapping["columns"].items()}

    @cached_property
    def filters(self) -> Filters:
        return Filters(self.mapping)

    @cached_property
    def wanted(self) -> list[str]:
        """All columns that are read."""
        mapped = [name for names in self.columns.values() for name in names]
        return list(dict.fromkeys([*mapped, *self.filters.columns]))

    def read(self, path: Path, groups: Sequence[int] | None = None) -> Iterator[pa.RecordBatch]:
        """The lines of a file of the source version, or of some row groups of a Parquet file."""
        file = self.settings["files"][path.name]
        if file["types"]:
            yield from self.batches(path.name, rows.read_parquet(path, file, self.wanted, path.name, groups))
            return
        with open(path, encoding="utf-8", newline="") as text:
            yield from self.batches(path.name, csv_files.read_csv(text, file, self.wanted, path.name))

    def batches(self, file: str, chunks: Iterable[Chunk]) -> Iterator[pa.RecordBatch]:
        """Chunks of a file's rows as lines in the columns of SCHEMA."""
        for chunk in chunks:
            if len(chunk.places):
                yield self.typed(file, chunk)
            if chunk.broken:
                yield _broken(file, chunk)

    def typed(self, file: str, chunk: Chunk) -> pa.RecordBatch:
        """A chunk's rows in the columns of SCHEMA."""
        size = len(chunk.places)
        ids = {key: self._id(key, chunk) for key in cells.IDS}
        # Few different ids stand in many rows, so each is looked at once.
        encoded = ids["customer"].dictionary_encode()
        customer, key = ids["customer"], names.normal(encoded.dictionary).take(encoded.indices)
        if self.mapping["normalise_ids"]:
            customer = key = names.without_empty(key, self.mapping["empty"])
        beside = self._cells("zone", chunk)
        at, time_text = cells.read_times(self._all("time", chunk), self.how, beside)
        money = self._money(chunk)
        counts = read_counts(self._cells("orders", chunk), self.mapping["decimal"], size)
        fault = pc.coalesce(counts.fault, money.fault)
        fault_text = pc.if_else(counts.fault.is_valid(), counts.text, money.text)
        time_fault = at.fault_texts()
        faulty = pc.or_(pc.or_(time_fault.is_valid(), fault.is_valid()), customer.is_null())
        foreign = self._is_foreign(money.currency)
        faulty = pc.or_(faulty, foreign)
        filters = self.filters.verdicts(chunk)
        return pa.RecordBatch.from_arrays(
            [
                pa.array([file], pa.string()).take(pa.array(np.zeros(size, dtype=np.int32))),
                pa.array(chunk.places),
                customer,
                pc.if_else(pc.equal(key, customer), pa.scalar(None, pa.string()), key),
                *(ids[name] for name in cells.IDS[1:]),
                pa.array(at.instants, pa.timestamp("us", "UTC"), mask=at.faults != 0),
                time_fault,
                money.quantity,
                money.unit_price,
                money.amount,
                fault,
                money.is_blank,
                money.refunded,
                pc.if_else(foreign, money.currency, pa.scalar(None, pa.string())),
                pa.array(filters.filtered),
                pa.array(filters.said),
                pa.array(filters.out),
                pa.array(filters.returned),
                self._nobody(chunk, customer),
                pc.if_else(time_fault.is_valid(), time_text, pa.scalar(None, pa.string())),
                pc.if_else(fault.is_valid(), fault_text, pa.scalar(None, pa.string())),
                self._line_texts(chunk, faulty),
                pa.array(np.zeros(size, dtype=bool)),
                counts.values,
            ],
            schema=SCHEMA,
        )

    def currencies(self, chunk: Chunk) -> pa.Array:
        """The currencies of the rows that the filters leave, null where a row names none."""
        return self._money(chunk).currency.filter(pa.array(~self.filters.alone(chunk)))

    def _money(self, chunk: Chunk) -> Money:
        return read_money(self.mapping, {key: self._cells(key, chunk) for key in MONEY}, len(chunk.places))

    def _nobody(self, chunk: Chunk, customer: pa.Array) -> pa.Array:
        """What the cell of the customer holds where that is nobody."""
        column = self._cells("customer", chunk)
        if column is None or not customer.null_count:
            return pa.nulls(len(customer), pa.string())
        return pc.if_else(customer.is_null(), cells.texts(column), pa.scalar(None, pa.string()))

    def _cells(self, key: str, chunk: Chunk) -> pa.Array | None:
        """The column that holds a key of the mapping; None where it names none."""
        return chunk.columns[self.columns[key][0]] if key in self.columns else None

    def _all(self, key: str, chunk: Chunk) -> list[pa.Array]:
        return [chunk.columns[name] for name in self.columns[key]]

    def _id(self, key: str, chunk: Chunk) -> pa.Array:
        column = self._cells(key, chunk)
        if column is None:
            return pa.nulls(len(chunk.places), pa.string())
        # Few different ids stand in many rows, so each is looked at once.
        encoded = cells.texts(column).dictionary_encode()
        found = names.without_empty(encoded.dictionary, self.mapping["empty"])
        if self.mapping["whole_number_ids"] and key in cells.IDS[:3]:
            found = names.whole_numbers(found)
        return found.take(encoded.indices)

    def _is_foreign(self, currencies: pa.Array) -> pa.Array:
        """Which lines are in another currency than the mapping's."""
        found = currencies.dictionary_encode()
        own = self.mapping["currency"]
        foreign = [bool(own) and not agree(one, own) for one in found.dictionary.to_pylist()]
        return pa.array([*foreign, False]).take(found.indices.fill_null(len(foreign)))

    def _line_texts(self, chunk: Chunk, faulty: pa.Array) -> pa.Array:
        """The cells that were read of rows that may be refused, as JSON; null for the others."""
        places = np.flatnonzero(faulty.to_numpy(zero_copy_only=False))
        if not len(places):
            return pa.nulls(len(chunk.places), pa.string())
        shown = {name: cells.texts(chunk.columns[name]).take(pa.array(places)).to_pylist() for name in self.wanted}
        found = np.full(len(chunk.places), None, dtype=object)
        for number, place in enumerate(places):
            found[place] = json.dumps({name: texts[number] for name, texts in shown.items()}, ensure_ascii=False)
        return pa.array(found, pa.string())


def _broken(file: str, chunk: Chunk) -> pa.RecordBatch:
    """The rows that have not as many cells as the header."""
    size = len(chunk.broken)
    given = {
        "file": [file] * size,
        "place": [place for place, _ in chunk.broken],
        "line_text": [text for _, text in chunk.broken],
        "is_broken": [True] * size,
    }
    columns = [pa.array(given.get(field.name, [None] * size), field.type) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
