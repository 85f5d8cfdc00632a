"""The source `orders`: which files it takes, how they come into the warehouse, and what a mistake is told."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation import sources
from segmentation.errors import UserError
from segmentation.settings import parse
from segmentation.sources import orders
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

CSV = b"Who,When,Sum\nann,2023-01-01,5\n"
MAPPING = {"customer": "Who", "time": "When", "amount": "Sum"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    path.mkdir()
    (path / "orders.csv").write_bytes(CSV)
    return path


def fetch(warehouse: Warehouse, files: object, said: list[str] | None = None, **mapping: object) -> Manifest:
    given = {"source": "orders", "files_path": str(files), "orders_mapping": json.dumps({**MAPPING, **mapping})}
    return sources.fetch(parse(given), warehouse, "run", report=(said if said is not None else []).append)


def brought(warehouse: Warehouse, manifest: Manifest) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sources.raw_files(warehouse, manifest.version)["orders"]}


def refusal(warehouse: Warehouse, files: object, **mapping: object) -> str:
    with pytest.raises(UserError) as refused:
        fetch(warehouse, files, **mapping)
    assert not list(warehouse.root.rglob("version=*"))
    assert not [path for path in warehouse.root.rglob("_attempts/*") if path.is_dir()]
    return str(refused.value)


def parquet(path: Path, **columns: list) -> None:
    pq.write_table(pa.table(columns or {"Who": ["ann"], "When": ["2023-01-01"], "Sum": [5.0]}), path)


# Which files
def test_a_file_a_folder_and_a_glob_name_the_same_file(warehouse: Warehouse, folder: Path) -> None:
    (folder / "readme.txt").write_text("not an order")
    (folder / ".orders.csv").write_text("left by an editor")
    (folder / "_orders.csv").write_text("left by another program")
    made = [fetch(warehouse, folder / name) for name in ("orders.csv", "", "*.csv")]
    assert made[0] == made[1] == made[2]
    assert brought(warehouse, made[0]) == {"orders.csv": CSV}


def test_a_packed_file_is_brought_unpacked(warehouse: Warehouse, folder: Path) -> None:
    (folder / "more.CSV.GZ").write_bytes(gzip.compress(CSV) + gzip.compress(b"bob,2023-01-02,6\n"))
    assert brought(warehouse, fetch(warehouse, folder)) == {
        "more.CSV": CSV + b"bob,2023-01-02,6\n",
        "orders.csv": CSV,
    }


def test_files_of_one_name_in_two_folders_both_come(warehouse: Warehouse, folder: Path) -> None:
    for year in ("2022", "2023"):
        (folder / year).mkdir()
        (folder / year / "orders.csv").write_bytes(CSV + year.encode())
    made = brought(warehouse, fetch(warehouse, folder / "*/orders.csv"))
    assert made == {"orders.csv": CSV + b"2022", "orders-1.csv": CSV + b"2023"}


@pytest.mark.parametrize(
    ("name", "plain"), [("a b.csv", "a_b.csv"), ("x[1]{2}:*.csv", "x_1__2___.csv"), ("_left.csv", "left.csv"),
                        ("...csv", "file.csv"), ("Größe.csv", "Größe.csv")],
)  # fmt: skip
def test_a_name_that_spark_would_take_for_a_pattern_or_hide_is_made_plain(
    warehouse: Warehouse, folder: Path, name: str, plain: str
) -> None:
    (folder / "orders.csv").rename(folder / name)
    assert brought(warehouse, fetch(warehouse, folder / name)) == {plain: CSV}


def test_parquet_comes_with_its_types(warehouse: Warehouse, tmp_path: Path) -> None:
    parquet(tmp_path / "o.parquet")
    (listed,) = fetch(warehouse, tmp_path / "o.parquet").settings["files"].values()
    assert (listed["columns"], listed["types"]) == (["Who", "When", "Sum"], ["string", "string", "double"])


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "\ufeffWho,When,Sum\nGrün,2023-01-01,5\n"),
        ("cp1252", "Who,When,Sum\nGrün €,2023-01-01,5\n"),
        ("utf-16", "Who,When,Sum\nGrün,2023-01-01,5\n"),
    ],
)
def test_every_encoding_becomes_utf8_without_a_mark(
    warehouse: Warehouse, folder: Path, encoding: str, text: str
) -> None:
    (folder / "orders.csv").write_bytes(text.encode(encoding))
    made = fetch(warehouse, folder, encoding=encoding)
    assert brought(warehouse, made) == {"orders.csv": text.removeprefix("\ufeff").encode()}


def test_line_ends_and_quoted_line_ends_stay(warehouse: Warehouse, folder: Path) -> None:
    data = b'Who,When,Sum\r\n"a\nb\rc",2023-01-01,5\r\n'
    (folder / "orders.csv").write_bytes(data)
    assert brought(warehouse, fetch(warehouse, folder)) == {"orders.csv": data}


def test_editing_an_original_does_not_change_a_version(warehouse: Warehouse, folder: Path) -> None:
    manifest = fetch(warehouse, folder)
    with (folder / "orders.csv").open("ab") as file:
        file.write(b"late,2023-01-01,1\n")
    assert brought(warehouse, manifest) == {"orders.csv": CSV}


# What the version is
def test_the_same_files_and_mapping_are_the_same_version_wherever_they_lie(
    warehouse: Warehouse, folder: Path, tmp_path: Path
) -> None:
    first = fetch(warehouse, folder)
    said: list[str] = []
    assert fetch(warehouse, folder.rename(tmp_path / "moved"), said, currency="$", encoding="UTF8") == first
    assert said[-1] == f"source version {first.version} stands"


def test_the_mapping_is_in_the_manifest_so_that_later_tasks_need_no_file(warehouse: Warehouse, folder: Path) -> None:
    mapping = fetch(warehouse, folder, currency="EUR").settings["mapping"]
    assert (mapping["columns"], mapping["currency"], mapping["decimal"]) == (MAPPING, "EUR", ".")


@pytest.mark.parametrize(
    "change", [{"currency": "EUR"}, {"time_zone": "Europe/Berlin"}, {"returns": {"do": "subtract"}}, {"product": "Who"}]
)
def test_another_mapping_is_another_version(warehouse: Warehouse, folder: Path, change: dict) -> None:
    assert fetch(warehouse, folder, **change).version != fetch(warehouse, folder).version


def test_another_content_or_name_is_another_version(warehouse: Warehouse, folder: Path) -> None:
    first = fetch(warehouse, folder)
    (folder / "orders.csv").rename(folder / "sales.csv")
    second = fetch(warehouse, folder)
    (folder / "sales.csv").write_bytes(CSV + b"bob,2023-01-02,6\n")
    assert len({first.version, second.version, fetch(warehouse, folder).version}) == 3


# Mistakes
def test_a_missing_column_is_named_and_those_that_exist_are_listed(warehouse: Warehouse, folder: Path) -> None:
    path = folder / "orders.csv"
    assert refusal(warehouse, folder, product="Item") == (
        f"Param orders_mapping: product is 'Item', but {path} has no column of that name; it has 'Who', 'When', 'Sum'."
    )


def test_a_missing_column_of_parquet_is_named_too(warehouse: Warehouse, tmp_path: Path) -> None:
    parquet(tmp_path / "o.parquet", Who=["ann"])
    assert "time is 'When', but" in refusal(warehouse, tmp_path / "o.parquet")


def test_a_column_that_comes_twice_is_named(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.csv").write_bytes(b"Who,When,Sum,Sum\n")
    assert "has more than one column of that name" in refusal(warehouse, folder)


def test_another_delimiter_shows_in_the_columns_that_exist(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.csv").write_bytes(CSV.replace(b",", b";"))
    assert refusal(warehouse, folder).endswith("it has 'Who;When;Sum'.")
    assert fetch(warehouse, folder, delimiter=";")


@pytest.mark.parametrize("name", ["nothing.csv", "nowhere/*.csv"])
def test_files_that_are_not_there_are_named(warehouse: Warehouse, folder: Path, name: str) -> None:
    assert refusal(warehouse, folder / name).startswith(
        f"Param files_path: there is no file at {folder / name}; expected .csv, .csv.gz, .parquet"
    )


def test_a_file_of_another_kind_is_named(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.xlsx").write_bytes(b"PK")
    assert f"{folder / 'orders.xlsx'} is of no kind that can be read" in refusal(warehouse, folder / "orders.xlsx")


def test_csv_and_parquet_together_are_refused(warehouse: Warehouse, folder: Path) -> None:
    parquet(folder / "o.parquet")
    assert "has CSV and Parquet files. Give files of one kind only" in refusal(warehouse, folder)


def test_an_empty_file_has_no_header(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.csv").write_bytes(b"")
    assert "orders.csv has no header" in refusal(warehouse, folder)


def test_a_file_in_another_encoding_is_named(warehouse: Warehouse, folder: Path) -> None:
    path = folder / "orders.csv"
    path.write_bytes(CSV * 1000 + b"Gr\xfcn,2023-01-01,5\n")  # far behind the header
    assert f"encoding is 'utf-8', but {path} is not written in it" in refusal(warehouse, folder)


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: b"no gzip", lambda data: data + b"tail"])
def test_a_packed_file_that_is_damaged_is_named(warehouse: Warehouse, folder: Path, damage) -> None:
    (folder / "orders.csv").unlink()
    path = folder / "orders.csv.gz"
    path.write_bytes(damage(gzip.compress(CSV)))
    assert f"Param files_path: {path} cannot be unpacked" in refusal(warehouse, folder)


def test_parquet_that_is_none_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "o.parquet"
    path.write_bytes(b"PAR1 no more")
    assert f"Param files_path: {path} cannot be read as Parquet" in refusal(warehouse, path)


def test_a_file_that_grows_while_it_is_read_makes_no_version(
    warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring = orders._bring_csv

    def grow(path: Path, target: Path, encoding: str) -> None:
        bring(path, target, encoding)
        with path.open("ab") as file:
            file.write(b"late,2023-01-01,1\n")

    monkeypatch.setattr(orders, "_bring_csv", grow)
    assert "orders.csv changed while it was read" in refusal(warehouse, folder)


def test_a_mistake_in_the_mapping_is_told_before_any_file_is_read(warehouse: Warehouse, folder: Path) -> None:
    said: list[str] = []
    with pytest.raises(UserError, match="Param orders_mapping: unknown key 'colour'"):
        fetch(warehouse, folder, said, colour="red")
    assert said == []
