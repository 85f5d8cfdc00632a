"""Releases: a month appears at one moment, under a number that nobody else gets, and is never replaced."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from test_upkeep import MONTH, publish
from test_versions_processes import LONG, fork

from segmentation.common.errors import UserError
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releases, releasing
from segmentation.warehouse.release_file import DamagedRelease, Release
from segmentation.warehouse.versions import Warehouse


def draft(run: str = "run", shop: str = "books", **versions: str) -> Release:
    return Release(
        shop=shop,
        title="Books",
        as_of=MONTH.isoformat(),
        number=0,
        versions=versions or {"customer_rfm": "e" * 12},
        run_id=run,
        dag_id="",
        params={"source": "demo"},
        released_at="2026-01-01T00:00:00+00:00",
    )


def test_the_first_release_has_number_1_and_each_run_the_next(warehouse: Warehouse) -> None:
    assert releases.current(warehouse, "books", MONTH) is None
    made = [releases.create(warehouse, draft(run)) for run in ("a", "b", "c")]
    assert [one.number for one in made] == [1, 2, 3]
    assert releases.current(warehouse, "books", MONTH) == made[-1]
    assert (warehouse.root / "releases/books/as_of=2023-09-01/3.json").is_file()


def test_a_run_that_is_tried_again_keeps_its_number(warehouse: Warehouse) -> None:
    first = releases.create(warehouse, draft("a"))
    assert releases.create(warehouse, replace(draft("a"), released_at="2026-02-02T00:00:00+00:00")) == first
    assert releases.create(warehouse, draft("a", customer_rfm="f" * 12)).number == 2
    assert releases.create(warehouse, draft("a")).number == 3, "another version was current meanwhile"


def test_shops_and_months_count_by_themselves(warehouse: Warehouse) -> None:
    releases.create(warehouse, draft("a"))
    assert releases.create(warehouse, draft("a", shop="games")).number == 1
    assert releases.create(warehouse, replace(draft("a"), as_of="2023-10-01")).number == 1
    assert releases.shops(warehouse) == ["books", "games"]
    assert releases.months(warehouse, "books") == [MONTH, date(2023, 10, 1)]


def test_a_number_above_nine_is_higher(warehouse: Warehouse) -> None:
    for number in range(11):
        releases.create(warehouse, draft(str(number)))
    assert releases.current(warehouse, "books", MONTH).number == 11


def test_what_stands_is_never_replaced(warehouse: Warehouse) -> None:
    first = releases.create(warehouse, draft("a"))
    path = releases.place_of(warehouse, first)
    before = path.read_bytes()
    assert not releases.create_file(path, "other")
    assert path.read_bytes() == before
    assert [name for name in os.listdir(path.parent) if name.startswith(".draft")] == []


def release_often(warehouse: Warehouse, name: str, times: int) -> None:
    for number in range(times):
        releases.create(warehouse, draft(f"{name}-{number}", customer_rfm=f"{number:011x}{name}"))


@pytest.mark.slow
@pytest.mark.parametrize("lock", [True, False], ids=["locks", "no locks"])
def test_runs_that_finish_together_get_numbers_of_their_own(
    warehouse: Warehouse, start, monkeypatch, lock: bool
) -> None:
    """Also where the file system does not share locks between machines: the name alone decides."""
    if not lock:
        import contextlib

        monkeypatch.setattr(releases, "locked", lambda *_: contextlib.nullcontext())
        monkeypatch.setattr(Path, "glob", lambda *_: [])
    writers = [start(release_often, warehouse, name, 30) for name in "abc"]
    for writer in writers:
        writer.join(LONG)
        assert writer.exitcode == 0
    monkeypatch.undo()
    found = list(releases.every(warehouse))
    assert [one.number for one in found] == list(range(1, 91))
    assert {one.run_id for one in found} == {f"{name}-{number}" for name in "abc" for number in range(30)}


def read_always(warehouse: Warehouse, go, seen) -> None:
    """Read the current release until told to stop; note each that names versions of two runs."""
    torn = 0
    while not go.is_set():
        one = releases.current(warehouse, "books", MONTH)
        torn += one is not None and len({version[-1] for version in one.versions.values()}) != 1
    seen.put(torn)


@pytest.mark.slow
def test_a_reader_never_sees_half_a_month(warehouse: Warehouse, start) -> None:
    over, seen = fork.Event(), fork.Queue()
    reader = start(read_always, warehouse, over, seen)
    for number in range(200):
        name = "ab"[number % 2]
        releases.create(
            warehouse, draft(f"{number}", customer_rfm=f"{number:011x}{name}", report=f"{number:011x}{name}")
        )
    over.set()
    assert seen.get(timeout=LONG) == 0
    reader.join(LONG)


def die_before_the_name(warehouse: Warehouse) -> None:
    releases.os.link = lambda *_: os._exit(9)
    releases.create(warehouse, draft("killed", customer_rfm="f" * 12))


def die_after_the_name(warehouse: Warehouse) -> None:
    real = os.link

    def link(*names) -> None:
        real(*names)
        os._exit(9)

    releases.os.link = link
    releases.create(warehouse, draft("killed", customer_rfm="f" * 12))


def test_a_run_that_is_killed_before_its_release_leaves_the_month_as_it_was(warehouse: Warehouse, start) -> None:
    first = releases.create(warehouse, draft("a"))
    writer = start(die_before_the_name, warehouse)
    writer.join(LONG)
    assert writer.exitcode == 9
    assert releases.current(warehouse, "books", MONTH) == first
    assert list(releases.every(warehouse)) == [first]
    folder = releases.home(warehouse, "books", MONTH)
    assert len(list(folder.glob(".draft.*"))) == 1
    assert releases.create(warehouse, draft("b")).number == 2
    assert list(folder.glob(".draft.*")) == []


def test_a_run_that_is_killed_right_after_it_has_released_finds_its_release(warehouse: Warehouse, start) -> None:
    releases.create(warehouse, draft("a"))
    writer = start(die_after_the_name, warehouse)
    writer.join(LONG)
    assert writer.exitcode == 9
    assert releases.current(warehouse, "books", MONTH).run_id == "killed"
    assert releases.create(warehouse, draft("killed", customer_rfm="f" * 12)).number == 2


def test_where_files_have_no_second_names_the_name_is_still_exclusive(warehouse: Warehouse, monkeypatch) -> None:
    def no_links(*_) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(releases.os, "link", no_links)
    assert [releases.create(warehouse, draft(run)).number for run in ("a", "b")] == [1, 2]
    assert not releases.create_file(releases.place(warehouse, "books", MONTH, 1), "other")


@pytest.mark.parametrize(
    "name",
    ["", "Books", "../books", "a/b", "a b", "a.b", "a__b", "_a", "a_", "-a", "a-", "9a", "b\u00fccher", "a\u200fb",
     "a\n", "b" * 41, "b" * 300, "..", "a\0b"],
)  # fmt: skip
def test_a_name_that_may_be_no_shops_is_refused_with_the_rule(warehouse: Warehouse, name: str) -> None:
    with pytest.raises(UserError, match="1 to 40 small letters") as refusal:
        releases.place(warehouse, name, MONTH, 1)
    assert len(str(refusal.value)) < 400
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("name", ["a", "books", "gift_cards", "b" * 40, "shop-7", "a1_b2-c3"])
def test_a_name_that_may_be_one_is_taken(name: str) -> None:
    assert releases.check_name(name) == name


@pytest.mark.parametrize(
    "change",
    [{"shop": "../x"}, {"versions": {"../x": "0" * 12}}, {"versions": {"report": "../x"}}, {"as_of": "soon"},
     {"number": "1"}, {"params": []}, {"title": 7}, {"extra": 1}, {"versions": 7}, {"released_at": "now"}],
)  # fmt: skip
def test_a_release_that_somebody_has_written_otherwise_is_damaged(warehouse: Warehouse, change: dict) -> None:
    """Also with a seal that fits: who may write there may write any."""
    made = releases.create(warehouse, draft("a"))
    path = releases.place_of(warehouse, made)
    content = json.loads(path.read_text()) | change
    rest = {key: value for key, value in content.items() if key != "seal"}
    content["seal"] = hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(content))
    with pytest.raises(DamagedRelease):
        releases.current(warehouse, "books", MONTH)


def test_a_newer_programs_release_is_not_said_to_be_damaged(warehouse: Warehouse) -> None:
    path = releases.place_of(warehouse, releases.create(warehouse, draft("a")))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2, "more": 1}))
    with pytest.raises(UserError, match="newer release of this project") as refusal:
        releases.current(warehouse, "books", MONTH)
    assert not isinstance(refusal.value, DamagedRelease)


# Bringing one back


@pytest.fixture
def two(warehouse: Warehouse) -> Warehouse:
    """A shop with two releases of a month."""
    for number, letter in enumerate("ef", 1):
        publish(warehouse, "customer_rfm", letter * 12, MONTH)
        releases.create(warehouse, draft(f"run {number}", customer_rfm=letter * 12))
    return warehouse


def test_an_earlier_release_comes_back_under_a_new_number(two: Warehouse, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(two.root))
    for name, value in {"SHOP": "books", "AS_OF": MONTH.isoformat(), "NUMBER": "1"}.items():
        monkeypatch.setenv(name, value)
    assert commands.main(["release"]) == 0
    assert "release 3" in capsys.readouterr().out
    found = list(releases.every(two))
    assert [one.versions["customer_rfm"][0] for one in found] == ["e", "f", "e"]
    assert found[2].note == "release 1 again, which was of run run 1"
    assert commands.main(["releases"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"books as of {MONTH}"
    assert [line.split()[0] for line in said[1:]] == ["3", "2", "1"]
    assert ["current" in line for line in said[1:]] == [True, False, False]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SHOP": "games"}, "SHOP: there is no release of games. There is: books."),
        ({"SHOP": "Books"}, "1 to 40 small letters"),
        ({"AS_OF": "soon"}, "AS_OF: 'soon' is not a date"),
        ({"AS_OF": "2020-01-01"}, "shop books has no release 1 as of 2020-01-01. There is: none."),
        ({"NUMBER": "9"}, "There is: 1, 2."),
        ({"NUMBER": "one"}, "NUMBER: 'one' is not a number of a release"),
    ],
)
def test_what_is_not_there_is_not_brought_back(two: Warehouse, monkeypatch, capsys, variables, words: str) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(two.root))
    for name, value in {"SHOP": "books", "AS_OF": MONTH.isoformat(), "NUMBER": "1", **variables}.items():
        monkeypatch.setenv(name, value)
    assert commands.main(["release"]) == 1
    assert words in capsys.readouterr().out


def test_a_release_whose_version_is_gone_is_not_brought_back(two: Warehouse) -> None:
    (two.place("customer_rfm", "e" * 12, MONTH) / "_manifest.json").unlink()
    with pytest.raises(UserError, match=r"customer_rfm e+, which is gone"):
        releasing.again(two, "books", MONTH, 1)
    assert len(list(releases.every(two))) == 2


def test_without_a_shop_the_shops_are_listed(two: Warehouse, monkeypatch, capsys) -> None:
    releases.create(two, draft("x", shop="games"))
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(two.root))
    monkeypatch.delenv("SHOP", raising=False)
    assert commands.main(["releases"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        f"{name}  1 months, {MONTH} to {MONTH}" for name in ("books", "games")
    ]
