"""Dataset versions when several processes work, or one dies: nothing half-written is ever seen."""

import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from test_versions import ID, MONTH, OTHER_ID, attempt, content, find, left_over, manifest, publish

from segmentation.warehouse import versions
from segmentation.warehouse.manifests import data_files
from segmentation.warehouse.versions import Warehouse, write_whole

pytestmark = pytest.mark.slow

fork = multiprocessing.get_context("fork")
LONG = 300  # seconds; a test that waits this long has failed


def build_for_ever(warehouse: Warehouse, begun: Event) -> None:
    with warehouse.building("customer_rfm", ID, MONTH):
        attempt(warehouse, "half")
        begun.set()
        time.sleep(10 * LONG)


def build(warehouse: Warehouse, entered: Event, version: str = ID, go: Event | None = None) -> None:
    if go:
        go.wait(LONG)
    with warehouse.building("customer_rfm", version, MONTH):
        entered.set()


def test_the_right_to_build_is_freed_when_its_holder_is_killed(warehouse: Warehouse, start) -> None:
    begun, entered = fork.Event(), fork.Event()
    holder = start(build_for_ever, warehouse, begun)
    assert begun.wait(LONG)
    waiting = start(build, warehouse, entered)
    assert not entered.wait(0.3)
    os.kill(holder.pid, signal.SIGKILL)
    assert entered.wait(LONG)
    waiting.join(LONG)
    assert waiting.exitcode == 0


def test_the_work_of_a_builder_that_died_is_wiped_by_the_next(warehouse: Warehouse, start) -> None:
    begun = fork.Event()
    holder = start(build_for_ever, warehouse, begun)
    assert begun.wait(LONG)
    os.kill(holder.pid, signal.SIGKILL)
    holder.join(LONG)
    assert len(left_over(warehouse)) == 1
    with warehouse.building("customer_rfm", ID, MONTH):
        assert left_over(warehouse) == []
        publish(warehouse)
    assert find(warehouse) == manifest()


def test_a_second_builder_waits_for_the_first(warehouse: Warehouse, start) -> None:
    # Started before, because a forked process would share the right of its parent.
    entered, go = fork.Event(), fork.Event()
    start(build, warehouse, entered, ID, go)
    with warehouse.building("customer_rfm", ID, MONTH):
        go.set()
        assert not entered.wait(0.3)
    assert entered.wait(LONG)


def test_another_version_does_not_wait_and_wipes_no_foreign_work(warehouse: Warehouse, start) -> None:
    entered = fork.Event()
    with warehouse.building("customer_rfm", ID, MONTH):
        mine = attempt(warehouse)
        start(build, warehouse, entered, OTHER_ID)
        assert entered.wait(LONG)
        assert mine.folder.exists()


def test_the_right_to_build_is_given_back_after_an_error(warehouse: Warehouse, start) -> None:
    entered = fork.Event()
    with pytest.raises(RuntimeError), warehouse.building("customer_rfm", ID, MONTH):
        raise RuntimeError("the job failed")
    start(build, warehouse, entered)
    assert entered.wait(LONG)


def publish_when_told(warehouse: Warehouse, name: str, go: Event, told: multiprocessing.Queue) -> None:
    made = attempt(warehouse, name)
    go.wait(LONG)
    told.put(warehouse.publish(made, manifest(name)).run_id)


def test_of_many_that_publish_at_once_one_stands_and_all_are_told_which(warehouse: Warehouse, start) -> None:
    # A killed task may leave its job running, so the lock alone does not keep writers apart.
    go, told = fork.Event(), fork.Queue()
    names = [f"run-{number}" for number in range(6)]
    for name in names:
        start(publish_when_told, warehouse, name, go, told)
    go.set()
    answers = {told.get(timeout=LONG) for _ in names}
    assert answers == {content(warehouse)}
    assert find(warehouse) == manifest(*answers)
    assert left_over(warehouse) == []


@pytest.mark.parametrize(
    "moment",
    ["after the look", "at the rename"],
)
def test_who_publishes_second_throws_its_work_away_however_close_it_is(
    warehouse: Warehouse, start, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    late = attempt(warehouse, "late")
    go, told = fork.Event(), fork.Queue()
    quick = start(publish_when_told, warehouse, "quick", go, told)

    def let_the_other_go_first() -> None:
        if not go.is_set():
            go.set()
            quick.join(1)  # in vain, should publishing ever take turns

    if moment == "at the rename":
        rename = os.rename
        monkeypatch.setattr(versions.os, "rename", lambda *paths: (let_the_other_go_first(), rename(*paths)))
    else:
        look = warehouse.find
        monkeypatch.setattr(warehouse, "find", lambda *what: (look(*what), let_the_other_go_first())[0])
    stands = warehouse.publish(late, manifest("late"))
    monkeypatch.undo()
    assert told.get(timeout=LONG) == stands.run_id == content(warehouse)
    quick.join(LONG)
    assert left_over(warehouse) == []


def replace_often(warehouse: Warehouse, enough: Event) -> None:
    number = 0
    while number < 30 or not enough.is_set():
        publish(warehouse, f"run-{number}", replace=True)
        number += 1
    publish(warehouse, "last", replace=True)


def test_a_reader_finds_the_version_while_it_is_replaced(warehouse: Warehouse, start) -> None:
    publish(warehouse, "first")
    enough = fork.Event()
    writer = start(replace_often, warehouse, enough)
    for _ in range(100):
        assert find(warehouse) is not None
    enough.set()
    while writer.is_alive():
        assert find(warehouse) is not None
    assert writer.exitcode == 0
    assert find(warehouse) == manifest("last")


def die_before_the_name_changes(path: Path) -> None:
    versions.os.replace = lambda *_: os._exit(9)
    write_whole(path, "new\n" * 1000)


def test_a_file_keeps_its_old_text_when_the_writer_dies(tmp_path: Path, start) -> None:
    path = tmp_path / "note.json"
    write_whole(path, "old\n")
    writer = start(die_before_the_name_changes, path)
    writer.join(LONG)
    assert writer.exitcode == 9
    assert path.read_text() == "old\n"
    # The draft that stays behind is hidden, so no reader takes it for data.
    assert data_files(tmp_path) == [path]
    write_whole(path, "newer\n")
    assert path.read_text() == "newer\n"


def die_before_publishing(warehouse: Warehouse) -> None:
    made = attempt(warehouse, "half")
    versions.os.rename = lambda *_: os._exit(9)
    warehouse.publish(made, manifest("half"))


def test_a_publisher_that_dies_before_the_rename_leaves_nothing_to_see(warehouse: Warehouse, start) -> None:
    writer = start(die_before_publishing, warehouse)
    writer.join(LONG)
    assert writer.exitcode == 9
    assert find(warehouse) is None
    assert publish(warehouse, "next") == manifest("next")
