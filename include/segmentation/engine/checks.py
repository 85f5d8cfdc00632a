"""Run the checks of what a stage has written, before it is published."""

import json
from collections.abc import Callable
from typing import Any

from pyspark.sql import DataFrame

from segmentation.common.errors import UserError
from segmentation.planning.sql_files import SqlFile


def run_checks(checks: list[SqlFile], rows: Callable[[str, set[str]], DataFrame]) -> dict[str, dict[str, Any]]:
    """Run checks: {dataset: {check: result}}. `rows` gives the rows of a statement with these markers.

    Raises UserError naming each failed check, its figure and what is allowed.
    """
    results: dict[str, dict[str, Any]] = {}
    failed = []
    if not checks:
        return results
    markers = {marker for check in checks for marker in check.markers}
    found = {row.number: _row(row.found, row.kind) for row in rows(statement(checks), markers).collect()}
    for number, check in enumerate(checks):
        row = found[number]
        results.setdefault(check.of, {})[check.name] = _result(check, row)
        if check.header.get("Level") == "fail" and not row["passed"]:
            failed.append(f"check {check.name} of {check.of} failed: {row['message']}")
    if failed:
        raise UserError("; ".join(failed) + ". Nothing was published.")
    return results


def statement(checks: list[SqlFile]) -> str:
    """All checks as one statement: each is a few rows, and what it takes to plan and start a query is most of its time.

    Columns number, found (the check's one row as JSON) and kind (the type of its figure).
    """
    parts = [
        f"SELECT {number} AS number, to_json(struct(*), map('ignoreNullFields', 'false')) AS found, "  # noqa: S608
        f"typeof(figure) AS kind FROM (\n{check.text}\n)"
        for number, check in enumerate(checks)
    ]
    return "\nUNION ALL\n".join(parts)


def _row(found: str, kind: str) -> dict[str, Any]:
    """A check's row as JSON can hold it: exact numbers are texts."""
    exact = str if kind.startswith("decimal") else None
    return json.loads(found, parse_float=exact, parse_int=exact)


def _result(check: SqlFile, row: dict[str, Any]) -> dict[str, Any]:
    """What the manifest keeps of a check; a line in the log says the same. A limit is judged by the run."""
    figure, message = row["figure"], row["message"]
    if "Limit" in check.header:
        print(f"check {check.name}: {figure}: {message}", flush=True)
        return {"limit": check.header["Limit"], "figure": figure, "message": message}
    level, passed = check.header["Level"], row["passed"]
    print(f"check {check.name} ({level}): {'passed' if passed else 'FAILED'}: {message}", flush=True)
    return {"level": level, "figure": figure, "passed": passed, "message": message}
