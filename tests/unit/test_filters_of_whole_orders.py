"""`only` and `except` on columns of the line and of the whole order, against a reading in plain Python."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_cases import Case, Trial

pytestmark = pytest.mark.slow

VALUES = {"Status": ("", "paid", "pending"), "Cancelled": ("", "yes"), "Note": ("", "gift", "test")}
WHOLE = ("Status", "Cancelled")
ROWS = st.lists(
    st.fixed_dictionaries({"Order": st.sampled_from("1234"), **{c: st.sampled_from(v) for c, v in VALUES.items()}}),
    min_size=1,
    max_size=8,
)
SOME = {column: st.lists(st.sampled_from(values), min_size=1, unique=True) for column, values in VALUES.items()}
FILTERS = st.fixed_dictionaries({}, optional=SOME)


def wanted(rows: list[dict[str, str]], only: dict[str, list[str]], out: dict[str, list[str]]) -> set[int]:
    """The numbers of the rows that no filter leaves out; the first is row 2 of the file."""
    found = set()
    for number, row in enumerate(rows, start=2):
        said = dict(row)
        for column in WHOLE:
            of_order = [other[column] for other in rows if other["Order"] == row["Order"] and other[column]]
            said[column] = row[column] or next(iter(of_order), "")
        if all(said[column] in values for column, values in only.items()) and not any(
            said[column] in values for column, values in out.items()
        ):
            found.add(number)
    return found


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, only=FILTERS, out=FILTERS)
def test_a_row_takes_from_its_order_what_it_does_not_say(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], only: Any, out: Any
) -> None:
    folder: Path = tmp_path_factory.mktemp("filters")
    with open(folder / "orders.csv", "w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["Customer", "When", "Amount", "Order", *VALUES])
        lines.writerows(
            ["ann", "2023-06-01", "5.00", row["Order"], *(row[column] for column in VALUES)] for row in rows
        )
    there = {*only, *out}
    mapping = {
        "customer": "Customer", "time": "When", "amount": "Amount", "order": "Order", "only": only, "except": out,
        "order_level": [column for column in WHOLE if column in there],
    }  # fmt: skip
    trial = Trial(Case("filters", folder, {"files_path": "orders.csv", "mapping": mapping}))
    kept = {row["place"] for row in trial.engine.table("order_lines").to_pylist() if row["skipped"] != "filtered"}
    assert kept == wanted(rows, only, out)
