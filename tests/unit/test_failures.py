"""What the machine refuses comes out in words, and nothing else is dressed up."""

import errno
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from test_versions import MONTH, manifest, publish

from segmentation.common.errors import UserError
from segmentation.config.settings import check_not_ahead
from segmentation.engine import session
from segmentation.warehouse import machine_failures, upkeep
from segmentation.warehouse.machine_failures import check_clock, hardly_any_room, in_words
from segmentation.warehouse.versions import Warehouse

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Java:
    """What py4j shows of an error of Java: its words and its cause."""

    def __init__(self, words: str, cause: "Java | None" = None) -> None:
        self.toString = lambda: words
        self.getCause = lambda: cause


class SparkError(Exception):
    def __init__(self, java: Java) -> None:
        super().__init__("[TASK_WRITE_FAILED] Task failed while writing rows")
        self._origin = java


def words(root: Path, error: BaseException) -> str:
    with pytest.raises(UserError) as caught, in_words(root):
        raise error
    return str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_named_with_the_space_that_is_left(tmp_path: Path) -> None:
    expected = r"The disk is full: there is .* MB for the warehouse in .*/w, "
    with (
        pytest.raises(UserError, match=expected) as caught,
        in_words(tmp_path / "w"),
        open("/dev/full", "wb", 0) as file,
    ):
        file.write(b"x")
    assert "Make room" in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)


def test_sparks_full_disk_is_found_among_its_causes(tmp_path: Path) -> None:
    java = Java("org.apache.spark.SparkException: Job aborted", Java("java.io.IOException: No space left on device"))
    assert "The disk is full" in words(tmp_path, SparkError(java))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOTDIR])
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path, number: int) -> None:
    place = tmp_path / "reviews" / "_attempts"
    said = words(tmp_path, OSError(number, os.strerror(number), str(place)))
    assert f"Cannot write to {place} ({os.strerror(number)})" in said
    assert "SEGMENTATION_WAREHOUSE" in said


def test_sparks_refused_folder_is_named(tmp_path: Path) -> None:
    java = Java(f"java.io.FileNotFoundException: {tmp_path}/reviews/part-0 (Read-only file system)")
    assert f"Cannot write to {tmp_path} (" in words(tmp_path, SparkError(java))


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EACCES, "Permission denied", "/etc/shadow"),
        FileNotFoundError(errno.ENOENT, "No such file", "/nowhere"),
        ValueError("a mistake of ours"),
    ],
)
def test_other_errors_stay_what_they_are(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as caught, in_words(tmp_path):
        raise error
    assert caught.value is error


def test_a_folder_that_java_cannot_make_where_it_may_is_a_full_disk(tmp_path: Path) -> None:
    folder = tmp_path / "reviews/_attempts/one/_temporary/0"
    java = Java(f"java.io.IOException: Mkdirs failed to create file:{folder} (exists=false, cwd=file:/)")
    assert "The disk " in words(tmp_path, SparkError(java))


def test_a_folder_that_java_may_not_make_is_no_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda place, how: False)
    java = Java(f"java.io.IOException: Mkdirs failed to create file:{tmp_path}/one (exists=false, cwd=file:/)")
    with pytest.raises(SparkError), in_words(tmp_path):
        raise SparkError(java)


def test_a_users_mistake_keeps_its_words(tmp_path: Path) -> None:
    assert words(tmp_path, UserError("no such month")) == "no such month"


def test_a_warehouse_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("")
    with pytest.raises(UserError, match=r"Cannot write to .*/w"), in_words(tmp_path / "w"):
        publish(Warehouse(tmp_path / "w"))


# Clocks
def test_a_version_from_the_future_is_named_with_both_times() -> None:
    made = replace(manifest(), created_at=(NOW + timedelta(hours=1)).isoformat())
    with pytest.raises(UserError, match=r"says 2026-05-01 12:00 UTC, but customer_rfm .* at 2026-05-01 13:00 UTC"):
        check_clock([made], NOW)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=4), timedelta(days=-400)])
def test_clocks_may_differ_a_little(ahead: timedelta) -> None:
    check_clock([replace(manifest(), created_at=(NOW + ahead).isoformat())], NOW)


def test_an_as_of_date_after_tomorrow_is_refused() -> None:
    assert check_not_ahead(date(2026, 5, 2), NOW) == date(2026, 5, 2)
    with pytest.raises(UserError, match=r"as_of: '2026-05-03' .*the clock of this machine says 2026-05-01"):
        check_not_ahead(date(2026, 5, 3), NOW)


def test_prune_removes_nothing_by_a_clock_that_is_behind(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    publish(warehouse)
    with pytest.raises(UserError, match="Set the clock"):
        upkeep.unneeded(warehouse, 0, now=datetime(2020, 1, 1, tzinfo=UTC))
    assert warehouse.find("customer_rfm", manifest().version, MONTH)


# What else can be full or forbidden
@pytest.mark.parametrize("left", [0, 40])  # a failed task has given some back
def test_a_disk_without_inodes_is_told_apart_from_a_full_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    real = os.statvfs(tmp_path)

    def crowded(place: Path) -> os.statvfs_result:
        return os.statvfs_result((*real[:7], left, *real[8:])) if Path(place).is_relative_to(tmp_path) else real

    monkeypatch.setattr(os, "statvfs", crowded)
    said = words(tmp_path / "w", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert said.startswith(f"The disk takes hardly any more files in {tmp_path}/w")
    assert "its inodes are used up" in said
    assert " MB for the warehouse in " in said


@pytest.mark.parametrize(
    ("free", "inodes", "told"),
    [(1200, 9999, "The disk is full: "), (10**6, 9, "The disk takes hardly any more files")],
)
def test_a_failure_that_gives_no_reason_is_told_by_the_room_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, inodes: int, told: str
) -> None:
    real = os.statvfs(tmp_path)

    def left(blocks: int, files: int) -> str | None:
        found = os.statvfs_result((4096, 4096, 10**6, blocks, blocks, 10**6, files, files, *real[8:]))
        monkeypatch.setattr(os, "statvfs", lambda place: found)
        return hardly_any_room(tmp_path)

    assert left(10**6, 10**6) is None
    assert (left(free, inodes) or "").startswith(told)


def test_a_file_system_that_counts_no_files_is_just_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda place: os.statvfs_result((*real[:5], 0, 0, 0, *real[8:])))
    assert words(tmp_path, OSError(errno.ENOSPC, "full")).startswith("The disk is full: there is ")


def test_a_full_installation_and_full_temporary_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_failures, "LOCAL", tmp_path / "local")
    no_folder = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")
    for error in (OSError(errno.ENOSPC, "full", str(tmp_path / "local/logs/x")), no_folder):
        assert f"MB for this installation in {tmp_path}/local" in words(tmp_path / "w", error)


def test_an_installation_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_failures, "LOCAL", tmp_path / "local")
    place = str(tmp_path / "local/logs")
    said = words(tmp_path / "w", OSError(errno.EACCES, os.strerror(errno.EACCES), place))
    assert said.startswith(f"Cannot write to {place} (")
    assert said.endswith("or set SEGMENTATION_LOCAL to another folder.")


def test_java_without_memory_is_known_wherever_the_error_comes_from() -> None:
    error = ValueError("[JVM] java.lang.OutOfMemoryError: Java heap space")
    wrapped = RuntimeError("job aborted")
    wrapped.__cause__ = error
    assert session.is_out_of_memory(wrapped)
    assert not session.is_out_of_memory(RuntimeError("the memory of the elephant"))
