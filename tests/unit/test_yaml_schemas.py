"""The JSON schemas for editors: every file that comes along fits, and what no reader takes does not."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from segmentation.common.paths import ORDER_PRESETS, PROJECT, SEGMENT_MAPS
from segmentation.config.shops import files
from segmentation.running.docs import schemas

SCHEMAS = {name.partition(".")[0]: json.loads(text) for name, text in schemas.files().items()}
GOOD = [
    *(("shop", path) for path in (PROJECT / "include/shops").glob("*.yaml")),
    *(("segment_map", path) for path in SEGMENT_MAPS.glob("*.yaml")),
    *(("orders_mapping", path) for path in ORDER_PRESETS.glob("*.yaml")),
    *(("orders_mapping", path) for path in (PROJECT / "docs/how-to/own-orders").glob("*.yaml")),
    *(("orders_mapping", path) for path in (PROJECT / "tests/data").rglob("mapping*.yaml")),
]


def faults(name: str, content: Any) -> list[str]:
    # As an editor has it: a date is a text there.
    content = json.loads(json.dumps(content, default=str))
    return [one.message for one in jsonschema.Draft202012Validator(SCHEMAS[name]).iter_errors(content)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema_itself(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize(("name", "path"), GOOD, ids=lambda one: one.name if isinstance(one, Path) else one)
def test_every_file_that_comes_along_fits(name: str, path: Path) -> None:
    assert faults(name, yaml.safe_load(path.read_text(encoding="utf-8"))) == []


ORDERS = "params: {source: orders, files_path: a.csv, orders_mapping: 'customer: a'}"
SHOPS = [
    f"title: Tea\nschedule: '0 6 1 * *'\nstart: 2024-01-01\nowner: me\ntags: [a]\n{ORDERS}",
    "params: {source: demo, k: 3, min_price: 0.5, window_months: 6, segment_map: eleven}",
    "params: {source: demo, k: '3', as_of: '2023-09-01'}\nschedule: none",
    f"{ORDERS}\ndeliver: {{table: tea.segments, connection: db}}",
    "params: {source: demo}\ndeliver:\n- {files: /data/out}\n- {webhook: /in, connection: c, lists: [a], batch: 9}",
]


@pytest.mark.parametrize("text", SHOPS)
def test_what_the_reader_of_shops_takes_fits(text: str) -> None:
    read = files.check_file(Path("tea.yaml"), text.encode())
    assert isinstance(read, files.Shop), read
    assert faults("shop", yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shop", "titel: Tea\nparams: {}"),
        ("shop", "title: Tea"),
        ("shop", "params: {sorce: demo}"),
        ("shop", "params: {source: demos}"),
        ("shop", "params: {window_months: 0}"),
        ("shop", "params: {trial: true}"),
        ("shop", "params: {}\nschedule: monthly"),
        ("shop", "params: {}\ndeliver: {table: a, batch: 3}"),
        ("orders_mapping", "custommer: Email"),
        ("orders_mapping", "customer: [a, b]"),
        ("orders_mapping", "returns: {do: subtract, prefix: C}"),
        ("orders_mapping", "preset: shopfy"),
        ("segment_map", "segments: []"),
        ("segment_map", "segments: [{name: A, group: g, meaning: m}]"),
        ("segment_map", "segments: [{name: A, group: g, meaning: m, action: a, rules: [{recent: 5}]}]"),
        ("segment_map", "segments: [{name: A, group: g, meaning: m, action: a, claims: [{average: money}]}]"),
    ],
)
def test_what_no_reader_takes_does_not_fit(name: str, text: str) -> None:
    assert faults(name, yaml.safe_load(text))


@pytest.mark.slow
def test_every_key_of_a_mapping_is_described() -> None:
    from segmentation.sources import orders_mapping

    assert set(schemas.MAPPING) == set(orders_mapping.KEYS)
