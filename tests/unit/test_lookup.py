"""Rows of one customer among many: little is read of files in order, and those in none give the same."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation.pages import lookup
from segmentation.warehouse.published import StoredFile

NAMES = [f"c{number:05}" for number in range(10_000)]


@pytest.fixture
def reads(monkeypatch) -> list[int]:
    """The row groups that are read from now on."""
    found: list[int] = []
    one, some = pq.ParquetFile.read_row_group, pq.ParquetFile.read_row_groups

    def read(self, number, **named):
        found.append(number)
        return one(self, number, **named)

    def read_some(self, numbers, **named):
        found.extend(numbers)
        return some(self, numbers, **named)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", read)
    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", read_some)
    return found


def stored(folder: Path, name: str, ids: list[str], rows: int = 500, **named) -> StoredFile:
    table = pa.table({"user_id": ids, "segment": ["Lost"] * len(ids), "orders": [len(one) for one in ids]})
    pq.write_table(table, folder / name, row_group_size=rows, **named)
    return StoredFile(folder, name, (folder / name).stat().st_size, str(folder) + name)


def test_one_row_group_of_each_file_is_read(tmp_path: Path, reads: list[int]) -> None:
    files = [stored(tmp_path, "a", NAMES[::2]), stored(tmp_path, "b", NAMES[1::2])]
    assert lookup.rows_of(files, "c01234", ["orders"]) == [{"orders": 6}]
    assert len(reads) == 3, "the ids of one group of each file, and the rest of the one that has them"
    assert lookup.rows_of(files, "c0123", ["orders"]) == []
    assert lookup.rows_of(files, "", ["orders"]) == []
    assert lookup.rows_of(files, "zz", ["orders"]) == []


def test_files_in_no_order_and_without_statistics_give_the_same(tmp_path: Path) -> None:
    mixed = [NAMES[(7 * place) % len(NAMES)] for place in range(len(NAMES))]
    ordered = [stored(tmp_path, "a", NAMES)]
    for files in ([stored(tmp_path, "b", mixed)], [stored(tmp_path, "c", mixed, write_statistics=False)]):
        for who in ("c00000", "c09999", "c05000", "c99999"):
            assert lookup.rows_of(files, who, ["orders"]) == lookup.rows_of(ordered, who, ["orders"])
        for start in ("c0123", "c", "c09999", "x", "c1"):
            assert lookup.beginning_with(files, start, 5) == [one for one in NAMES if one.startswith(start)][:6]
            assert lookup.beginning_with(ordered, start, 5) == [one for one in NAMES if one.startswith(start)][:6]


def test_rows_in_several_groups_are_all_found(tmp_path: Path) -> None:
    mixed = [*NAMES[:1200], "c00003", *NAMES[1200:1700], "c00003"]
    files = [stored(tmp_path, "a", mixed)]
    assert len(lookup.rows_of(files, "c00003", ["orders"])) == 3
    assert len(lookup.rows_of(files, mixed[499], ["orders"])) == len(lookup.rows_of(files, mixed[500], ["orders"])) == 1


def test_a_beginning_that_many_have_reads_little(tmp_path: Path, reads: list[int]) -> None:
    files = [stored(tmp_path, "a", NAMES)]
    assert lookup.beginning_with(files, "c", 50) == NAMES[:51]
    assert reads == [0]


def test_several_rows_of_a_customer_and_odd_ids(tmp_path: Path) -> None:
    ids = sorted(["a", "a", "a'; --", "é", "中", "😀", "\u202e", " a"] * 2)
    files = [stored(tmp_path, "a", ids, rows=3)]
    for one in set(ids):
        assert len(lookup.rows_of(files, one, ["orders"])) == ids.count(one), repr(one)
    assert lookup.beginning_with(files, "a", 10) == ["a", "a'; --"]


def test_which_files_have_a_customer_leaves_out_other_segments(tmp_path: Path, reads: list[int]) -> None:
    files = [stored(tmp_path, "lost", NAMES), stored(tmp_path, "too", NAMES[:10])]
    assert lookup.has(files, "c00003", segment="Lost") == files
    assert lookup.has(files, "c00300", segment="Lost") == files[:1]
    reads.clear()
    assert lookup.has(files, "c00003", segment="Champions") == []
    assert reads == []


@pytest.mark.parametrize(("text", "is_one"), [("c1", True), ("", False), ("\ud800", False), ("a" * 501, False)])
def test_what_may_be_an_id(text: str, is_one: bool) -> None:
    assert lookup.is_id(text) is is_one
