"""The checks of a stage are one statement; what each found is kept as it was."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from segmentation.common.errors import UserError
from segmentation.engine.checks import run_checks, statement
from segmentation.planning.sql_files import SqlFile, read_file

TEXT = """-- What it checks.
-- Grain: one row.
-- Reads: none
-- Params: none
-- Level: {level}
-- Of: {of}
WITH one AS (SELECT 1 AS figure) -- with a comment
SELECT figure, figure = 1 AS passed, 'It is one.' AS message FROM one
"""


def check(folder: Path, name: str, of: str = "reviews", level: str = "fail") -> SqlFile:
    path = folder / f"{name}.sql"
    path.write_text(TEXT.format(level=level, of=of), encoding="utf-8")
    return read_file(path)


def found(checks: list[SqlFile], *rows: tuple[str, str]) -> Any:
    """What a Spark says to the statement: (the row as JSON, the type of its figure) of each, the last one first."""
    given = [SimpleNamespace(number=n, found=text, kind=kind) for n, (text, kind) in enumerate(rows)]
    asked = []

    def answer(text: str, markers: set[str]) -> Any:
        asked.append((text, markers))
        return SimpleNamespace(collect=lambda: given[::-1])

    results = run_checks(checks, answer)
    assert asked == [(statement(checks), set())]
    return results


def test_each_figure_is_kept_in_its_own_kind(tmp_path: Path) -> None:
    kinds = [("12.50", "decimal(28,2)"), ("3", "decimal(38,0)"), ("3", "bigint"), ("0.5", "double"), ("null", "double")]
    checks = [check(tmp_path, f"1{number}0_check_{number}") for number in range(len(kinds))]
    rows = [(f'{{"figure": {figure}, "passed": true, "message": "m"}}', kind) for figure, kind in kinds]
    figures = [one["figure"] for one in found(checks, *rows)["reviews"].values()]
    assert figures == ["12.50", "3", 3, 0.5, None]
    assert [type(one) for one in figures[:4]] == [str, str, int, float]


def test_every_failed_check_is_named_and_a_warning_is_none(tmp_path: Path) -> None:
    checks = [
        check(tmp_path, "110_counted"), check(tmp_path, "120_priced", "purchases"),
        check(tmp_path, "130_doubtful", level="warn"), check(tmp_path, "140_whole"),
    ]  # fmt: skip
    rows = [(json.dumps({"figure": 7, "passed": passed, "message": f"M{n}."}), "int")
            for n, passed in enumerate((False, None, False, True))]  # fmt: skip
    with pytest.raises(UserError) as caught:
        found(checks, *rows)
    assert str(caught.value) == (
        "check counted of reviews failed: M0.; check priced of purchases failed: M1.. Nothing was published."
    )


def test_no_checks_ask_nothing() -> None:
    assert run_checks([], lambda *_: pytest.fail("asked")) == {}


def test_the_statement_holds_each_text_as_it_is(tmp_path: Path) -> None:
    checks = [check(tmp_path, "110_one"), check(tmp_path, "120_two")]
    parts = statement(checks).split("\nUNION ALL\n")
    assert len(parts) == len(checks)
    assert all(f"(\n{one.text}\n)" in part for one, part in zip(checks, parts, strict=True))
