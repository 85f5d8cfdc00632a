"""The rows of CSV files in chunks of columns, block by block of their text.

A block in which nothing is odd is parsed by Arrow, another one row by row, with the same result.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from segmentation.common.errors import UserError
from segmentation.sources.order_lines import csv_blocks, csv_rows, layout
from segmentation.sources.order_lines.csv_rows import Table
from segmentation.sources.order_lines.rows import Chunk

# Characters that are read at once.
BLOCK = 1 << 22


def read_csv(text: io.TextIOBase, file: dict[str, Any], names: Sequence[str], shown: str) -> Iterator[Chunk]:
    """The rows of a CSV file. `file`: how it is laid out; `shown`: what messages call it."""
    columns = list(file["columns"])
    places = {name: columns.index(name) for name in names if name in columns}
    table = Table(len(columns), file["delimiter"], places, file, shown)
    # Rows before the first line may hold anything, so they are not taken strictly.
    before = layout.reader(iter(text.readline, ""), table.delimiter)
    for _ in range(file["rows_before"]):
        next(before, None)
    number, rest = file["rows_before"] + 1, ""
    while True:
        more = text.read(BLOCK)
        block, rest = (rest + more, "") if not more else _whole_lines(rest + more)
        if block:
            parsed = csv_blocks.parse(block, number, table) or csv_rows.parse(block, number, table, bool(more))
            number += parsed.lines
            rest = parsed.rest + rest
            yield parsed.chunk
        if not more and not rest:
            return
        if len(rest) > layout.MOST_IN_CELL + 2 * BLOCK:
            raise UserError(
                f"Param files_path: {table.shown} has a row of more than {layout.MOST_IN_CELL:,} characters, row "
                f"{number:,}, so it is no CSV file, or its line ends are lost."
            )


def _whole_lines(text: str) -> tuple[str, str]:
    """A text up to the end of its last whole line, and what follows. A carriage return may go on."""
    end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
    return text[:end], text[end:]
