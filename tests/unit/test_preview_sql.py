"""The SQL files that the preview runs in DuckDB give there what their cases expect of Spark. Needs no Spark."""

import re
from collections import Counter
from typing import Any

import pytest

from segmentation.config.settings import parse
from segmentation.planning.sql_files import closure, read_file, stage_checks, stage_files
from segmentation.sources.preview.account import CHECKED, STAGES, WANTED
from segmentation.sources.preview.engine import Engine
from sql.sql_case import SqlCase, check_columns, columns_of, find_cases, is_check

KINDS = {"string": "VARCHAR", "timestamp": "TIMESTAMP", "array<string>": "VARCHAR[]"}
COLUMN = re.compile(r"(\w+) ((?:decimal\(\d+, ?\d+\)|[\w<>]+))(?:, |$)")
SETTINGS = parse({"source": "orders", "files_path": "orders.csv", "orders_mapping": "{}"})


def used() -> set:
    paths = set()
    for kind, wanted in WANTED.items():
        files = {name: file for stage in STAGES for name, file in stage_files(stage, SETTINGS.scoring, kind).items()}
        paths |= {file.path for file in closure(files, wanted).values()}
        paths |= {check.path for check in stage_checks("ingest", kind) if check.of in CHECKED}
    return paths


USED = used()
CASES = [case for case in find_cases() if case.sql_path in USED]


def kinds(ddl: str) -> dict[str, str]:
    """Column -> its type in DuckDB."""
    found = {name: KINDS.get(kind, kind) for name, kind in COLUMN.findall(" ".join(ddl.replace("`", "").split()))}
    assert len(found) == len(re.findall(r",(?![^()]*\))", ddl)) + 1, ddl
    return found


def fill(engine: Engine, name: str, ddl: str, rows: list[dict[str, Any]]) -> None:
    """Make a table of rows from YAML."""
    columns = kinds(ddl)
    engine.database.execute(f'CREATE TABLE "{name}" ({", ".join(f"{one} {kind}" for one, kind in columns.items())})')
    for row in rows:
        assert set(row) <= set(columns)
        values = [value if isinstance(value, list) or value is None else str(value) for value in map(row.get, columns)]
        engine.database.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', values)


def texts(engine: Engine, name: str, ddl: str) -> Counter:
    """The rows of a table as texts of the types that they must have, each as often as it comes."""
    shown = ", ".join(f"CAST(CAST({one} AS {kind}) AS VARCHAR)" for one, kind in kinds(ddl).items())
    return Counter(engine.database.execute(f'SELECT {shown} FROM "{name}"').fetchall())


def made(case: SqlCase) -> tuple[Engine, str]:
    engine = Engine()
    file = read_file(case.sql_path)
    for view in case.inputs:
        fill(engine, view, columns_of(view), case.content(view, []))
    if file.name in case.inputs:
        pytest.fail("a file that reads its own view cannot be tried here")
    engine.add(file, case.params())
    return engine, check_columns(file) if is_check(file) else columns_of(file.name)


def test_there_are_cases_of_each_file() -> None:
    assert {case.sql_path for case in CASES} == USED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_duckdb_gives_the_same_rows(case: SqlCase) -> None:
    engine, columns = made(case)
    fill(engine, "wanted of the case", columns, case.content("expect", []))
    assert texts(engine, case.sql_path.stem[4:], columns) == texts(engine, "wanted of the case", columns)


@pytest.mark.parametrize("case", [case for case in CASES if case.content("figures_measured", None)], ids=lambda c: c.id)
def test_duckdb_measures_the_same_figures(case: SqlCase) -> None:
    engine, _ = made(case)
    file = read_file(case.sql_path)
    wanted = {name: str(value) for name, value in case.content("figures_measured", {}).items()}
    assert {name: str(value) for name, value in engine.figures([file]).items()} == wanted
