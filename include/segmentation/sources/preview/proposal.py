"""A mapping for files that have none: a preset that fits, or what their headers and cells say.

What the files leave open is no guess: its key gets a word that no run accepts, and what may be chosen stands beside it.
"""

from collections import Counter

import pyarrow.compute as pc

from segmentation.common.quoting import listed, quoted
from segmentation.sources.order_lines.filters import Filters
from segmentation.sources.orders_mapping import preset_names, read_mapping
from segmentation.sources.preview.amounts_guess import NEARLY_ALL, add_amount
from segmentation.sources.preview.choosing import MOST_KINDS, Chosen, choose, unused
from segmentation.sources.preview.customer_rows import choose_of_customers
from segmentation.sources.preview.header_words import GIVEN_BACK, NOT_PAID, PAID, SOLD
from segmentation.sources.preview.proposed import CHOOSE, Proposal, as_key
from segmentation.sources.preview.sample import Sample

NEEDED = {"customer": "the customer's id", "time": "the day or time of the order", "amount": "what was paid"}
NEEDED_OF_CUSTOMERS = {
    "customer": "the customer's id", "last_order": "the day or time of the last order",
    "orders": "how many orders there were", "amount": "what was paid",
}  # fmt: skip


def propose(sample: Sample) -> Proposal:
    """Propose a mapping for the files."""
    fitting = _fitting_presets(sample)
    if fitting:
        found = Proposal({"preset": fitting[0]})
        if len(fitting) > 1:
            found.keys["preset"] = CHOOSE
            found.open["preset"] = f"the files have the columns of several presets: {listed(fitting)}"
        if sample.encoding != "utf-8":
            found.keys["encoding"] = sample.encoding
        return found
    chosen = choose(sample)
    of_customers = choose_of_customers(sample, chosen)
    if of_customers:
        chosen = of_customers
        found = Proposal({"level": "customer"}, doubts=chosen.doubts)
        _add_columns(sample, chosen, found, NEEDED_OF_CUSTOMERS)
    else:
        found = Proposal(doubts=chosen.doubts)
        _add_columns(sample, chosen, found, NEEDED)
        if "order" not in chosen.columns:
            found.doubts.append("order: no column looks like the order's id, so that each line counts as an order")
    add_amount(sample, chosen, found)
    _add_time(chosen, found)
    _add_status(sample, chosen, found)
    _add_currency(sample, chosen, found)
    if sample.encoding != "utf-8":
        found.keys["encoding"] = sample.encoding
        found.doubts.append(f"encoding: the files are not UTF-8 throughout, so {sample.encoding} was taken")
    if not sample.header:
        found.keys["header"] = False
        found.doubts.append("header: the first row holds values, so the columns have numbers")
    return found


def _fitting_presets(sample: Sample) -> list[str]:
    """The presets whose columns are all there; of several those that name the most columns."""
    sizes: dict[str, int] = {}
    for name in preset_names():
        mapping = read_mapping(name)
        mapped = [
            one for value in mapping["columns"].values() for one in ([value] if isinstance(value, str) else value)
        ]
        wanted = {*mapped, *Filters(mapping).columns}
        if sample.header and wanted <= set(sample.columns):
            sizes[name] = len(wanted)
    return sorted(name for name, size in sizes.items() if size == max(sizes.values()))


def _add_columns(sample: Sample, chosen: Chosen, found: Proposal, needed: dict[str, str]) -> None:
    columns = dict(chosen.columns)
    if "amount" not in columns and {"quantity", "unit_price"} <= set(columns):
        columns["amount"] = None  # comes of both
    every = listed(map(quoted, sample.columns), 300, 40)
    for key, what in needed.items():
        if key in columns:
            if columns[key] is not None:
                found.keys[key] = as_key(sample, columns[key])
        elif key in chosen.choices:
            found.keys[key] = CHOOSE
            found.open[key] = f"{key} may be {listed(map(quoted, chosen.choices[key]), 200)}"
        elif key == "amount" and "unit_price" in columns:
            found.keys[key] = as_key(sample, columns["unit_price"])
            found.doubts.append(
                f"amount: {quoted(columns['unit_price'])} was taken as that of the line: no column is a quantity"
            )
        else:
            found.keys[key] = CHOOSE
            found.open[key] = f"no column looks like {what}; there are {every}"
    for key in ("order", "product", "product_name", "category"):
        if key in columns:
            found.keys[key] = as_key(sample, columns[key])
    if isinstance(found.keys.get("customer"), str | int) and "customer" in columns:
        _look_for_whole_numbers(sample, columns["customer"], found)


def _look_for_whole_numbers(sample: Sample, name: str, found: Proposal) -> None:
    """Ids such as 17042.0 are those of a spreadsheet or of a program that took them for numbers."""
    held = sample.held(name)
    written = held.filter(pc.match_substring_regex(held, r"^[0-9]+\.0$"))
    if len(written) and len(written) >= NEARLY_ALL * len(held):
        found.keys["whole_number_ids"] = True
        shown = written[0].as_py()
        found.doubts.append(f"whole_number_ids: ids such as {quoted(shown)} were taken for {quoted(shown[:-2])}")


def _add_time(chosen: Chosen, found: Proposal) -> None:
    time = chosen.time
    if time is None:
        return
    if time.format is None:
        found.keys["time_format"] = CHOOSE
        found.open["time_format"] = time.why
    elif time.format:
        found.keys["time_format"] = time.format
    if time.read < time.cells:
        found.doubts.append(
            f"time: {time.cells - time.read:,} of {time.cells:,} cells that were looked at cannot be read"
        )


def _add_status(sample: Sample, chosen: Chosen, found: Proposal) -> None:
    """Statuses that say that an order was never paid, or was given back, are left out."""
    status = chosen.columns.get("status")
    name = status or _column_of_kinds(sample, chosen)
    if name is None:
        return
    held = Counter(text for text in sample.texts(name).to_pylist() if text)
    bad = [text for text in held if text.lower() in NOT_PAID]
    known = NOT_PAID | PAID | (frozenset() if status else SOLD)
    unknown = [text for text in held if text.lower() not in known]
    if len(unknown) == len(held):
        shown = listed((f"{quoted(text, 60)} ({held[text]:,})" for text in held), 200, 8)
        found.doubts.append(f"{quoted(name)} holds {shown}: only and except can say which count; all do now")
        return
    # A status says that the order is none; a kind of line, that the money went back.
    by_line = not status and not {"level", "order_level"} & set(found.keys)
    back = [text for text in bad if by_line and text.lower() in GIVEN_BACK]
    bad = [text for text in bad if text not in back]
    if back:
        found.keys["returns"] = {"where": {as_key(sample, name): sorted(back)}, "do": "subtract"}
        found.doubts.append(
            f"returns: {quoted(name)} was taken for what tells refunds from sales, so these are taken off what was "
            "paid; with `do: ignore` they are only left out"
        )
    if bad:
        found.keys["except"] = {as_key(sample, name): sorted(bad)}
        if not status:
            found.doubts.append(
                f"except: {quoted(name)} was taken for what tells other lines from sales; what is left out by it is "
                "not taken off what was paid before"
            )
    if unknown:
        shown = listed((f"{quoted(text, 60)} ({held[text]:,})" for text in unknown), 200, 8)
        found.doubts.append(f"{quoted(name)} also holds {shown}, which count; add to except what should not")


def _column_of_kinds(sample: Sample, chosen: Chosen) -> str | None:
    """A column whose header says nothing, and that tells refunds from sales: its few values name them."""
    for name in unused(sample, chosen):
        held = [text for text in pc.unique(sample.texts(name)).slice(0, MOST_KINDS + 1).to_pylist() if text]
        if 2 <= len(held) <= MOST_KINDS and any(text.lower() in NOT_PAID for text in held):
            return name
    return None


def _add_currency(sample: Sample, chosen: Chosen, found: Proposal) -> None:
    name = chosen.columns.get("currency_column")
    if name is None:
        return
    found.keys["currency_column"] = as_key(sample, name)
    held = Counter(text for text in sample.texts(name).to_pylist() if text)
    if len(held) > 1:
        shown = listed((f"{quoted(text, 60)} ({count:,})" for text, count in held.most_common()), 200, 8)
        found.doubts.append(
            f"{quoted(name)} holds {shown}: the first counts, lines in the others are refused; only can choose"
        )
