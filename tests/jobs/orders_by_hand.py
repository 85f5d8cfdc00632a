"""The figures of the shipped shop's customers in plain Python, straight from its file and mapping."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from segmentation.common.paths import PROJECT

SHOP = PROJECT / "docs/how-to/own-orders"
START, AS_OF = date(2022, 7, 1), date(2023, 7, 1)


@dataclass(frozen=True)
class Line:
    """One usable line of the shop's file."""

    customer: str
    order: str
    at: datetime
    amount: Decimal
    is_return: bool

    @property
    def day(self) -> date:
        """The day by the shop's calendar."""
        return self.at.astimezone(ZoneInfo("Europe/Berlin")).date()


def raw_lines(path: Path = SHOP / "orders.csv") -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def usable(rows: list[dict[str, str]]) -> Iterator[Line]:
    for row in rows:
        try:
            local = datetime.strptime(row["Ordered"], "%d.%m.%Y %H:%M").replace(tzinfo=ZoneInfo("Europe/Berlin"))
            amount = Decimal(row["Quantity"]) * Decimal(row["Unit Price"])
        except (ValueError, InvalidOperation):
            continue
        if row["Customer"]:
            amount = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
            is_return = row["Order No"].startswith("C") or amount < 0 or Decimal(row["Quantity"]) < 0
            customer = row["Customer"].removesuffix(".0")
            yield Line(customer, row["Order No"], local.astimezone(UTC), amount, is_return)


def customers(rows: list[dict[str, str]], counts: str, subtract: bool) -> dict[str, tuple[int, int, Decimal]]:
    """customer -> (recency in days, frequency, spend) in the half-open window, for those with spend above zero."""
    sold: dict[str, list[Line]] = defaultdict(list)
    spend: dict[str, Decimal] = defaultdict(Decimal)
    for line in usable(rows):
        if START <= line.day < AS_OF:
            if line.is_return:
                spend[line.customer] -= abs(line.amount) if subtract else 0
            elif line.amount > 0:
                sold[line.customer].append(line)
                spend[line.customer] += line.amount
    number = {
        "orders": lambda lines: len({line.order for line in lines}),
        "days": lambda lines: len({line.day for line in lines}),
        "lines": len,
    }[counts]
    return {
        customer: ((AS_OF - max(line.day for line in lines)).days, number(lines), spend[customer])
        for customer, lines in sold.items()
        if spend[customer] > 0
    }


def without_spend(rows: list[dict[str, str]], subtract: bool) -> int:
    """How many customers of the window have something that counts, and yet no spend above zero."""
    there = {
        line.customer
        for line in usable(rows)
        if START <= line.day < AS_OF and ((subtract and line.amount) if line.is_return else line.amount > 0)
    }
    return len(there - set(customers(rows, "orders", subtract)))
