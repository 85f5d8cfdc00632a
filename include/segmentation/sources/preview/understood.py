"""How the files and the columns of a mapping are read, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from segmentation.common.quoting import cut, listed, quoted
from segmentation.sources.order_lines.cells import AMOUNTS, TIMES
from segmentation.sources.order_lines.times import EPOCHS, SERIALS
from segmentation.sources.preview.reading import Seen

LONGEST_EXAMPLE = 60
DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_NUMBERS = {**dict.fromkeys(SERIALS, "days of a spreadsheet"), **dict.fromkeys(EPOCHS, "a count from 1970 on")}


def of_files(listing: Mapping[str, Mapping[str, Any]], mapping: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    """A sentence for each file: how it is laid out, how many lines it has."""
    for name, file in listing.items():
        lines = f"{cut(name)}: {seen.lines.get(name, 0):,} lines"
        columns = f"{len(file['columns']):,} columns"
        if file["types"]:
            yield f"{lines}, {columns}, Parquet"
            continue
        sign = DELIMITERS.get(file["delimiter"], quoted(file["delimiter"]))
        row = file["rows_before"]
        header = f"header in row {row}" if mapping["header"] else "no header, so columns have numbers"
        before = f", {row - 1} rows before it are passed over" if mapping["header"] and row > 1 else ""
        blank = f", {seen.blank[name]:,} blank rows" if seen.blank.get(name) else ""
        yield f"{lines}, {columns}, delimiter {sign}, {header}{before}{blank}, encoding {mapping['encoding']}"


def of_columns(
    listing: Mapping[str, Mapping[str, Any]], mapping: Mapping[str, Any], given: Mapping[str, Any], seen: Seen
) -> Iterator[tuple[str, str, str]]:
    """(key, column, how it is read) for each column of the mapping. `given`: the mapping as the user gave it."""
    for key, value in mapping["columns"].items():
        names = value if isinstance(value, list) else [value]
        cells = " ".join(seen.examples[name] for name in names if name in seen.examples)
        example = f"such as {quoted(cells, LONGEST_EXAMPLE)}" if cells else "no cell holds anything"
        kinds = sorted({_kind(file, name) for file in listing.values() for name in names} - {""})
        words = [example, *kinds]
        if key in TIMES:
            words += _of_time(mapping, given, seen, kinds)
        elif key in AMOUNTS and key != "orders":
            words += _of_amount(key, mapping, given, seen, kinds)
        elif key == "currency_column":
            words += _of_currency(mapping, given)
        if set(names) & set(mapping["order_level"]):
            words.append("stands for the whole order")
        yield (
            "last_order" if key == "time" and mapping["level"] == "customer" else key,
            " + ".join(names),
            "; ".join(words),
        )
    for key in ("only", "except"):
        for name, values in mapping[key].items():
            shown = listed(map(_word, values), 120)
            yield key, name, f"lines with {shown} {'count, no others' if key == 'only' else 'do not count'}"
    for name, values in mapping["returns"]["where"].items():
        what = "taken off" if mapping["returns"]["do"] == "subtract" else "ignored"
        yield "returns", name, f"lines with {listed(map(_word, values), 120)} are returns, which are {what}"


def _word(value: str) -> str:
    return quoted(value) if value else "an empty cell"


def _kind(file: Mapping[str, Any], name: str) -> str:
    """The type of a column: of Parquet, or of a folder's name."""
    if name in file["columns"]:
        return f"a column of {cut(file['types'][file['columns'].index(name)], 60)}" if file["types"] else ""
    return "from the folder's name"


def _of_time(mapping: Mapping[str, Any], given: Mapping[str, Any], seen: Seen, kinds: list[str]) -> Iterator[str]:
    pattern = mapping["time_format"]
    is_typed = any("timestamp" in kind or "date" in kind for kind in kinds)
    if pattern in _NUMBERS:
        yield f"{_NUMBERS[pattern]}, {pattern}"
    elif not is_typed:
        yield f"time_format {quoted(pattern)}" if pattern else "days and times as ISO 8601 writes them"
    calendar, zone = mapping["time_zone"], f"{mapping['times_in'] or mapping['time_zone']} time"
    if "time_zone" not in given and mapping["times_in"] is None:
        zone = "UTC, because time_zone is not given"
    days = f", counted by the days of {calendar}"
    if "zone" in mapping["columns"]:
        yield f"in the zone that {quoted(mapping['columns']['zone'])} names, else {zone}{days}"
    elif pattern in EPOCHS or any("tz=" in kind for kind in kinds):
        yield f"moments, so no zone is needed{days}"
    elif seen.zoned and seen.zoned == seen.timed:
        yield f"each names its zone{days}"
    elif seen.zoned:
        yield f"{seen.zoned:,} of the first {seen.timed:,} name their zone, the others are {zone}{days}"
    else:
        yield f"without a zone, so {zone}" + (days if mapping["times_in"] else "")


def _of_amount(
    key: str, mapping: Mapping[str, Any], given: Mapping[str, Any], seen: Seen, kinds: list[str]
) -> Iterator[str]:
    if any(kind.startswith("a column of") and "string" not in kind for kind in kinds):
        yield "numbers as they are"
    elif given.get("decimal"):
        yield f"decimal sign {quoted(mapping['decimal'])}, as the mapping says"
    elif mapping["decimal"]:
        by = f", settled by {quoted(seen.settled_by, LONGEST_EXAMPLE)}, which reads in no other way"
        yield f"decimal sign {quoted(mapping['decimal'])}{by if seen.settled_by else ', settled by the files'}"
    else:
        yield "decimal sign not settled by the files: what reads in two ways is refused"
    if mapping["minor_units"] and key != "quantity":
        yield f"in the smallest unit, {10 ** mapping['minor_units']:,} to one"
    if key == "amount" and "currency_column" not in mapping["columns"]:
        yield from _of_currency(mapping, given)


def _of_currency(mapping: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if mapping["currency"]:
        how = "as the mapping says" if given.get("currency") else "as most of the first lines say"
        yield f"currency {cut(mapping['currency'])}, {how}"
