"""Write a CSV file of invented order lines, to measure how long reading takes: `python bench/order_lines.py PATH LINES`

`--form german` writes `d.M.yyyy H:mm`, a decimal comma and semicolons; without it times are ISO, amounts have points.
The same call writes the same file.
"""

import argparse
import random
from datetime import datetime, timedelta
from pathlib import Path

HEADER = ("Order", "When", "Customer", "Product", "Category", "Quantity", "Amount", "Country")
CATEGORIES = [f"Category {number}" for number in range(30)]
COUNTRIES = ["Germany", "France", "Spain", "Italy", "Poland"]
FIRST = datetime(2022, 6, 1)
MINUTES = 400 * 24 * 60


def write(path: Path, lines: int, form: str) -> None:
    """Write so many lines behind a header; about three lines make an order."""
    dice = random.Random(7)  # noqa: S311
    delimiter = ";" if form == "german" else ","
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(delimiter.join(HEADER) + "\n")
        order, customer, when = 500_000, "", ""
        for number in range(lines):
            if number % 3 == 0:
                order, customer = order + 1, f"c{dice.randrange(lines // 12 + 1):07d}"
                when = _time(FIRST + timedelta(minutes=dice.randrange(MINUTES)), form)
            amount = f"{dice.randrange(50, 200_000) / 100:.2f}"
            if form == "german":
                amount = amount.replace(".", ",")
            cells = (
                str(order), when, customer, f"P{dice.randrange(20_000):05d}", dice.choice(CATEGORIES),
                str(dice.randrange(1, 9)), amount, dice.choice(COUNTRIES),
            )  # fmt: skip
            file.write(delimiter.join(cells) + "\n")


def _time(at: datetime, form: str) -> str:
    if form == "german":
        return f"{at.day}.{at.month}.{at.year} {at.hour}:{at.minute:02d}"
    return f"{at:%Y-%m-%d %H:%M:%S}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("lines", type=int)
    parser.add_argument("--form", choices=("iso", "german"), default="iso")
    given = parser.parse_args()
    write(given.path, given.lines, given.form)
