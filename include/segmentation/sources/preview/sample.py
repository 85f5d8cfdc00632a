"""Files as they lie there, before there is a mapping: their encoding, header, columns, and the first rows."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut
from segmentation.sources import orders
from segmentation.sources.order_files import CHUNK, PARQUET, OrderFile, opened
from segmentation.sources.order_lines import cells, layout
from segmentation.sources.order_lines.amounts import read_number
from segmentation.sources.order_lines.rows import Chunk
from segmentation.sources.preview.times_guess import guess

# Without UTF-8, most often a spreadsheet on Windows has written the file.
ENCODINGS = ("utf-8", "windows-1252")
ROWS = 20_000
# The encoding is looked at in so many characters.
DECODED = 1 << 28
LOOKED_AT = 1_000_000


@dataclass(frozen=True)
class Sample:
    """The files without a mapping. layouts: as `orders.look` lists them. encoding, header: as a mapping has them.

    columns: those that all files have, in the order of the first. rows: the first rows of the first file with some.
    """

    files: list[OrderFile]
    layouts: dict[str, dict[str, Any]]
    encoding: str
    header: bool
    columns: list[str]
    rows: Chunk

    def texts(self, name: str) -> pa.Array:
        """The first cells of a column as texts; nothing is an empty text."""
        return cells.texts(self.rows.columns[name]).fill_null("")

    def held(self, name: str) -> pa.Array:
        """Those of them that are not empty."""
        texts = self.texts(name)
        return texts.filter(pc.not_equal(texts, ""))

    def more(self, names: list[str]) -> Iterator[list[pa.Array]]:
        """The columns of all files in chunks, up to a million rows."""
        mapping = {"encoding": self.encoding}
        seen = 0
        for file in self.files:
            for chunk in orders.chunks_of(file, self.layouts[file.name], mapping, names):
                if len(chunk.places):
                    yield [cells.texts(chunk.columns[name]).fill_null("") for name in names]
                seen += len(chunk.places)
                if seen >= LOOKED_AT:
                    return


def sample_of(files: list[OrderFile]) -> Sample:
    """Look at files without a mapping. Raises UserError where they cannot be read."""
    encoding, header = "utf-8", True
    layouts: dict[str, dict[str, Any]] = {}
    for file in files:
        if file.format == PARQUET:
            layouts[file.name] = orders.parquet_layout(file)
        else:
            encoding = _encoding(file, encoding)
    for file in files:
        if file.format != PARQUET:
            layouts[file.name], has_header = _csv_layout(file, encoding)
            header = header and has_header
    shared = [{*layouts[file.name]["columns"], *file.folder} for file in files]
    columns = [name for name in {**dict.fromkeys(layouts[files[0].name]["columns"]), **files[0].folder}
               if name and all(name in names for names in shared)]  # fmt: skip
    once = [name for name in columns if layouts[files[0].name]["columns"].count(name) <= 1]
    rows = next((chunk for chunk in _first_chunks(files, layouts, encoding, once) if len(chunk.places)), None)
    if rows is None:
        raise UserError(f"Param files_path: {cut(files[0].path)} has no rows below its header.")
    short = {name: column.slice(0, ROWS) for name, column in rows.columns.items()}
    return Sample(files, layouts, encoding, header, once, Chunk(short, rows.places[:ROWS], rows.broken, rows.blank))


def _first_chunks(
    files: list[OrderFile], layouts: dict[str, dict[str, Any]], encoding: str, names: list[str]
) -> Iterator[Chunk]:
    for file in files:
        kept = names
        if file.format == PARQUET:
            # A nested column can be no key, and need not be read.
            kinds = dict(zip(layouts[file.name]["columns"], layouts[file.name]["types"], strict=True))
            kept = [
                name for name in names if not kinds.get(name, "").startswith(("list", "struct", "map", "large_list"))
            ]
        yield from islice(orders.chunks_of(file, layouts[file.name], {"encoding": encoding}, kept), 1)


def _encoding(file: OrderFile, known: str) -> str:
    """The encoding of a file: UTF-8 if all of it is."""
    head = file.path.open("rb").read(4) if not file.path.name.lower().endswith(".gz") else b""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for encoding in dict.fromkeys([known, *ENCODINGS]):
        with suppress(UserError), opened(file, encoding) as text:
            read = 0
            while read < DECODED and (part := text.read(CHUNK)):
                read += len(part)
            return encoding
    with opened(file, ENCODINGS[0]) as text:  # says what is wrong
        while text.read(CHUNK):
            pass
    return ENCODINGS[0]


def _csv_layout(file: OrderFile, encoding: str) -> tuple[dict[str, Any], bool]:
    """How a CSV file is laid out, and whether it has a header: its first full row, if no cell of it is a value."""
    with opened(file, encoding) as text:
        head = text.read(layout.CHARACTERS)
    rows = {one: [_trimmed(row) for row in layout._rows(head, one)] for one in layout.DELIMITERS}
    if not any(row for found in rows.values() for row in found):
        raise UserError(f"Param files_path: {cut(file.path)} has no rows.")
    delimiter = max(layout.DELIMITERS, key=lambda one: _regular(rows[one]))
    if ".tsv" in file.path.name.lower() and _regular(rows["\t"])[0] > 1:
        delimiter = "\t"
    found = rows[delimiter]
    width = _regular(found)[0]
    first = next(number for number, row in enumerate(found) if len(row) >= width)
    has_header = not any(_is_value(cell) for cell in found[first]) and len(set(found[first])) == len(found[first])
    columns = found[first] if has_header else [str(number) for number in range(1, width + 1)]
    return {
        "columns": columns,
        "types": [],
        "delimiter": delimiter,
        "rows_before": first + 1 if has_header else first,
        **({"folder": file.folder} if file.folder else {}),
    }, has_header


def _trimmed(row: list[str]) -> list[str]:
    names = [cell.strip().strip("\ufeff") for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


def _regular(rows: list[list[str]]) -> tuple[int, int]:
    """The width that most rows with several cells have, and how many rows have it."""
    widths = [len(row) for row in rows if len(row) > 1]
    if not widths:
        return (1, 0) if rows else (0, 0)
    width = max(sorted(set(widths), reverse=True), key=widths.count)
    # A row may end in empty cells, so the header can be wider than most.
    wider = [one for one in widths if one > width]
    width = widths[0] if widths[0] in wider else width
    return width, len(widths)


def _is_value(cell: str) -> bool:
    """Whether a cell is a number, a time or an address, and so none of a header."""
    if not cell or read_number(cell, ".")[0] is not None or "@" in cell:
        return True
    found = guess([pa.array([cell])])
    return found is not None and found.read > 0


def share_of_numbers(texts: pa.Array) -> float:
    """The share of the cells that hold something that can be read as a number by one of the decimal signs."""
    held = [text for text in texts.slice(0, 2_000).to_pylist() if text]
    numbers = [text for text in held if any(read_number(text, sign)[0] is not None for sign in (".", ","))]
    return len(numbers) / len(held) if held else 0.0
