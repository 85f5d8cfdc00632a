"""What is remembered of a user's files: their checksums, as long as nobody touches them."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from segmentation import sources
from segmentation.common.errors import UserError
from segmentation.config.settings import parse
from segmentation.sources import checksums, copying, files
from segmentation.sources.checksums import MEMORY, Checksums, sha256
from segmentation.warehouse.versions import Warehouse


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read. The clock runs ahead, so that all of them were touched a while ago."""
    found: list[Path] = []

    def note(path: Path) -> str:
        found.append(path)
        return sha256(path)

    ahead = time.time_ns() + 60 * 10**9
    monkeypatch.setattr(checksums, "sha256", note)
    monkeypatch.setattr(checksums.time, "time_ns", lambda: ahead)
    return found


def test_an_untouched_file_is_read_once(warehouse: Warehouse, file: Path, read: list[Path]) -> None:
    expected = hashlib.sha256(b"one").hexdigest()
    assert [Checksums(warehouse).of(file) for _ in range(3)] == [expected] * 3
    assert read == [file]


def write_in_place(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(b"two")


def put_another_in_its_place(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"two")
    os.replace(other, path)


@pytest.mark.parametrize("change", [write_in_place, put_another_in_its_place])
def test_a_file_of_the_same_size_and_time_is_read_again(
    warehouse: Warehouse, file: Path, read: list[Path], change
) -> None:
    Checksums(warehouse).of(file)
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    time.sleep(0.02)  # more than a tick of the file system's clock
    change(file)
    os.utime(file, ns=times)
    assert Checksums(warehouse).of(file) == hashlib.sha256(b"two").hexdigest()
    assert len(read) == 2


def test_a_file_that_has_just_been_written_is_not_remembered(warehouse: Warehouse, file: Path) -> None:
    Checksums(warehouse).of(file)
    assert not (warehouse.root / "source" / MEMORY).exists()


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"a": 1}', '{"/x": {}}'])
def test_a_damaged_memory_is_as_good_as_none(warehouse: Warehouse, file: Path, read: list[Path], damage: str) -> None:
    Checksums(warehouse).of(file)
    (warehouse.root / "source" / MEMORY).write_text(damage)
    assert Checksums(warehouse).of(file) == sha256(file)
    assert Checksums(warehouse).of(file) == sha256(file)
    assert len(read) == 2


def test_a_place_that_cannot_be_written_costs_a_reading(warehouse: Warehouse, file: Path, read: list[Path]) -> None:
    warehouse.root.write_text("a file where the folder should be")
    assert [Checksums(warehouse).of(file) for _ in range(2)] == [sha256(file)] * 2
    assert len(read) == 2


def test_few_are_kept_and_the_last_ones(
    warehouse: Warehouse, tmp_path: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checksums, "MOST", 2)
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_text(path.name)
        Checksums(warehouse).of(path)
    read.clear()
    for path in reversed(paths):
        Checksums(warehouse).of(path)
    assert read == [paths[0]]


def test_a_run_on_the_same_files_reads_none_of_them_and_force_reads_all(
    warehouse: Warehouse, tmp_path: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring(path: Path, *rest: object) -> copying.Copied:
        read.append(path)
        return copying.bring_lines(path, *rest)

    monkeypatch.setattr(files, "bring_lines", bring)
    names = "raw/review_categories/Electronics.jsonl", "raw/meta_categories/meta_Electronics.jsonl"
    for name in names:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True)
        path.write_text("{}\n")
    given = {"source": "files", "files_path": str(tmp_path / "in")}

    def fetch(**more: object) -> str:
        return sources.fetch(parse(given | more), warehouse, "run", report=lambda line: None).version

    first = fetch()
    assert len(read) == 2
    assert fetch() == first
    assert len(read) == 2
    memory = warehouse.root / "source" / MEMORY
    memory.write_text(memory.read_text().replace(sha256(tmp_path / "in" / names[0]), "0" * 64))
    with pytest.raises(UserError, match="a file changed while it was read"):
        fetch()
    assert fetch(force=True) == first
