"""Lineage, verify and prune on a small made-up warehouse."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation.common.errors import UserError
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releases, runs, upkeep
from segmentation.warehouse.manifests import MANIFEST, Manifest, data_files, describe_files
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

MONTH, MONTH_BEFORE = date(2023, 9, 1), date(2023, 8, 1)


def publish(warehouse: Warehouse, name: str, version: str, as_of: date | None = None, **inputs: str) -> Manifest:
    attempt = warehouse.attempt(name, version, as_of)
    pq.write_table(pa.table({"x": list(range(1000))}), attempt.folder / "part-0.parquet")
    files = describe_files(attempt.folder, data_files(attempt.folder))
    manifest = Manifest(
        name, version, as_of.isoformat() if as_of else None, "2026-01-01T00:00:00+00:00", 1000, 10, {}, files, inputs,
        {}, {}, "test",
    )  # fmt: skip
    return warehouse.publish(attempt, manifest)


def release(
    warehouse: Warehouse, as_of: date, shop: str = "books", when: str = "2026-01-01", **versions: str
) -> Release:
    """Make these versions a shop's next release."""
    run = f"run-{shop}-{sorted(versions.items())}-{when}"
    return releases.create(
        warehouse, Release(shop, shop.title(), as_of.isoformat(), 0, versions, run, "", {}, f"{when}T00:00:00+00:00")
    )


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """source <- reviews <- purchases <- customer_scores of two months <- segment_summary of the later one."""
    warehouse = Warehouse(tmp_path)
    publish(warehouse, "source", "a" * 12)
    publish(warehouse, "reviews", "b" * 12, source="a" * 12)
    publish(warehouse, "purchases", "c" * 12, reviews="b" * 12)
    publish(warehouse, "customer_scores", "d" * 12, MONTH_BEFORE, purchases="c" * 12)
    publish(warehouse, "customer_scores", "e" * 12, MONTH, purchases="c" * 12)
    publish(
        warehouse, "segment_summary", "f" * 12, MONTH, customer_scores="e" * 12, previous_customer_scores="d" * 12
    )  # fmt: skip
    release(warehouse, MONTH, segment_summary="f" * 12)
    return warehouse


def part(warehouse: Warehouse, name: str = "purchases") -> Path:
    (path,) = (warehouse.root / name).glob("**/part-0.parquet")
    return path


def lineage(warehouse: Warehouse, monkeypatch, capsys) -> list[str]:
    """What `make lineage` prints."""
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(warehouse.root))
    monkeypatch.setenv("DATASET", "segment_summary")
    monkeypatch.setenv("AS_OF", MONTH.isoformat())
    assert commands.main(["lineage"]) == 0
    return capsys.readouterr().out.splitlines()


def test_lineage_leads_from_a_version_down_to_its_source(warehouse: Warehouse, monkeypatch, capsys) -> None:
    lines = lineage(warehouse, monkeypatch, capsys)
    names = [line.split()[0] for line in lines if "{" not in line]
    assert names == [
        "segment_summary",
        "customer_scores",
        "purchases",
        "reviews",
        "source",
        "previous_customer_scores",
        "purchases",
    ]
    assert lines[-1].endswith("(see above)")
    assert "2023-08-01" in lines[-2]
    assert sum("{" in line for line in lines) == 1


def test_lineage_names_what_is_gone(warehouse: Warehouse, monkeypatch, capsys) -> None:
    part(warehouse, "reviews").with_name(MANIFEST).unlink()
    assert any("reviews" in line and "gone" in line for line in lineage(warehouse, monkeypatch, capsys))


def test_a_whole_warehouse_has_no_faults(warehouse: Warehouse) -> None:
    assert upkeep.verify(warehouse) == (6, [])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (flip, "has other bytes"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "instead of"),
        (Path.unlink, "is missing"),
        (lambda path: path.with_name("part-1.parquet").write_bytes(b""), "does not belong"),
        (
            lambda path: path.with_name(MANIFEST).write_text(
                path.with_name(MANIFEST).read_text().replace('"run_id": "test"', '"run_id": "tset"')
            ),
            "was edited",
        ),
    ],
    ids=["flipped byte", "truncated", "missing", "extra", "edited manifest"],
)
def test_damage_is_named(warehouse: Warehouse, damage, words: str) -> None:
    damage(part(warehouse))
    count, faults = upkeep.verify(warehouse)
    assert count == 6
    assert len(faults) == 1
    assert words in faults[0]
    assert "purchases" in faults[0]


def test_an_input_that_is_gone_is_named(warehouse: Warehouse) -> None:
    (part(warehouse, "reviews").with_name(MANIFEST)).unlink()
    count, faults = upkeep.verify(warehouse)
    assert count == 4, "what lies below the hole is not reached"
    assert faults == [f"purchases {'c' * 12} was made from reviews {'b' * 12}, which is gone."]
    with pytest.raises(UserError, match=r"purchases .* made from reviews .* gone"):
        upkeep.reachable(warehouse, upkeep.released_versions(warehouse, releases.every(warehouse)))


def test_a_hole_is_told_and_passed_over_by_prune(warehouse: Warehouse, monkeypatch, capsys) -> None:
    """As a prune of an earlier release left it when it was killed: the input is gone, what was made from it is not."""
    publish(warehouse, "purchases", "1" * 12, reviews="9" * 12)
    publish(warehouse, "customer_scores", "2" * 12, MONTH, purchases="1" * 12)
    make_old(warehouse)
    warehouse.mark_used(warehouse.get("customer_scores", "2" * 12, MONTH))
    assert upkeep.unneeded(warehouse, 30) == []
    make_old(warehouse)
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(warehouse.root))
    monkeypatch.setenv("APPLY", "1")
    assert commands.main(["prune"]) == 0
    said = capsys.readouterr().out
    assert f"Gone: purchases {'1' * 12} was made from reviews {'9' * 12}, which is gone." in said
    assert said.index("customer_scores/") < said.index("/purchases/")
    assert upkeep.verify(warehouse) == (6, [])


def make_old(warehouse: Warehouse, days: int = 100) -> None:
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    for path in warehouse.root.glob(f"**/{MANIFEST}"):
        os.utime(path, (then, then))


def test_prune_removes_what_no_release_reaches_and_nothing_else(warehouse: Warehouse) -> None:
    publish(warehouse, "purchases", "1" * 12, reviews="b" * 12)
    make_old(warehouse)
    (one,) = upkeep.unneeded(warehouse, 30)
    assert one.folder == warehouse.place("purchases", "1" * 12, None)
    assert one.folder.exists(), "to list is not to remove"
    assert upkeep.prune(warehouse, 30) == [one]
    assert not one.folder.exists()
    assert upkeep.verify(warehouse) == (6, [])
    assert upkeep.prune(warehouse, 30) == []


def test_prune_may_be_stopped_at_any_moment(warehouse: Warehouse, monkeypatch) -> None:
    """Of every version that is left, all inputs are left too."""
    releases.place(warehouse, "books", MONTH, 1).unlink()
    make_old(warehouse)
    removed = []

    class Killed(BaseException):
        pass

    def die(folder: Path) -> None:
        removed.append(folder)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "shutil", SimpleNamespace(rmtree=die))
        for _ in range(6):
            with pytest.raises(Killed):
                upkeep.prune(warehouse, 30)
            assert upkeep.holes(warehouse) == []
    assert upkeep.unneeded(warehouse, 30) == []
    assert [folder.relative_to(warehouse.root).parts[0] for folder in removed] == [
        "segment_summary", "customer_scores", "customer_scores", "purchases", "reviews", "source"
    ]  # fmt: skip


def test_prune_keeps_what_a_recent_version_was_made_from(warehouse: Warehouse) -> None:
    publish(warehouse, "purchases", "1" * 12, reviews="b" * 12)
    make_old(warehouse)
    publish(warehouse, "customer_scores", "2" * 12, MONTH, purchases="1" * 12)
    assert upkeep.unneeded(warehouse, 30) == []


def test_prune_keeps_what_a_run_has_used_lately(warehouse: Warehouse) -> None:
    old = publish(warehouse, "purchases", "1" * 12, reviews="b" * 12)
    make_old(warehouse)
    warehouse.mark_used(old)
    assert upkeep.unneeded(warehouse, 30) == []


def summary(warehouse: Warehouse, version: str) -> str:
    """One more version of the month's summary."""
    return publish(warehouse, "segment_summary", version, MONTH, customer_scores="e" * 12).version


def test_prune_keeps_the_last_releases_of_each_month_and_what_they_reach(warehouse: Warehouse) -> None:
    versions = [summary(warehouse, str(number) * 12) for number in range(1, 5)]
    for version in versions:
        release(warehouse, MONTH, segment_summary=version)
    make_old(warehouse)
    gone = upkeep.prune(warehouse, 30, keep=2)
    # The first release, of the fixture, goes with its summary and what only that was made from.
    assert [one.folder.name for one in gone][:3] == ["1.json", "2.json", "3.json"], "releases go before their versions"
    assert {one.folder.name for one in gone[3:]} == {f"version={letter * 12}" for letter in "d12f"}
    assert releases.numbers(warehouse, "books", MONTH) == [4, 5]
    assert upkeep.verify(warehouse)[1] == []
    assert upkeep.prune(warehouse, 30, keep=2) == []


def test_the_same_versions_released_again_push_nothing_out(warehouse: Warehouse) -> None:
    for day in range(2, 9):
        release(warehouse, MONTH, when=f"2026-01-{day:02d}", segment_summary="f" * 12)
    release(warehouse, MONTH, segment_summary=summary(warehouse, "1" * 12))
    make_old(warehouse)
    assert upkeep.prune(warehouse, 30, keep=2) == []
    assert releases.numbers(warehouse, "books", MONTH) == list(range(1, 10))


def test_a_young_release_stays_however_many_follow(warehouse: Warehouse) -> None:
    today = datetime.now(UTC).date().isoformat()
    for number in range(1, 5):
        release(warehouse, MONTH, when=today, segment_summary=summary(warehouse, str(number) * 12))
    make_old(warehouse)
    assert [one.folder.name for one in upkeep.unneeded(warehouse, 30, keep=1)][:1] == ["1.json"]
    assert len(releases.numbers(warehouse, "books", MONTH)) == 5
    upkeep.prune(warehouse, 30, keep=1)
    assert releases.numbers(warehouse, "books", MONTH) == [2, 3, 4, 5]


def test_prune_keeps_what_any_shop_has_released(warehouse: Warehouse) -> None:
    games = summary(warehouse, "1" * 12)
    release(warehouse, MONTH, "games", segment_summary=games)
    other = publish(warehouse, "customer_scores", "2" * 12, MONTH, purchases="c" * 12)
    release(warehouse, MONTH, "toys", customer_scores=other.version)
    make_old(warehouse)
    assert upkeep.unneeded(warehouse, 0) == []
    assert upkeep.verify(warehouse, "toys") == (5 - 1, [])
    assert upkeep.verify(warehouse)[0] == 8


def test_a_trial_and_the_note_of_a_run_go_by_age(warehouse: Warehouse) -> None:
    draft = Release("books", "Books", MONTH.isoformat(), 0, {"report": "1" * 12}, "r", "", {}, "2026-01-01T00:00:00")
    runs.note(warehouse, draft, trial=True)
    runs.note(warehouse, draft, trial=False)
    assert upkeep.unneeded(warehouse, 30) == []
    for path in (warehouse.root / runs.RUNS).glob("**/*.json"):
        os.utime(path, (0, 0))
    assert len(upkeep.prune(warehouse, 30)) == 2
    assert list(runs.trials(warehouse, "books")) == []


@pytest.mark.parametrize("damage", ["edited", "moved", "half"])
def test_a_damaged_release_is_a_fault_and_does_not_hide_the_others(warehouse: Warehouse, damage: str) -> None:
    release(warehouse, MONTH, "games", customer_scores="e" * 12)
    path = releases.place(warehouse, "books", MONTH, 1)
    if damage == "edited":
        path.write_text(path.read_text().replace("f" * 12, "e" * 12))
    elif damage == "moved":
        path.rename(path.with_name("7.json"))
    else:
        path.write_text(path.read_text()[:100])
    count, faults = upkeep.verify(warehouse)
    assert count == 4
    assert len(faults) == 1
    assert "books" in faults[0]


def test_a_release_whose_version_is_gone_is_a_fault(warehouse: Warehouse) -> None:
    release(warehouse, MONTH, "games", customer_scores="9" * 12)
    count, faults = upkeep.verify(warehouse)
    assert count == 6
    assert faults == [f"Release 1 of shop games as of {MONTH} names customer_scores {'9' * 12}, which is gone."]
