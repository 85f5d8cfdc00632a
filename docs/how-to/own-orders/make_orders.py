"""Write orders.csv beside this file: a small invented shop, the same at every run. Nobody in it exists.

It has what real exports have: ids that a spreadsheet took for numbers, guests without an id, cancelled orders, returns,
gifts for nothing, two of the same item as two lines, and a few lines that cannot be used.
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HEADER = ["Order No", "Ordered", "Customer", "Item No", "Item", "Group", "Quantity", "Unit Price"]
ITEMS = [
    ("1001", "Green tea, loose", "Tea", "6.90"),
    ("1002", "Earl Grey", "Tea", "5.40"),
    ("1003", 'Tea tin "Blue Sea"', "Tea", "12.50"),
    ("2001", "Coffee, whole beans", "Coffee", "14.90"),
    ("2002", "Espresso\n(dark roast)", "Coffee", "16.20"),
    ("2003", "Filter papers", "Coffee", "2.35"),
    ("3001", "Porcelain cup", "Tableware", "8.00"),
    ("3002", "Teapot 1.2 l", "Tableware", "39.00"),
    ("4001", "Gift card", "Gifts", "25.00"),
    ("4002", "Sample", "", "0.00"),
]
FIRST_DAY = datetime(2022, 6, 1, 8, 0)


def lines(seed: int = 2023) -> list[list[str]]:
    """The lines of the file without its header."""
    # Only `random()` is sure to give the same numbers in every Python.
    draw = random.Random(seed).random  # noqa: S311
    made: list[list[str]] = []
    for number in range(1, 241):
        at = FIRST_DAY + timedelta(minutes=int(draw() * 390 * 24 * 60))
        customer = 17001 + int(draw() * draw() * 70)
        order = f"{36000 + number}"
        basket = []
        for _ in range(1 + int(draw() * draw() * 5)):
            item = ITEMS[int(draw() * len(ITEMS))]
            basket.append([order, at, f"{customer}.0", *item[:3], str(1 + int(draw() * draw() * 6)), item[3]])
        if draw() < 0.08:
            basket.append(list(basket[0]))  # two of an item, scanned one by one
        if draw() < 0.05:
            basket = [[*line[:2], "", *line[3:]] for line in basket]  # a guest
        made += basket
        if draw() < 0.06:
            later = at + timedelta(days=2)
            made += [[f"C{order}", later, *line[2:6], f"-{line[6]}", line[7]] for line in basket]
        elif draw() < 0.05:
            made.append([f"{order}-R", at + timedelta(days=9), *basket[0][2:6], "-1", basket[0][7]])
    for line in made:
        line[1] = f"{line[1].day}.{line[1].month}.{line[1].year} {line[1]:%H:%M}"
    made[20][7] = "n/a"
    made[150][1] = "31.2.2023 10:00"
    return sorted(made, key=lambda line: line[0])


def write(path: Path) -> None:
    """Write the file."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *lines()])


if __name__ == "__main__":
    write(Path(__file__).with_name("orders.csv"))
