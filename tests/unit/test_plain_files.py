"""Files cut into ranges: each line once, whatever the cuts, and only what a result names stays."""

import atexit
import itertools
import json
import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.planning.datasets import dataset
from segmentation.stages.ingest import plain_files, plain_lines
from segmentation.stages.ingest.plain_files import Range, blocks, ranges, remove_strays, take

SCRATCH = Path(tempfile.mkdtemp(prefix="lines-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
YEARS = {1_600_000_000_000: 2020, 1_000_000_000_000: 2001}


def line(number: int, **changed: object) -> bytes:
    row = {
        "rating": 4.0, "title": f"t{number}", "text": 'a "b" \\ c', "images": [], "asin": f"A{number}",
        "parent_asin": "P1", "user_id": f"u{number}", "timestamp": [*YEARS][number % 2], "helpful_vote": 0,
        "verified_purchase": True,
    }  # fmt: skip
    return json.dumps({**row, **changed}).encode() + b"\n"


@given(
    lines=st.lists(st.binary(max_size=9).map(lambda text: text.replace(b"\n", b"x")), max_size=12),
    cuts=st.sets(st.integers(0, 120)),
    block=st.integers(1, 20),
    ends=st.booleans(),
)
def test_any_cuts_give_each_line_once_and_in_order(lines: list[bytes], cuts: set[int], block: int, ends: bool) -> None:
    content = b"\n".join(lines) + (b"\n" if ends and lines else b"")
    path = SCRATCH / "lines"
    path.write_bytes(content)
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(content)), len(content)]
    before, plain_files.BLOCK = plain_files.BLOCK, block
    try:
        parts = [Range(str(path), a, b) for a, b in itertools.pairwise(edges) if a < b]
        found = b"".join(piece for part in parts for piece in blocks(part))
    finally:
        plain_files.BLOCK = before
    assert found == (content if content.endswith(b"\n") or not content else content + b"\n")


def test_ranges_cover_a_file_and_are_as_many_as_the_workers_can_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 1000)
    monkeypatch.setattr(plain_files, "SMALLEST_RANGE", 50)
    monkeypatch.setattr(plain_files, "LARGEST_RANGE", 90)
    parts = ranges([path], 5)
    assert [part.start for part in parts] == [0, *(part.end for part in parts[:-1])]
    assert parts[-1].end == 1000
    assert len(parts) % 5 == 0
    assert max(part.end - part.start for part in parts) <= 90
    assert ranges([path], 1)[0].end - ranges([path], 1)[0].start <= 90
    path.write_bytes(b"")
    assert ranges([path], 5) == []


def test_a_file_that_became_shorter_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(line(1))
    with pytest.raises(EOFError, match=r"f ended at byte \d+, before byte 5000"):
        list(blocks(Range(str(path), 0, 5000)))


def test_rows_go_into_a_file_for_each_year_and_the_rest_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(line(number) for number in range(10)) + b"broken\n" + line(10, rating="4"))
    monkeypatch.setattr(plain_files, "BLOCK", 600)
    monkeypatch.setattr(plain_files, "GATHERED", 200)
    taken = take(Range(str(path), 0, path.stat().st_size), str(tmp_path / "out"), str(tmp_path / "aside"))
    assert (taken.rows, taken.declined) == (10, 2)
    rows = [
        (int(Path(name).parent.name.removeprefix("review_year=")), asin)
        for name in taken.files
        if "review_year" in name
        for asin in pq.ParquetFile(name).read(["asin"])["asin"].to_pylist()
    ]
    assert sorted(rows) == sorted((YEARS[[*YEARS][number % 2]], f"A{number}") for number in range(10))
    aside = [name for name in taken.files if "aside" in name]
    assert pq.read_table(aside[0]).to_pylist() == [
        {"line": b"broken", "file": "in.jsonl"},
        {"line": line(10, rating="4").rstrip(b"\n"), "file": "in.jsonl"},
    ]


def test_without_a_folder_for_rows_only_the_rest_is_written(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(line(1) + b"\n")
    taken = take(Range(str(path), 0, path.stat().st_size), None, str(tmp_path / "aside"))
    assert (taken.rows, taken.declined, len(taken.files)) == (1, 1, 1)


def test_what_no_result_names_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(line(1))
    part = Range(str(path), 0, path.stat().st_size)
    out = tmp_path / "out"
    died, counted = (take(part, str(out), str(tmp_path / "aside")) for _ in range(2))
    remove_strays(out, [counted])
    assert [str(found) for found in out.rglob("*.parquet")] == counted.files != died.files


def test_the_columns_are_those_of_the_dataset() -> None:
    kinds = {
        pa.float64(): "double", pa.string(): "string", pa.int64(): "bigint", pa.bool_(): "boolean", pa.int32(): "int",
        pa.timestamp("us", "UTC"): "timestamp",
    }  # fmt: skip
    assert {field.name: kinds[field.type] for field in plain_lines.COLUMNS} == dataset("reviews").columns
