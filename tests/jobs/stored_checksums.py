"""Checksums of the rows of whole runs, as the releases before had them: rows that change are seen in review."""

from difflib import ndiff
from pathlib import Path

import pytest

from jobs.flow import Flow

STORED = Path(__file__).parents[1] / "data" / "checksums"


def check(flow: Flow, name: str) -> None:
    """Hold every table that a run has made against the stored list.

    To accept another one, remove the file and run the test twice; what changed needs a line in the changelog.
    """
    found = [flow.manifest(made) for made in flow.makes()]
    lines = [f"{one.dataset} {one.rows} {one.rows_checksum}\n" for one in found if one.rows_checksum]
    assert len(lines) > 15, "nearly every table has rows"
    stored = STORED / f"{name}.txt"
    if not stored.exists():
        stored.write_text("".join(lines), encoding="utf-8")
        pytest.fail(f"{stored.name} was missing and is written now; look at it and run again")
    expected = stored.read_text(encoding="utf-8").splitlines(keepends=True)
    if lines != expected:
        pytest.fail(f"other rows than in {stored.name}:\n{''.join(ndiff(expected, lines))}")
