"""The presets for vendors' exports: each names columns of its layout, and comes to what was worked out by hand."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from segmentation.common.paths import PROJECT
from segmentation.config import settings
from segmentation.planning.plan import Plan
from segmentation.sources import orders
from segmentation.sources.orders_mapping import COLUMNS, DEFAULTS
from segmentation.sources.preview.account import account
from segmentation.sources.preview.engine import Engine
from segmentation.sources.preview.reading import read
from unit.order_presets_by_hand import CASES, PRESETS, columns_of, outcome, raw_table

NAMES = sorted(path.stem for path in PRESETS.glob("*.yaml"))
# The keys of a mapping that a preset may give.
KEYS = {*COLUMNS, *DEFAULTS}
WINDOW_START = {12: date(2022, 7, 1)}


def preset(name: str) -> dict[str, Any]:
    return yaml.safe_load((PRESETS / f"{name}.yaml").read_bytes())


def expected(name: str) -> dict[str, Any]:
    return yaml.safe_load((CASES / name / "expect.yaml").read_bytes())


def test_the_presets_that_users_are_told_of_are_there() -> None:
    assert {"shopify", "woocommerce", "stripe", "square", "magento", "etsy", "ebay", "bigcommerce"} <= set(NAMES)
    assert sorted(path.name for path in CASES.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_says_where_it_comes_from_and_holds_known_keys(name: str) -> None:
    text = (PRESETS / f"{name}.yaml").read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert text.splitlines()[: len(comments)] == comments, "all comments stand on top"
    assert all(part in "\n".join(comments) for part in ("\n# Where: ", "\n# Read in: ", "\n# What it decides:"))
    assert set(preset(name)) <= KEYS
    assert all(ZoneInfo(zone) for zone in preset(name).get("zone_names", {}).values())


@pytest.mark.parametrize("name", NAMES)
def test_the_columns_of_a_preset_stand_once_each_in_the_export(name: str) -> None:
    columns = columns_of(preset(name))
    header, rows = raw_table(CASES / name / "export.csv", columns)
    assert {column: header.count(column) for column in columns} == dict.fromkeys(columns, 1)
    assert len(rows) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_the_export_comes_to_what_was_worked_out(name: str) -> None:
    right = expected(name)
    mapping = preset(name) | right["own_keys"]
    found = outcome(mapping, CASES / name / "export.csv", WINDOW_START[right["window_months"]], right["as_of"])
    assert found.customers == right["customers"]
    assert (found.lines, found.left_out, found.refused) == (right["lines"], right["left_out"], right["refused"])
    assert found.refused * 10 < found.lines, "a run would fail by its limit on refused lines"


@pytest.mark.parametrize("name", NAMES)
def test_the_source_comes_to_the_same(tmp_path: Path, name: str) -> None:
    """The export read by the source under {preset: name, and the case's own keys} has the customers of `expected`."""
    right = expected(name)
    given = settings.parse(
        {
            "source": "orders",
            "files_path": str(CASES / name / "export.csv"),
            "orders_mapping": json.dumps({"preset": name, **right["own_keys"]}),
            "window_months": right["window_months"],
        }
    )
    mapping, found, listing = orders.look(given, lambda line: None)
    engine = Engine(tmp_path)
    read(engine, mapping, found, listing, tmp_path, lambda lines: None)
    plan = Plan(given, right["as_of"], "0" * 12, {"mapping": mapping, "files": listing})
    figures = account(engine, plan, right["as_of"]).figures
    rows = engine.table("customer_values").to_pylist()
    engine.database.close()
    assert {
        row["user_id"]: {"recency": row["recency_days"], "frequency": row["frequency"], "spend": str(row["monetary"])}
        for row in rows
    } == right["customers"]
    assert figures["order_lines_refused"] == right["refused"]
    assert figures["order_lines_filtered"] == right["left_out"]


def test_users_are_told_of_each_preset() -> None:
    page = (PROJECT / "docs/how-to/order-presets.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in page] == []


def test_no_export_is_of_real_people() -> None:
    """Every email in the exports is at a name that nobody can have."""
    for name in NAMES:
        with open(CASES / name / "export.csv", encoding="utf-8", newline="") as file:
            emails = {cell.strip().lower() for row in csv.reader(file) for cell in row if "@" in cell}
        assert all(email.endswith(("@example.com", "@shop.example")) for email in emails), emails
