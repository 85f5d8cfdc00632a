"""The cases of `tests/data/orders_cases`: small exports, each with what a reader by hand finds in it.

A folder has the export and `case.yaml`, one document for each try: `mapping`, `counted` (the lines that count, written
down by hand: customer, time, order, amount) and `customers` (recency in days, frequency, spend), `refused` (lines by
reason) and `warnings` (checks that warn); or `error`, what the user is told instead.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import yaml

from segmentation.config import settings
from segmentation.planning.plan import Plan
from segmentation.planning.sql_files import SqlFile, closure
from segmentation.sources import orders
from segmentation.sources.order_lines.constants import constants
from segmentation.sources.order_lines.lines import SCHEMA, Lines
from segmentation.sources.preview.engine import Engine

FOLDER = Path(__file__).parent / "data/orders_cases"
AS_OF = "2023-07-01"
WANTED = ("customer_values", "refused_reasons")


@dataclass(frozen=True)
class Case:
    """One try of one export."""

    name: str
    folder: Path
    said: dict[str, Any]

    @property
    def params(self) -> dict[str, Any]:
        """The params of a run of it."""
        mapping = self.said["mapping"]
        return {
            "source": "orders",
            "files_path": str(self.folder / self.said["files_path"]),
            "orders_mapping": mapping if isinstance(mapping, str) else json.dumps(mapping),
            "rejected_share_fail": 1,
        }

    @property
    def expected(self) -> dict[str, tuple[int, int, Decimal]]:
        """Customer -> recency, frequency, spend."""
        customers = self.said.get("customers") or {}
        return {str(name): (days, orders_, Decimal(str(spend))) for name, (days, orders_, spend) in customers.items()}


def all_cases() -> list[Case]:
    """Every try of every folder."""
    found = []
    for path in sorted(FOLDER.glob("*/case.yaml")):
        for number, said in enumerate(yaml.safe_load_all(path.read_text(encoding="utf-8"))):
            label = said.get("label", number) if number or "label" in said else ""
            found.append(Case(f"{path.parent.name}{f': {label}' if label else ''}", path.parent, said))
    return found


def by_hand(case: Case) -> dict[str, tuple[int, int, Decimal]]:
    """The customers of the lines that count, in plain Python.

    A time with an offset is an instant, one without is the shop's own clock.
    """
    as_of = date.fromisoformat(AS_OF)
    zone = ZoneInfo(case.said.get("calendar", "UTC"))
    lines: dict[str, list[tuple[date, str, Decimal]]] = defaultdict(list)
    for number, (customer, at, order, amount) in enumerate(case.said["counted"]):
        moment = datetime.fromisoformat(str(at))
        day = moment.astimezone(zone).date() if moment.tzinfo else moment.date()
        if date(2022, 7, 1) <= day < as_of:
            lines[str(customer)].append(
                (day, str(order) if order is not None else f"line {number}", Decimal(str(amount)))
            )
    found = {}
    for customer, of_customer in lines.items():
        bought = [line for line in of_customer if line[2] >= 0]
        if not bought:
            continue  # somebody who has only given back
        days = (as_of - max(day for day, _, _ in bought)) // timedelta(days=1)
        found[customer] = (days, len({order for _, order, _ in bought}), sum(amount for _, _, amount in of_customer))
    return found


class Trial:
    """A case read by the workflow's reader and counted by its SQL in DuckDB."""

    def __init__(self, case: Case) -> None:
        given = settings.parse(case.params)
        mapping, files, listing = orders.look(given, lambda line: None)
        source = {"mapping": mapping, "files": listing}
        lines = Lines(source)
        batches = [
            batch
            for file in files
            for batch in lines.batches(file.name, orders.chunks_of(file, listing[file.name], mapping, lines.wanted))
        ]
        table = pa.Table.from_batches(batches, schema=SCHEMA)
        blank = any(row["amount_is_blank"] and row["order_id"] for row in table.to_pylist())
        for name, value in constants(source, blank).items():
            kind = {bool: pa.bool_(), int: pa.int64()}.get(type(value), pa.string())
            table = table.append_column(name, pa.array([value] * len(table), kind))
        self.plan = Plan(given, date.fromisoformat(AS_OF), "0" * 12, source)
        self.engine = Engine()
        self.engine.register("raw_orders", table)
        made = list(self._make())
        figures = {name: str(value) for name, value in self.engine.figures(made).items()}
        self.engine.register("figures", pa.table({"name": list(figures), "value": list(figures.values())}))

    def _make(self) -> Iterator[SqlFile]:
        files = {name: file for stage in ("ingest", "clean", "rfm") for name, file in self.plan.files(stage).items()}
        for file in closure(files, WANTED).values():
            self.engine.add(file, self.plan.parameters())
            yield file

    @property
    def customers(self) -> dict[str, tuple[int, int, Decimal]]:
        """Customer -> recency, frequency, spend."""
        rows = self.engine.table("customer_values").to_pylist()
        return {row["user_id"]: (row["recency_days"], row["frequency"], row["monetary"]) for row in rows}

    @property
    def refused(self) -> dict[str, int]:
        """Reason -> lines."""
        return {row["reason"]: row["lines"] for row in self.engine.table("refused_reasons").to_pylist()}

    @property
    def warnings(self) -> set[str]:
        """The checks of orders that warn."""
        checks = [
            check
            for check in self.plan.checks("ingest")
            if check.of == "orders" and check.header.get("Level") == "warn"
        ]
        self.engine.add_missing(self.plan.needed_by(checks).values(), self.plan.parameters())
        rows = {check.name: self.engine.rows(check, self.plan.parameters())[0] for check in checks}
        return {name for name, row in rows.items() if not row["passed"]}
