"""Thousands of bent inputs for each reader of what a user gives: no traceback, no long message, no memory gone."""

import json
import os
import random
from pathlib import Path

import pytest
from fuzzing import bent, check
from hostile_values import VALUES

from segmentation.common.errors import UserError
from segmentation.common.paths import PROJECT
from segmentation.config import settings
from segmentation.config.segment_maps import parse_map
from segmentation.config.settings import FIELDS, parse
from segmentation.sources.orders_mapping import read_mapping

pytestmark = pytest.mark.slow

MAPS = [
    "bins: 3\nsegments:\n- {name: A, group: New, meaning: m, action: a, rules: [{recency: [1, 2]}, {monetary: 3}]}\n"
    "- {name: B, group: New, meaning: m, action: a, rules: [{}]}\noverlaps: first_wins\n",
    "bins: 3\nsegments:\n  - name: A\n    group: High value\n    meaning: some words\n    action: others\n"
    "    cells: [111, 112, 333]\nothers: {name: B, group: New, meaning: m, action: a}\n",
    "bins: 3\noverlaps: refused\nsegments:\n- {name: A, group: &g New, meaning: *g, action: a, rules: [{recency: 1}]}\n"
    "- {name: B, group: *g, meaning: m, action: a, rules: [{recency: [2, 3]}]}\n",
]
MAPPING = (PROJECT / "docs/how-to/own-orders/mapping.yaml").read_text(encoding="utf-8")
MAPPINGS = [
    "\n".join(line.partition("#")[0] for line in MAPPING.splitlines()),
    '{"customer": "Who", "time": "When", "amount": "Sum", "time_format": "d.M.yyyy H:mm", "returns": {"do": "ignore"}}',
    "customer: Who\ntime: When\namount: Sum\ndelimiter: ';'\nencoding: cp1252\ndecimal: ','\n"
    "time_zone: Europe/Berlin\n",
    "~/mapping.yaml", "../x/mapping.yaml", "/dev/stdin",
]  # fmt: skip


def test_segment_maps() -> None:
    taken, refused = check(lambda text: parse_map(text, "mine.yaml", 3), bent(MAPS, 3000))
    assert taken > 5, "bent so far that nothing is tried"
    assert refused > 1000


def test_orders_mappings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    taken, refused = check(read_mapping, bent(MAPPINGS, 3000))
    assert taken > 20
    assert refused > 1000


def test_orders_mappings_in_files(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"

    def read(text: str) -> None:
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        read_mapping(str(path))

    assert check(read, bent(MAPPINGS, 1000, seed=2))[0] > 5


def test_params() -> None:
    """Any values for any params, several at once: what is taken can be a word on a command line."""
    dice = random.Random(3)
    usual = [(name, settings.json_default(name)) for name in FIELDS]
    texts = [json.dumps(value) for _, value in usual]

    def read(text: str) -> None:
        given = {dice.choice(list(FIELDS)): dice.choice([text, text[:20], *VALUES]) for _ in range(dice.randint(1, 4))}
        for name, value in vars(parse(given)).items():
            word = json.dumps(value, default=str)
            assert len(word) < 2**17, name
            os.fsencode(str(value))

    taken, refused = check(read, bent(texts, 5000))
    assert taken > 100
    assert refused > 1000


def test_what_is_no_sentence_would_be_seen() -> None:
    def long(text: str) -> None:
        raise UserError("x" * 1999 + "\n")

    def broken(text: str) -> None:
        raise KeyError(text)

    for read in (long, broken):
        with pytest.raises(AssertionError):
            check(read, bent(MAPS, 100))
