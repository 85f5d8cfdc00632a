"""The source `orders`: CSV or Parquet files of a shop's own orders, and the mapping that says what they hold.

In a source version the files lie in `raw/orders`, CSV unpacked and as UTF-8. The version's settings hold the mapping,
with what the files settle of it (the decimal sign, the currency), and how each file is laid out.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut
from segmentation.config.settings import Settings
from segmentation.sources.addresses import Addresses
from segmentation.sources.checksums import sha256
from segmentation.sources.column_checks import check_columns, check_types
from segmentation.sources.copying import copy_file
from segmentation.sources.customer_tables import check_params
from segmentation.sources.order_files import PARQUET, OrderFile, bring_csv, find_files, is_empty, opened
from segmentation.sources.order_lines import csv_files, layout, rows
from segmentation.sources.order_lines.amounts import decimal_sign
from segmentation.sources.order_lines.lines import Lines
from segmentation.sources.order_lines.rows import Chunk
from segmentation.sources.orders_mapping import read_mapping
from segmentation.sources.resolved import ORDERS_FOLDER, Resolved, Surroundings

# The decimal sign and the currency are looked for in so many rows of a file, the sign in so many files, too, and in so
# many different texts at once.
LOOKED_AT = 1_000_000
FILES = 100
DISTINCT = 5_000
LONGEST_CURRENCY = 40
AMOUNTS = ("amount", "quantity", "unit_price", "refunded")


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The files that `files_path` names, under the mapping. Reads them for their checksums, unless they are known."""
    addresses = surroundings.addresses("files_path")
    mapping, found, listing = look(settings, surroundings.report, addresses)
    for file in found:
        surroundings.report(f"checksum of {file.shown} ({file.path.stat().st_size:,} bytes)")
        listing[file.name] |= {"bytes": file.path.stat().st_size, "sha256": surroundings.checksums.of(file.path)}

    def bring(folder: Path) -> None:
        for file in found:
            target = folder / ORDERS_FOLDER / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            surroundings.report(f"bringing {file.shown}")
            if file.format == PARQUET:
                copy_file(file.path, target)
            else:
                bring_csv(file, target, mapping["encoding"])

    def check(_: dict[str, dict[str, Any]]) -> None:
        """A file that is being written while it is fetched must not become a version."""
        for file in found:
            if sha256(file.path) != listing[file.name]["sha256"]:
                raise UserError(
                    f"Param files_path: {cut(file.shown)} changed while it was read. Run again when it is complete."
                )

    return Resolved({"source": "orders", "mapping": mapping, "files": listing}, bring, check)


def look(
    settings: Settings, report: Callable[[str], None], addresses: Addresses | None = None
) -> tuple[dict[str, Any], list[OrderFile], dict[str, dict[str, Any]]]:
    """The mapping with what the files settle of it, the files, and how each is laid out: by the name in the version.

    Reads no more than the beginnings of the files; `addresses` brings what lies elsewhere. Raises UserError where
    mapping and files do not fit.
    """
    mapping = read_mapping(str(settings.orders_mapping))
    check_params(settings, mapping)
    if "increment" in mapping:
        raise UserError("Param orders_mapping: increment is for the source database. Leave it out for files.")
    given = find_files(str(settings.files_path), addresses)
    found = [file for file in given if not is_empty(file)]
    for file in given:
        if file not in found:
            report(f"{file.shown} is empty; there is nothing to read in it")
    if not found:
        raise UserError(f"Param files_path: {cut(given[0].shown)} is empty, and there is no other file.")
    wanted = Lines({"mapping": mapping, "files": {}}).wanted
    listing = {file.name: _layout_of(file, mapping, wanted) for file in found}
    for file in found:
        check_columns(cut(file.shown), listing[file.name]["columns"], mapping, file.folder)
        if file.format == PARQUET:
            with rows.opened_parquet(file.path) as parquet:
                check_types(cut(file.shown), parquet.schema_arrow, mapping)
    settle(found, listing, mapping)
    return mapping, found, listing


def settle(found: list[OrderFile], listing: dict[str, dict[str, Any]], mapping: dict[str, Any]) -> None:
    """Put into the mapping what the files settle of it: the decimal sign and the currency."""
    if mapping["decimal"] is None:
        mapping["decimal"] = _settled_decimal(found, listing, mapping)
    if mapping["currency"] is None:
        mapping["currency"] = _settled_currency(found, listing, mapping)


def _layout_of(file: OrderFile, mapping: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    if file.format == PARQUET:
        return parquet_layout(file)
    names = [name for name in wanted if name not in file.folder]
    delimiter = mapping["delimiter"] or ("\t" if ".tsv" in file.path.name.lower() else None)
    with opened(file, mapping["encoding"]) as text:
        head = text.read(layout.FIRST)
        found = layout.find(head, names, delimiter, mapping["header"])
        if found is None or set(names) - set(found.columns):
            found = layout.find(head + text.read(layout.CHARACTERS), names, delimiter, mapping["header"])
    if found is None:
        raise UserError(
            f"Param files_path: {cut(file.shown)} has no header; its first lines have to name the columns, or the "
            "mapping has to say header: false."
        )
    return {
        "columns": list(found.columns),
        "types": [],
        "delimiter": found.delimiter,
        "rows_before": found.rows,
        **({"folder": file.folder} if file.folder else {}),
    }


def parquet_layout(file: OrderFile) -> dict[str, Any]:
    """The columns of a Parquet file, their types, and how many groups of rows it has."""
    try:
        with rows.opened_parquet(file.path) as parquet:
            schema, groups = parquet.schema_arrow, parquet.num_row_groups
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"Param files_path: {cut(file.shown)} cannot be read as Parquet: {cut(reason)}") from None
    return {
        "columns": list(schema.names),
        "types": [str(kind) for kind in schema.types],
        "groups": groups,
        **({"folder": file.folder} if file.folder else {}),
    }


def chunks_of(
    file: OrderFile, laid_out: dict[str, Any], mapping: dict[str, Any], names: Sequence[str]
) -> Iterator[Chunk]:
    """The rows of a user's own file as it lies there."""
    if file.format == PARQUET:
        yield from rows.read_parquet(file.path, laid_out, names, cut(file.shown))
    else:
        with opened(file, mapping["encoding"]) as text:
            yield from csv_files.read_csv(text, laid_out, names, cut(file.shown))


def _settled_decimal(found: list[OrderFile], listing: dict[str, dict[str, Any]], mapping: dict[str, Any]) -> str | None:
    """The decimal sign of the first amounts that can be read with one sign only; none where they do not agree."""
    mapped = [mapping["columns"][key] for key in AMOUNTS if key in mapping["columns"]]
    signs: set[str] = set()
    for file in found[:FILES]:
        of_file: set[str] = set()
        names = [name for name in mapped if _may_be_text(name, listing[file.name])]
        if not names:
            continue
        for chunk in _looked_at([file], listing, mapping, names):
            for texts in (chunk.columns[name] for name in names if pa.types.is_string(chunk.columns[name].type)):
                written = texts.filter(pc.match_substring_regex(texts, "[.,]").fill_null(False))
                of_file |= {sign for text in written.unique().to_pylist()[:DISTINCT] if (sign := decimal_sign(text))}
            if of_file:
                break
        signs |= of_file
    # Without one, 12.50 and 12,50 are both read, and 1,234 is refused.
    return signs.pop() if len(signs) == 1 else None


def _settled_currency(
    found: list[OrderFile], listing: dict[str, dict[str, Any]], mapping: dict[str, Any]
) -> str | None:
    """The currency that most of the first lines have that name one."""
    mapped = [mapping["columns"][key] for key in AMOUNTS if key in mapping["columns"]]
    if "currency_column" not in mapping["columns"]:
        # A number with a type of its own has no sign beside it.
        found = [file for file in found if any(_may_be_text(name, listing[file.name]) for name in mapped)]
    lines = Lines({"mapping": mapping, "files": listing})
    for chunk in _looked_at(found, listing, mapping, lines.wanted):
        currencies = Counter(lines.currencies(chunk).drop_null().to_pylist())
        if currencies:
            return max(sorted(currencies), key=currencies.__getitem__)[:LONGEST_CURRENCY]
    return None


def _may_be_text(name: str, laid_out: dict[str, Any]) -> bool:
    """Whether the cells of a column may be texts: those of CSV, and of Parquet where the type is no number's."""
    kinds = dict(zip(laid_out["columns"], laid_out["types"], strict=True)) if laid_out["types"] else {}
    return not kinds.get(name, "string").startswith(("int", "uint", "decimal", "float", "double", "halffloat"))


def _looked_at(
    found: list[OrderFile], listing: dict[str, dict[str, Any]], mapping: dict[str, Any], names: Sequence[str]
) -> Iterator[Chunk]:
    looked_at = 0
    for file in found:
        for chunk in chunks_of(file, listing[file.name], mapping, names):
            yield chunk
            looked_at += len(chunk.places)
            if looked_at >= LOOKED_AT:
                return
