"""What an export comes to under a preset, in plain Python: the presets' meaning, worked out apart from the product."""

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from segmentation.common.paths import PROJECT

PRESETS = PROJECT / "include/order_presets"
CASES = PROJECT / "tests/data/order_presets"
# Spark's patterns that presets use, as Python reads them; tried in turn.
PATTERNS = {
    None: ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"],
    "[MMM d, yyyy hh:mm:ss a][MMM d, yyyy HH:mm:ss a]": ["%b %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M:%S %p"],
    "M/d/yy": ["%m/%d/%y"],
    "MMM-d-yy": ["%b-%d-%y"],
    "M/d/yyyy H:mm:ss": ["%m/%d/%Y %H:%M:%S"],
}


@dataclass
class Outcome:
    """What became of a file's lines."""

    lines: int = 0
    left_out: int = 0
    refused: int = 0
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sale:
    """A line that counts, or a return with an amount below zero."""

    customer: str
    order: str
    day: date
    amount: Decimal


def columns_of(mapping: dict[str, Any]) -> set[str]:
    """Every column of the file that a mapping names."""
    keys = ("customer", "order", "amount", "refunded", "currency_column", "zone")
    single = {mapping[key] for key in keys if key in mapping}
    several = [mapping["time"]] if isinstance(mapping["time"], str) else mapping["time"]
    return single | {*several, *mapping.get("order_level", ()), *mapping.get("only", ()), *mapping.get("except", ())}


def raw_table(path: Path, columns: set[str]) -> tuple[list[str], list[list[str]]]:
    """The header, which is the first row that has the columns, and the rows below it that are not blank."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    at = next(number for number, row in enumerate(rows) if columns <= set(row))
    return rows[at], [row for row in rows[at + 1 :] if any(cell.strip() for cell in row)]


def money(text: str) -> Decimal:
    """An amount with a point for its decimals; brackets and a minus mean below zero."""
    digits = Decimal(re.sub(r"[^0-9.]", "", text) or "0")
    return -digits if re.search(r"[-(]", text) else digits


def local_day(row: dict[str, str], mapping: dict[str, Any]) -> date | None:
    """The day of a row in the calendar of the shop; None for a time or a zone that cannot be read."""
    calendar = ZoneInfo(mapping.get("time_zone", "UTC"))
    zone: tzinfo = calendar
    if "zone" in mapping:
        named = mapping["zone_names"].get(row[mapping["zone"]])
        if named is None:
            return None
        zone = ZoneInfo(named)
    time = mapping["time"]
    text = row[time] if isinstance(time, str) else " ".join(row[part] for part in time)
    for pattern in PATTERNS[mapping.get("time_format")]:
        try:
            moment = datetime.strptime(text.strip(), pattern)
        except ValueError:
            continue
        if "%H" not in pattern and "%I" not in pattern:
            return moment.date()
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).astimezone(calendar).date()
    return None


def filled_down(rows: list[dict[str, str]], mapping: dict[str, Any]) -> None:
    """Give an order's further rows what stands on its first row only; its money is taken once."""
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        order = row[mapping["order"]]
        head = first.setdefault(order, row) if order.strip() else row
        for column in mapping.get("order_level", ()):
            if head is row:
                continue
            if column in (mapping["amount"], mapping.get("refunded")):
                row[column] = ""
            elif not row[column].strip():
                row[column] = head[column]


def is_left_out(row: dict[str, str], mapping: dict[str, Any]) -> bool:
    """Whether a filter leaves the row out."""

    def holds(column: str, values: list[str]) -> bool:
        return row[column].strip().casefold() in {value.casefold() for value in values}

    return not all(holds(*one) for one in mapping.get("only", {}).items()) or any(
        holds(*one) for one in mapping.get("except", {}).items()
    )


def outcome(mapping: dict[str, Any], path: Path, start: date, as_of: date) -> Outcome:
    """What the file comes to in the half-open window."""
    header, raw = raw_table(path, columns_of(mapping))
    found = Outcome(lines=len(raw), refused=sum(len(row) != len(header) for row in raw))
    rows = [dict(zip(header, row, strict=True)) for row in raw if len(row) == len(header)]
    filled_down(rows, mapping)
    sales = []
    for row in rows:
        customer = row[mapping["customer"]].strip()
        customer = customer.lower() if mapping.get("normalise_ids") else customer
        day = local_day(row, mapping)
        if is_left_out(row, mapping):
            found.left_out += 1
        elif not customer or day is None:
            found.refused += 1
        else:
            amount = money(row[mapping["amount"]])
            given_back = abs(money(row[mapping["refunded"]])) if "refunded" in mapping else Decimal(0)
            sales.append(Sale(customer, row[mapping["order"]], day, amount - given_back))
    window = [sale for sale in sales if start <= sale.day < as_of and sale.amount]
    found.customers = figures(window, as_of, mapping.get("returns", {}).get("do") == "subtract")
    return found


def figures(sales: list[Sale], as_of: date, subtract: bool) -> dict[str, dict[str, Any]]:
    """Recency, frequency and spend of the customers with a purchase and with spend above zero."""
    spend: Counter[str] = Counter()
    bought = defaultdict(list)
    for sale in sales:
        if sale.amount > 0:
            bought[sale.customer].append(sale)
        if sale.amount > 0 or subtract:
            spend[sale.customer] += sale.amount
    return {
        customer: {
            "recency": min((as_of - sale.day).days for sale in bought[customer]),
            "frequency": len({sale.order for sale in bought[customer]}),
            "spend": f"{spend[customer]:.2f}",
        }
        for customer in sorted(bought)
        if spend[customer] > 0
    }
