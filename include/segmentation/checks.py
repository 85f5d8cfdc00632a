"""Run the checks of what a stage has written, before it is published."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, Row

from segmentation import tables
from segmentation.errors import UserError
from segmentation.sql_files import SqlFile
from segmentation.together import together


def run_checks(checks: list[SqlFile], rows: Callable[[SqlFile], DataFrame]) -> dict[str, dict[str, Any]]:
    """Run checks: {dataset: {check: result}}. `rows` gives the rows of a SQL file.

    Raises UserError naming each failed check, its figure and what is allowed.
    """
    results: dict[str, dict[str, Any]] = {}
    failed = []
    found = together([partial(_row, rows, check) for check in checks])
    for check, row in zip(checks, found, strict=True):
        results.setdefault(check.of, {})[check.name] = _result(check, row, tables.plain(row.figure))
        if check.header.get("Level") == "fail" and not row.passed:
            failed.append(f"check {check.name} of {check.of} failed: {row.message}")
    if failed:
        raise UserError("; ".join(failed) + ". Nothing was published.")
    return results


def _row(rows: Callable[[SqlFile], DataFrame], check: SqlFile) -> Row:
    (row,) = rows(check).collect()
    return row


def _result(check: SqlFile, row: Row, figure: Any) -> dict[str, Any]:
    """What the manifest keeps of a check; a line in the log says the same. A limit is judged by the run."""
    if "Limit" in check.header:
        print(f"check {check.name}: {figure}: {row.message}", flush=True)
        return {"limit": check.header["Limit"], "figure": figure, "message": row.message}
    level = check.header["Level"]
    print(f"check {check.name} ({level}): {'passed' if row.passed else 'FAILED'}: {row.message}", flush=True)
    return {"level": level, "figure": figure, "passed": row.passed, "message": row.message}
