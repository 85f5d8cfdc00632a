"""How far a fetch has come: a line every few seconds in the log, which `make run` shows beside its clock."""

from pathlib import Path

import pytest

import shops
from segmentation.running.local import run
from segmentation.sources.databases import landed
from segmentation.warehouse.versions import Warehouse


def test_rows_are_counted_as_they_come(tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landed, "SAYS_EVERY", 0)
    said: list[str] = []
    shops.fetch(warehouse, shops.in_sqlite(tmp_path), said)
    (line,) = [one for one in said if "so far" in one]
    assert line.startswith("from shop_db: 4 rows so far, ")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("from shop_db: 1,250,000 rows so far, 4 a second", "fetch    from shop_db: 1,250,000 rows so far, 4 a second"),
        ("s3://exports@bucket/a.csv: 8,388 bytes so far", "fetch    s3://exports@bucket/a.csv: 8,388 bytes so far"),
        ("source version 0123 stands", "fetch"),
    ],
)
def test_the_clock_of_a_run_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, shown: str) -> None:
    clocks = []

    class Clock:
        def __init__(self, text) -> None:
            clocks.append(text)

        def __enter__(self) -> None:
            return

        def __exit__(self, *_: object) -> None:
            return

    monkeypatch.setattr(run, "clock", Clock)
    run.Progress(["[DAG TEST] starting task_id=fetch", line], tmp_path / "log").follow()
    assert clocks[0]().strip() == shown
