"""What a version says of itself: its seal, its form, its files."""

from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from segmentation.warehouse.manifests import MANIFEST, Manifest, data_files, describe_files, is_well_formed, seal

FULL = Manifest(
    dataset="customer_rfm",
    version="0123456789ab",
    as_of="2023-09-01",
    created_at="2023-09-14T00:00:00+00:00",
    rows=1,
    bytes=4,
    columns={"user_id": "string"},
    files={"part-0.parquet": {"bytes": 4, "rows": 1, "sha256": "0" * 64}},
    inputs={"purchases": "ba9876543210"},
    settings={"bins": 5, "min_price": "0.25"},
    code={"version": "git:x"},
    run_id="one",
)
ENTRY = FULL.files["part-0.parquet"]


@pytest.mark.parametrize("name", [one.name for one in fields(Manifest) if one.name != "seal"])
def test_a_change_of_any_field_breaks_the_seal(name: str) -> None:
    assert seal(replace(FULL, **{name: "changed"})) != seal(FULL)


def test_the_seal_covers_neither_itself_nor_the_order_of_keys() -> None:
    assert seal(replace(FULL, seal=seal(FULL))) == seal(FULL)
    other_way_round = dict(reversed(asdict(FULL)["settings"].items()))
    assert seal(replace(FULL, settings=other_way_round)) == seal(FULL)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"as_of": None},
        {"files": {}},
        {"files": {"page.html": {"bytes": 4, "sha256": "0" * 64}}},  # only Parquet files have rows
    ],
)
def test_a_manifest_may_be(changes: dict[str, Any]) -> None:
    assert is_well_formed(replace(FULL, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"as_of": "yesterday"},
        {"as_of": 20230901},
        {"created_at": "yesterday"},
        {"created_at": None},
        {"files": []},
        {"inputs": []},
        {"settings": []},
        {"dataset": 1},
        {"version": 1},
        {"run_id": 1},
        {"inputs": {"purchases": 1}},
        {"rows": "1"},
        {"files": {"part-0.parquet": ENTRY, "part-1.parquet": "4"}},
        {"files": {"part-0.parquet": ENTRY | {"bytes": "4"}}},
        {"files": {"part-0.parquet": ENTRY | {"sha256": 0}}},
        {"files": {"part-0.parquet": ENTRY | {"rows": "1"}}},
    ],
)
def test_a_manifest_that_someone_has_broken_is_found_out(changes: dict[str, Any]) -> None:
    assert not is_well_formed(replace(FULL, **changes))


def test_hidden_files_and_the_manifest_are_no_data(tmp_path: Path) -> None:
    names = ["part-0.parquet", "month=1/part-1.parquet", "report.html"]
    hidden = [MANIFEST, "_SUCCESS", ".part-0.crc", "_temporary/0/part-2.parquet", ".hidden/x", "a/.b/c"]
    for name in names + hidden:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert sorted(str(path.relative_to(tmp_path)) for path in data_files(tmp_path)) == sorted(names)


def test_files_are_described_by_size_checksum_and_rows(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    pyarrow.parquet.write_table(pyarrow.table({"n": [1, 2, 3]}), tmp_path / "sub/part-0.parquet")
    (tmp_path / "page.txt").write_text("abc")
    found = describe_files(tmp_path, data_files(tmp_path))
    assert list(found) == ["page.txt", "sub/part-0.parquet"]
    assert found["sub/part-0.parquet"]["rows"] == 3
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc", from FIPS 180
    assert found["page.txt"] == {"bytes": 3, "sha256": sha256}
