"""Dataset versions: found only when whole, published once, swapped by force."""

import errno
import json
import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from segmentation.common.errors import UserError
from segmentation.warehouse import versions
from segmentation.warehouse.manifests import MANIFEST, Manifest, seal
from segmentation.warehouse.versions import Attempt, Warehouse

ID, OTHER_ID = "0123456789ab", "ba9876543210"
MONTH = date(2023, 9, 1)


def manifest(run_id: str = "one", version: str = ID, as_of: date | None = MONTH) -> Manifest:
    made = Manifest(
        dataset="customer_rfm",
        version=version,
        as_of=as_of.isoformat() if as_of else None,
        created_at="2023-09-14T00:00:00+00:00",
        rows=1,
        bytes=4,
        columns={"user_id": "string"},
        files={"part-0.parquet": {"rows": 1}},
        inputs={"purchases": OTHER_ID},
        settings={"min_price": "0.25"},
        code={"version": "git:x"},
        run_id=run_id,
    )
    return replace(made, seal=seal(made))


def attempt(warehouse: Warehouse, text: str = "data", version: str = ID) -> Attempt:
    made = warehouse.attempt("customer_rfm", version, MONTH)
    (made.folder / "part-0.parquet").write_text(text)
    return made


def publish(warehouse: Warehouse, run_id: str = "one", version: str = ID, **how: bool) -> Manifest:
    return warehouse.publish(attempt(warehouse, run_id, version), manifest(run_id, version), **how)


def find(warehouse: Warehouse, version: str = ID) -> Manifest | None:
    return warehouse.find("customer_rfm", version, MONTH)


def content(warehouse: Warehouse) -> str:
    return (warehouse.place("customer_rfm", ID, MONTH) / "part-0.parquet").read_text()


def left_over(warehouse: Warehouse) -> list[str]:
    home = warehouse.home("customer_rfm", MONTH)
    return sorted(path.name for path in (home / "_attempts").iterdir() if path.is_dir())


# Finding
def test_a_version_stands_at_the_promised_place(warehouse: Warehouse) -> None:
    publish(warehouse)
    place = warehouse.root / "customer_rfm/as_of=2023-09-01/version=0123456789ab"
    assert sorted(path.name for path in place.iterdir()) == [MANIFEST, "part-0.parquet"]
    assert warehouse.place("purchases", ID, None) == warehouse.root / "purchases/version=0123456789ab"


def test_a_manifest_comes_back_as_it_was_written(warehouse: Warehouse) -> None:
    assert publish(warehouse) == find(warehouse) == manifest()
    assert warehouse.place_of(manifest()) == warehouse.place("customer_rfm", ID, MONTH)


def test_what_was_never_published_is_not_found(warehouse: Warehouse) -> None:
    assert find(warehouse) is None
    with pytest.raises(UserError, match=f"no version {ID} of customer_rfm as of 2023-09-01 in .*warehouse"):
        warehouse.get("customer_rfm", ID, MONTH)


def test_a_folder_without_a_manifest_is_no_version(warehouse: Warehouse) -> None:
    folder = warehouse.place("customer_rfm", ID, MONTH)
    folder.mkdir(parents=True)
    (folder / "part-0.parquet").write_text("half")
    assert find(warehouse) is None


def test_a_version_of_another_month_is_not_found_by_date_but_without_one(warehouse: Warehouse) -> None:
    publish(warehouse)
    assert warehouse.find("customer_rfm", ID, date(2023, 8, 1)) is None
    assert warehouse.find_any_month("customer_rfm", ID) == manifest()
    assert warehouse.find_any_month("customer_rfm", OTHER_ID) is None


@pytest.mark.parametrize(
    "text",
    ["", "garbage", "{", "[]", "null", "{}", '{"format": 1}', '{"format": "1"}', '{"format": 1, "x": 2}'],
)
def test_a_damaged_manifest_is_refused_by_its_path(warehouse: Warehouse, text: str) -> None:
    publish(warehouse)
    path = warehouse.place("customer_rfm", ID, MONTH) / MANIFEST
    path.write_text(text)
    with pytest.raises(UserError, match=r"is not a manifest .*Restore it, or remove the folder") as refused:
        find(warehouse)
    assert str(path) in str(refused.value)


def test_bytes_that_are_no_text_are_refused_too(warehouse: Warehouse) -> None:
    publish(warehouse)
    (warehouse.place("customer_rfm", ID, MONTH) / MANIFEST).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="is not a manifest"):
        find(warehouse)


def test_a_manifest_of_a_newer_release_is_refused_even_with_unknown_fields(warehouse: Warehouse) -> None:
    publish(warehouse)
    path = warehouse.place("customer_rfm", ID, MONTH) / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2, "colour": "blue"}))
    with pytest.raises(UserError, match=r"newer release of this project \(format 2, this one knows 1\)"):
        find(warehouse)


# Publishing
def test_an_attempt_is_invisible_until_it_is_published(warehouse: Warehouse) -> None:
    made = attempt(warehouse)
    assert find(warehouse) is None
    assert not warehouse.place("customer_rfm", ID, MONTH).exists()
    warehouse.publish(made, manifest())
    assert find(warehouse) == manifest()
    assert not made.folder.exists()


def test_two_attempts_at_one_version_do_not_share_a_folder(warehouse: Warehouse) -> None:
    one, other = attempt(warehouse), attempt(warehouse)
    assert one.folder != other.folder


def test_the_second_to_publish_throws_its_own_work_away(warehouse: Warehouse) -> None:
    one, other = attempt(warehouse, "first"), attempt(warehouse, "second")
    warehouse.publish(one, manifest("first"))
    stands = warehouse.publish(other, manifest("second"))
    assert stands == manifest("first")
    assert content(warehouse) == "first"
    assert left_over(warehouse) == []


@pytest.mark.parametrize("kernel_can_swap", [True, False])
def test_force_swaps_the_version(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, kernel_can_swap: bool) -> None:
    if not kernel_can_swap:
        monkeypatch.setattr(versions.ctypes, "CDLL", lambda *_, **__: SimpleNamespace())
    publish(warehouse, "first")
    assert publish(warehouse, "second", replace=True) == manifest("second")
    assert content(warehouse) == "second"
    assert left_over(warehouse) == []


@pytest.mark.parametrize("outcome", [0, -1])
def test_the_kernel_is_asked_to_swap_and_believed(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, outcome: int
) -> None:
    asked = []

    def renameat2(*words: object) -> int:
        asked.append(words)
        if not outcome:
            # As RENAME_EXCHANGE would.
            one, other, aside = os.fsdecode(words[1]), os.fsdecode(words[3]), str(warehouse.root / "aside")
            for here, there in ((one, aside), (other, one), (aside, other)):
                rename(here, there)
        return outcome

    rename, renames = os.rename, []
    publish(warehouse, "first")
    monkeypatch.setattr(versions.ctypes, "CDLL", lambda *_, **__: SimpleNamespace(renameat2=renameat2))
    monkeypatch.setattr(versions.os, "rename", lambda *paths: (renames.append(paths), rename(*paths)))
    assert publish(warehouse, "second", replace=True) == manifest("second")
    assert content(warehouse) == "second"
    ((at_one, _, at_other, place, flags),) = asked
    assert (at_one, at_other, flags) == (-100, -100, 2), "AT_FDCWD and RENAME_EXCHANGE of linux/fcntl.h and linux/fs.h"
    assert os.fsdecode(place) == str(warehouse.place("customer_rfm", ID, MONTH))
    # Only where it cannot swap, the name is missing for a blink.
    assert len(renames) == (0 if outcome == 0 else 3)


@pytest.mark.parametrize("code", [errno.ENOTEMPTY, errno.EEXIST])
def test_an_attempt_that_finds_its_place_taken_gives_way(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    # On a file system whose locks do not reach other machines, another one may publish just before.
    def taken(folder: Path, place: Path) -> None:
        shutil.copytree(folder, place)
        raise OSError(code, "as the kernel says it")

    monkeypatch.setattr(versions.os, "rename", taken)
    assert publish(warehouse) == manifest()
    assert left_over(warehouse) == []


def test_an_attempt_that_cannot_be_moved_says_so(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Path) -> None:
        raise PermissionError(errno.EACCES, "as the kernel says it")

    monkeypatch.setattr(versions.os, "rename", denied)
    with pytest.raises(PermissionError):
        publish(warehouse)
    assert find(warehouse) is None


def test_force_publishes_where_nothing_stands(warehouse: Warehouse) -> None:
    assert publish(warehouse, replace=True) == manifest()


@pytest.mark.parametrize("inside", [[], ["part-0.parquet"], ["part-0.parquet", "deep/part-9.parquet"]])
def test_a_foreign_folder_at_the_place_does_not_block(warehouse: Warehouse, inside: list[str]) -> None:
    folder = warehouse.place("customer_rfm", ID, MONTH)
    folder.mkdir(parents=True)
    for name in inside:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("left by a crash")
    assert find(warehouse) is None
    assert publish(warehouse, "new") == manifest("new")
    assert content(warehouse) == "new"
    assert sorted(path.name for path in folder.rglob("*")) == [MANIFEST, "part-0.parquet"]


def test_a_manifest_holds_whatever_json_cannot(warehouse: Warehouse) -> None:
    odd = replace(manifest(), figures={"first_purchase": date(2022, 9, 14)})
    assert warehouse.publish(attempt(warehouse), odd).figures == {"first_purchase": "2022-09-14"}
