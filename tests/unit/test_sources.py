"""The sources: what identifies one, and how its files come into the warehouse."""

import gzip
import hashlib
import re
from pathlib import Path

import pyarrow
import pytest

from segmentation import sources
from segmentation.common.paths import PROJECT
from segmentation.config.settings import parse
from segmentation.sources import demo_shop
from segmentation.warehouse import upkeep
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

REVIEWS = b'{"rating": 5.0}\n' * 50
PRODUCTS = b'{"parent_asin": "B0"}\n' * 20
NAMES = {
    "reviews": "raw/review_categories/Electronics.jsonl",
    "products": "raw/meta_categories/meta_Electronics.jsonl",
}
PACK = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".zst": lambda data: pyarrow.compress(data, codec="zstd", asbytes=True),
}


def lay_out(folder: Path, ending: str = "", reviews: bytes = REVIEWS, products: bytes = PRODUCTS) -> Path:
    """A folder in the layout of the Hub."""
    for name, data in zip(NAMES.values(), (reviews, products), strict=True):
        path = folder / f"{name}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PACK[ending](data))
    return folder


def fetch(warehouse: Warehouse, files: object = None, said: list[str] | None = None, **given: object) -> Manifest:
    given = {"source": "files", "files_path": str(files)} | given
    return sources.fetch(parse(given), warehouse, "run", report=(said if said is not None else []).append)


# Files
@pytest.mark.parametrize("ending", PACK)
def test_packed_and_plain_files_are_the_same_lines_in_the_warehouse(
    warehouse: Warehouse, tmp_path: Path, ending: str
) -> None:
    manifest = fetch(warehouse, lay_out(tmp_path / "mine", ending))
    assert manifest.files == {
        NAMES["reviews"]: {"bytes": len(REVIEWS), "sha256": hashlib.sha256(REVIEWS).hexdigest()},
        NAMES["products"]: {"bytes": len(PRODUCTS), "sha256": hashlib.sha256(PRODUCTS).hexdigest()},
    }
    paths = sources.raw_files(warehouse, manifest.version)
    assert {kind: [path.read_bytes() for path in found] for kind, found in paths.items()} == {
        "reviews": [REVIEWS],
        "products": [PRODUCTS],
    }


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_file_packed_in_two_parts_is_unpacked_to_its_end(warehouse: Warehouse, tmp_path: Path, ending: str) -> None:
    folder = lay_out(tmp_path / "mine", ending)
    path = folder / f"{NAMES['reviews']}{ending}"
    path.write_bytes(PACK[ending](REVIEWS) + PACK[ending](b"more\n"))
    found = sources.raw_files(warehouse, fetch(warehouse, folder).version)["reviews"][0]
    assert found.read_bytes() == REVIEWS + b"more\n"


def test_two_files_of_any_name_can_be_given(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "my reviews.json").write_bytes(REVIEWS)
    (tmp_path / "products.gz").write_bytes(gzip.compress(PRODUCTS))
    manifest = fetch(warehouse, f"{tmp_path}/my reviews.json, {tmp_path}/products.gz")
    assert {name: entry["bytes"] for name, entry in manifest.files.items()} == {
        NAMES["reviews"]: len(REVIEWS),
        NAMES["products"]: len(PRODUCTS),
    }


def test_a_home_folder_may_be_written_short(warehouse: Warehouse, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    lay_out(tmp_path / "mine")
    assert fetch(warehouse, "~/mine") == fetch(warehouse, tmp_path / "mine")


def test_the_files_of_other_categories_are_left_alone(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "mine")
    (folder / "raw/review_categories/Books.jsonl").write_bytes(REVIEWS)
    assert set(fetch(warehouse, folder).files) == set(NAMES.values())


def test_a_plain_file_stays_when_its_original_is_removed(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "mine")
    manifest = fetch(warehouse, folder)
    (folder / NAMES["reviews"]).unlink()
    assert sources.raw_files(warehouse, manifest.version)["reviews"][0].read_bytes() == REVIEWS


def test_editing_an_original_in_place_does_not_change_a_version(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "mine")
    manifest = fetch(warehouse, folder)
    with (folder / NAMES["reviews"]).open("ab") as file:
        file.write(b"next month\n")
    assert sources.raw_files(warehouse, manifest.version)["reviews"][0].read_bytes() == REVIEWS


# What a file's version is
def test_the_same_files_are_the_same_version_wherever_they_lie(warehouse: Warehouse, tmp_path: Path) -> None:
    one, other = lay_out(tmp_path / "one"), lay_out(tmp_path / "other")
    first = fetch(warehouse, one)
    said: list[str] = []
    assert fetch(warehouse, other, said) == first
    assert said[-1] == f"source version {first.version} stands"


@pytest.mark.parametrize(
    "other",
    [{"reviews": REVIEWS + b"{}\n"}, {"products": PRODUCTS[:-1]}, {"reviews": PRODUCTS, "products": REVIEWS}],
)
def test_changed_files_are_a_new_version_and_the_old_one_stays(
    warehouse: Warehouse, tmp_path: Path, other: dict[str, bytes]
) -> None:
    old = fetch(warehouse, lay_out(tmp_path / "old"))
    new = fetch(warehouse, lay_out(tmp_path / "new", **other))
    assert new.version != old.version
    assert warehouse.find("source", old.version, None) == old


def test_the_category_is_part_of_the_version(warehouse: Warehouse, tmp_path: Path) -> None:
    lay_out(tmp_path)
    both = ",".join(str(tmp_path / name) for name in NAMES.values())
    assert fetch(warehouse, both).version != fetch(warehouse, both, category="Books").version


def test_settings_of_later_stages_do_not_change_the_source(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "mine")
    assert fetch(warehouse, folder) == fetch(warehouse, folder, k="4", min_price=1, as_of="2020-01-01")


def test_force_brings_the_files_again(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "mine")
    manifest = fetch(warehouse, folder)
    path = sources.raw_files(warehouse, manifest.version)["reviews"][0]
    path.unlink()
    path.write_bytes(b"damaged")
    assert fetch(warehouse, folder, force=True).files == manifest.files
    assert path.read_bytes() == REVIEWS


# The demo
def test_a_demo_is_made_once(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fetch(warehouse, source="demo", demo_reviews=1000)
    assert set(first.files) == set(NAMES.values())

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("generated again")

    monkeypatch.setattr(demo_shop, "generate", fail)
    assert fetch(warehouse, source="demo", demo_reviews=1000) == first


def test_a_demo_in_another_warehouse_is_the_same_version_and_the_same_bytes(tmp_path: Path) -> None:
    one, other = (fetch(Warehouse(tmp_path / name), source="demo", demo_reviews=1000) for name in ("one", "other"))
    assert (one.version, one.files) == (other.version, other.files)


@pytest.mark.parametrize("other", [{"demo_reviews": 1001}, {"category": "Appliances"}])
def test_another_size_or_category_is_another_demo(warehouse: Warehouse, other: dict[str, object]) -> None:
    base = {"source": "demo", "demo_reviews": 1000}
    assert fetch(warehouse, **base).version != fetch(warehouse, **(base | other)).version


def test_the_version_of_a_demo_knows_every_module_of_the_generator(warehouse: Warehouse) -> None:
    code = fetch(warehouse, source="demo", demo_reviews=1000).settings["code"]
    folder = PROJECT / "include/segmentation/sources/demo_shop"
    assert list(code) == sorted(f"include/segmentation/sources/demo_shop/{path.name}" for path in folder.glob("*.py"))
    assert len(code) > 5
    assert all(re.fullmatch("[0-9a-f]{64}", text) for text in code.values())


@pytest.mark.parametrize("ending", PACK)
def test_what_is_summed_while_it_is_written_is_what_is_there(warehouse: Warehouse, tmp_path: Path, ending: str) -> None:
    manifest = fetch(warehouse, lay_out(tmp_path / "mine", ending))
    assert upkeep.faults(warehouse.place_of(manifest), manifest) == []
    assert not list(warehouse.root.rglob("*.part"))
