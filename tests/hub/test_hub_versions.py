"""What a fetch from the Hub keeps: one copy of each content, across kills, parallel runs, commits and no network."""

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from hub_case import FILES, PRODUCTS, REVIEWS, contents, landed
from local_hub import BLOCK, LocalHub, digest

from segmentation.common.errors import UserError
from segmentation.common.paths import PROJECT
from segmentation.running.local.warehouse import show_unneeded
from segmentation.sources import download
from segmentation.warehouse import upkeep
from segmentation.warehouse.landing import Landing
from segmentation.warehouse.versions import ATTEMPTS, Warehouse

TOTAL = sum(map(len, FILES.values()))


def start(warehouse: Warehouse, *words: str, **variables: str) -> subprocess.Popen[str]:
    """A fetch in another process."""
    script = Path(__file__).with_name("fetch_once.py")
    path = os.pathsep.join([str(PROJECT / "include"), str(script.parent)])
    return subprocess.Popen(
        [sys.executable, str(script), str(warehouse.root), *words],
        env=os.environ | {"PYTHONPATH": path} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(happens: Callable[[], object], seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.01)


def attempts(warehouse: Warehouse) -> list[Path]:
    return [path for path in warehouse.root.rglob("_attempts/*") if path.is_dir()]


# Killed
def test_a_killed_download_goes_on_in_another_process(hub: LocalHub, warehouse: Warehouse, fetch, said) -> None:
    hub.pause_at = 0.4
    killed = start(warehouse, "main", SILENCE="300")
    landing = Landing(warehouse.root)
    wait_for(lambda: landing.size(digest(FILES[REVIEWS])) > 0.3 * len(FILES[REVIEWS]))
    killed.kill()
    killed.communicate()
    (part,) = (warehouse.root / "_landing").glob("*.part")
    here = part.stat().st_size
    assert 0.3 < here / len(FILES[REVIEWS]) < 0.6
    hub.go.set()
    calls = len(hub.calls)
    assert contents(warehouse, fetch()) == FILES
    resumed = [call for call in hub.calls if call.first_byte]
    assert [call.first_byte for call in resumed] == [here]
    assert sum(call.sent for call in hub.calls[calls:]) == TOTAL - here
    assert hub.sent() <= TOTAL + 4 * BLOCK, "only what was on its way when the process died comes twice"
    assert [line for line in said if "are here, reading them for the checksum" in line]
    assert landed(warehouse) == []
    assert attempts(warehouse) == []


def test_a_process_killed_before_it_published_leaves_the_files_for_the_next(
    hub: LocalHub, warehouse: Warehouse, fetch
) -> None:
    process = start(warehouse, "main", "die")
    process.communicate(timeout=300)
    assert process.returncode == -9
    assert hub.sent() == TOTAL
    assert contents(warehouse, fetch()) == FILES
    assert hub.sent() == TOTAL
    assert landed(warehouse) == []
    assert attempts(warehouse) == []


def test_a_part_that_was_damaged_meanwhile_is_fetched_anew(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    start(warehouse, "main", "die").communicate(timeout=300)
    part = max((warehouse.root / "_landing").glob("*.part"), key=lambda path: path.stat().st_size)
    with part.open("r+b") as file:
        file.write(b"damage")
    assert contents(warehouse, fetch()) == FILES
    assert hub.sent() == TOTAL + len(FILES[REVIEWS])


# Side by side
def test_two_runs_of_one_version_fetch_each_byte_once(hub: LocalHub, warehouse: Warehouse) -> None:
    hub.bytes_per_second = 5e6
    both = [start(warehouse, "main") for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert hub.sent() == TOTAL
    assert sum("stands" in text for text in said) == 1
    assert landed(warehouse) == []


def test_two_versions_that_share_a_file_fetch_it_once(hub: LocalHub, warehouse: Warehouse) -> None:
    old = hub.branches["main"]
    new = hub.commit(FILES | {PRODUCTS: b"{}\n" * 1000})
    hub.pause_at = 0.1
    both = [start(warehouse, sha, SILENCE="300") for sha in (old, new)]
    said: list[str] = []
    readers = [Thread(target=said.extend, args=(process.stdout,)) for process in both]
    for reader in readers:
        reader.start()
    wait_for(lambda: any("another run is downloading this content" in line for line in said))
    hub.go.set()
    assert [process.wait(300) for process in both] == [0, 0], said
    for reader in readers:
        reader.join()
    assert hub.sent() == TOTAL + 3000
    reviews = list(warehouse.root.glob(f"source/version=*/{REVIEWS}"))
    assert len(reviews) == 2
    assert len({path.stat().st_ino for path in reviews}) == 1
    assert landed(warehouse) == []


def test_who_waited_for_a_part_that_is_gone_begins_a_new_one(warehouse: Warehouse) -> None:
    landing, waiting = Landing(warehouse.root), Event()
    path = landing.part("a" * 64)

    def wait_and_write() -> None:
        with landing.held("a" * 64, lambda _: waiting.set()) as part:
            part.write(b"mine")

    other = Thread(target=wait_and_write)
    with landing.held("a" * 64, print) as part:
        part.write(b"{}")
        other.start()
        assert waiting.wait(300)
        path.unlink()
    other.join()
    assert path.read_bytes() == b"mine"


# Commits
def test_an_unchanged_main_costs_one_question(hub: LocalHub, fetch) -> None:
    first = fetch()
    calls = len(hub.calls)
    assert fetch() == first
    assert [call.kind for call in hub.calls[calls:]] == ["api"]
    assert fetch(revision=hub.branches["main"]) == first


def test_a_new_commit_is_a_new_version_and_only_what_changed_is_fetched(
    hub: LocalHub, warehouse: Warehouse, fetch
) -> None:
    old = fetch()
    sha = hub.commit(FILES | {REVIEWS: FILES[REVIEWS] + b"{}\n"})
    new = fetch()
    assert new.version != old.version
    assert new.settings["commit"] == sha
    assert contents(warehouse, new) == FILES | {REVIEWS: FILES[REVIEWS] + b"{}\n"}
    assert contents(warehouse, old) == FILES
    assert hub.sent(PRODUCTS) == len(FILES[PRODUCTS])


def test_a_new_commit_with_the_same_files_fetches_nothing(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    old = fetch()
    hub.commit({**FILES, "README.md": b"new words"})
    new = fetch()
    assert new.version != old.version
    assert new.files == old.files
    assert hub.sent() == TOTAL


def test_the_version_follows_from_commit_category_and_checksums(hub: LocalHub, fetch) -> None:
    settings = fetch().settings
    assert set(settings) == {"source", "repo", "commit", "category", "files"}
    assert {words["path"]: words["bytes"] for words in settings["files"].values()} == {
        name: len(data) for name, data in FILES.items()
    }
    assert all(len(words["sha256"]) == 64 for words in settings["files"].values())


def test_force_checks_what_is_here_and_fetches_only_what_is_damaged(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    manifest = fetch()
    fetch(force=True)
    assert hub.sent() == TOTAL
    path = warehouse.place_of(manifest) / PRODUCTS
    path.write_bytes(b"damage")
    assert contents(warehouse, fetch(force=True)) == FILES
    assert hub.sent() == TOTAL + len(FILES[PRODUCTS])


# Without the Hub
def test_a_commit_that_stands_needs_no_hub(hub: LocalHub, fetch) -> None:
    sha = hub.branches["main"]
    first = fetch(revision=sha)
    calls = len(hub.calls)
    assert fetch(revision=sha) == first
    assert len(hub.calls) == calls


@pytest.mark.parametrize("stands", [True, False], ids=["version", "landing area"])
def test_offline_mode_works_with_what_is_here(hub: LocalHub, warehouse: Warehouse, stands: bool) -> None:
    sha = hub.branches["main"]
    start(warehouse, sha, *([] if stands else ["die"])).communicate(timeout=300)
    calls = len(hub.calls)
    offline = start(warehouse, sha, HF_HUB_OFFLINE="1")
    said = offline.communicate(timeout=300)[0]
    assert offline.returncode == 0, said
    assert len(hub.calls) == calls
    assert list(warehouse.root.glob(f"source/version=*/{REVIEWS}"))
    assert landed(warehouse) == []


@pytest.mark.parametrize("revision", ["main", "0" * 40])
def test_offline_mode_says_what_it_cannot_know(hub: LocalHub, warehouse: Warehouse, revision: str) -> None:
    process = start(warehouse, revision, HF_HUB_OFFLINE="1")
    said = process.communicate(timeout=300)[0]
    assert f"UserError: Param revision: '{revision}' needs the Hub, and the variable HF_HUB_OFFLINE" in said
    assert hub.calls == []


# Clean-up
def test_prune_removes_parts_that_nobody_has_continued(
    hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    fetch()
    hub.commit(FILES | {REVIEWS: FILES[REVIEWS][::-1]})
    start(warehouse, "main", "die").communicate(timeout=300)
    left = landed(warehouse)
    assert len(left) == 2, "the part and the note; the products stand in the other version"
    # What the dead process was building may go at once; what it has downloaded waits for a next try.
    assert [one.folder.parent.name for one in upkeep.prune(warehouse, 30)] == [ATTEMPTS]
    assert upkeep.unneeded(warehouse, 30) == []
    then = (datetime.now(UTC) - timedelta(days=31)).timestamp()
    for name in left:
        os.utime(warehouse.root / "_landing" / name, (then, then))
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(warehouse.root))
    show_unneeded()
    assert "would remove" in capsys.readouterr().out
    assert landed(warehouse) == left
    assert sorted(one.folder.name for one in upkeep.prune(warehouse, 30)) == left
    assert landed(warehouse) == []


def test_prune_leaves_a_part_that_is_in_use(warehouse: Warehouse) -> None:
    landing = Landing(warehouse.root)
    with landing.held("a" * 64, print) as part:
        part.write(b"{}")
        os.utime(landing.part("a" * 64), (0, 0))
        assert len(upkeep.unneeded(warehouse, 30)) == 1
        assert upkeep.prune(warehouse, 30) == []
    assert len(upkeep.prune(warehouse, 30)) == 1


# Space
def test_too_little_space_is_told_before_anything_is_fetched(
    hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=TOTAL - 1))
    with pytest.raises(UserError) as refused:
        fetch()
    assert str(refused.value) == (
        f"Param category: 'Electronics' needs 3.4 MB more, and 3.4 MB are free in {warehouse.root}. Free some space, "
        "let SEGMENTATION_WAREHOUSE name a folder on a larger disk, or choose a smaller category."
    )
    assert hub.count("get") == 0
    assert landed(warehouse) == []


def test_what_is_here_counts_as_space(hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch) -> None:
    start(warehouse, "main", "die").communicate(timeout=300)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    assert contents(warehouse, fetch()) == FILES


def test_a_disk_that_fills_up_on_the_way_is_told_and_what_arrived_is_kept(
    hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = download._write, []

    def fill_up(part: object, block: bytes) -> None:
        written.append(len(block))
        if sum(written) > 1_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(part, block)

    monkeypatch.setattr(download, "_write", fill_up)
    with pytest.raises(UserError, match=r"filled the disk; what has arrived is kept in .* Free some space"):
        fetch()
    monkeypatch.setattr(download, "_write", write)
    assert contents(warehouse, fetch()) == FILES
    assert max(call.first_byte for call in hub.calls) > 900_000
