"""The lists of customers: for each list a Parquet file, and a CSV file for a spreadsheet or a mailing tool.

A file is named after its list: `champions.parquet` and `champions.csv`. Every list has both, also without customers, so
that whatever reads them each month finds them. Those who spent most come first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentation.config.segment_maps import RISK, Segment, load_map
from segmentation.engine import tables
from segmentation.engine.stage_run import StageRun
from segmentation.planning.datasets import dataset
from segmentation.warehouse.manifests import data_files

VIEW, VIEW_COLUMNS = "segment_lists", "list string, segment string, only_moved boolean"
MOVED_INTO = "moved-into-"
LONGEST = 60  # characters of a file's name
# As RFC 4180 has it, but for the ends of lines, which Spark would also change inside texts: quotes doubled, nothing
# trimmed, null an empty cell.
CSV: dict[str, Any] = {
    "header": True, "quote": '"', "escape": '"', "emptyValue": "", "nullValue": "", "lineSep": "\n",
    "ignoreLeadingWhiteSpace": False, "ignoreTrailingWhiteSpace": False,
}  # fmt: skip


@dataclass(frozen=True)
class CustomerList:
    """A list: its name, its segment, and whether it holds only those who have moved there since the month before."""

    name: str
    segment: str
    only_moved: bool


def lists(segments: Sequence[Segment], has_previous: bool) -> list[CustomerList]:
    """The lists of a map: one per segment in its order; then, where there is a month before, the moves into risk."""
    names = dict(zip(segments, file_names([segment.name for segment in segments]), strict=True))
    whole = [CustomerList(names[each], each.name, False) for each in segments]
    at_risk = [each for each in segments if each.group == RISK and has_previous]
    return whole + [CustomerList(MOVED_INTO + names[each], each.name, True) for each in at_risk]


def file_names(segments: Sequence[str]) -> list[str]:
    """A short name for each segment that is fit for a file: `Can't Lose Them` is `cant-lose-them`.

    A segment whose name leaves nothing, or the same as another, is named after its place in the map: `segment-3`.
    """
    short = [re.sub(r"[^a-z0-9]+", "-", name.lower().replace("'", "")).strip("-")[:LONGEST] for name in segments]
    taken = (MOVED_INTO, "segment-")
    clear = [bool(name) and short.count(name) == 1 and not name.startswith(taken) for name in short]
    return [name if ok else f"segment-{place}" for place, (name, ok) in enumerate(zip(short, clear, strict=True), 1)]


def register_lists(stage_run: StageRun) -> list[CustomerList]:
    """Make the view `segment_lists`, which says what lists there are; returns them."""
    settings = stage_run.plan.settings
    found = lists(load_map(settings.segment_map, settings.bins), stage_run.has_previous)
    rows = [(each.name, each.segment, each.only_moved) for each in found]
    stage_run.register_rows(VIEW, VIEW_COLUMNS, rows)
    return found


def write_cells(stage_run: StageRun, names: Sequence[str]) -> None:
    """Put the rows of `exports`, just written as Parquet, beside it as CSV; and files for the lists without rows."""
    if "exports" not in stage_run.missing:
        return
    stage_run.run_sql()  # now `export_cells` reads the rows that were written
    item = dataset("exports")
    cells = stage_run.frame("export_cells").select(*item.columns)

    def others(folder: Path) -> list[Path]:
        before = set(data_files(folder))
        tables.write_lists(cells, item, folder, "csv", CSV)
        for name in names:
            if not (folder / f"{name}.parquet").exists():
                tables.write_no_rows(cells, folder / f"{name}.parquet")
                header = ",".join(item.columns) + CSV["lineSep"]
                (folder / f"{name}.csv").write_text(header, encoding="utf-8", newline="")
        return [path for path in data_files(folder) if path not in before]

    stage_run.add_files("exports", others)
