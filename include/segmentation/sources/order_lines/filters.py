"""What `only`, `except` and `returns.where` of a mapping say of lines: at once, or once the whole order is known.

A column that stands for the whole order may be empty on a line because another line of the order has it. So of each
such column a line says whether its cell leaves the line out, or nothing; the SQL takes what is not said from the
order, and where nobody says it, the cell is taken for empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.sources.order_lines import cells, names
from segmentation.sources.order_lines.rows import Chunk


@dataclass(frozen=True)
class Verdicts:
    """What the filters say of each line, (n,) each.

    filtered: whether a column of its own leaves it out. said, out: bits of the columns that stand for the whole order;
    those whose cell says something, and those of them whose cell leaves the line out. returned: whether a column tells
    that it is a return.
    """

    filtered: np.ndarray
    said: np.ndarray
    out: np.ndarray
    returned: np.ndarray


@dataclass(frozen=True)
class Filters:
    """The filters of a mapping."""

    mapping: Mapping[str, Any]

    @cached_property
    def columns(self) -> list[str]:
        """The columns that they name."""
        return list(dict.fromkeys([*self.mapping["only"], *self.mapping["except"], *self._returns]))

    @property
    def _returns(self) -> dict[str, list[str]]:
        where: dict[str, list[str]] = self.mapping["returns"]["where"]
        return where

    @cached_property
    def bits(self) -> dict[str, int]:
        """The columns that stand for the whole order, with their bits."""
        whole = [column for column in self.columns if column in self.mapping["order_level"]]
        return {column: 1 << place for place, column in enumerate(whole)}

    @property
    def empty_out(self) -> int:
        """The bits of the columns that leave an order out which says nothing of them."""
        empty = pa.array([""])
        return sum(bit for column, bit in self.bits.items() if self._leaves_out(column, empty)[0])

    def verdicts(self, chunk: Chunk) -> Verdicts:
        """What they say of a chunk's lines."""
        size = len(chunk.places)
        filtered, returned = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        said, out = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for column in self.columns:
            texts = words_of(chunk.columns[column])
            leaves_out = self._leaves_out(column, texts)
            if column in self._returns:
                returned |= _holds(texts, self._returns[column])
            if bit := self.bits.get(column):
                says = ~_flags(pc.equal(texts, ""))
                said |= bit * says
                out |= bit * (says & leaves_out)
            else:
                filtered |= leaves_out
        return Verdicts(filtered, said, out, returned)

    def alone(self, chunk: Chunk) -> np.ndarray:
        """Whether they leave each line out by its own cells, (n,)."""
        found = self.verdicts(chunk)
        return found.filtered | (found.out > 0) | ((self.empty_out & ~found.said) > 0)

    def _leaves_out(self, column: str, texts: pa.Array) -> np.ndarray:
        out = np.zeros(len(texts), dtype=bool)
        for key, wanted in (("only", True), ("except", False)):
            if column in self.mapping[key]:
                there = _holds(texts, self.mapping[key][column])
                out |= ~there if wanted else there
        return out


def words_of(column: pa.Array) -> pa.Array:
    """A column as filters compare it: letter case, blanks and invisible signs do not matter; nothing is ''."""
    texts = cells.texts(column).fill_null("")
    if pa.types.is_floating(column.type):
        texts = pc.replace_substring_regex(texts, r"\.0$", "")
    encoded = texts.dictionary_encode()
    return names.normal(encoded.dictionary).take(encoded.indices)


def _holds(texts: pa.Array, values: list[str]) -> np.ndarray:
    """Which texts, as `words_of` gives them, are one of these values."""
    return _flags(pc.is_in(texts, words_of(pa.array(values, pa.string()))))


def _flags(found: pa.Array) -> np.ndarray:
    return found.to_numpy(zero_copy_only=False)
