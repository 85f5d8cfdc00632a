"""The source `orders`: which files it takes, how they come into the warehouse, and what a mistake is told."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation import sources
from segmentation.common.errors import UserError
from segmentation.config.settings import parse
from segmentation.sources import orders
from segmentation.sources.order_files import OrderFile
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
    (folder / "readme.md").write_text("not an order")
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
    assert fetch(warehouse, folder.rename(tmp_path / "moved"), said, empty=[], encoding="UTF8") == first
    assert said[-1] == f"source version {first.version} stands"


def test_the_mapping_is_in_the_manifest_so_that_later_tasks_need_no_file(warehouse: Warehouse, folder: Path) -> None:
    mapping = fetch(warehouse, folder, currency="EUR").settings["mapping"]
    assert (mapping["columns"], mapping["currency"], mapping["decimal"]) == (MAPPING, "EUR", None)


# What the files settle
@pytest.mark.parametrize(
    ("amounts", "decimal", "currency"),
    [
        (["5"], None, None), (["5.50", "1.234"], ".", None), (["1,234", "5,50"], ",", None), (["1,234"], None, None),
        (["5.50", "5,50"], None, None), (["€5.50"], ".", "EUR"), (["1.234,00 €"], ",", "EUR"), (["$5"], None, "$"),
        (["5 EUR", "5 EUR", "5 USD"], None, "EUR"), (["1,00,000"], ".", None),
    ],
)  # fmt: skip
def test_the_amounts_settle_the_decimal_sign_and_the_currency(
    warehouse: Warehouse, folder: Path, amounts: list[str], decimal: str | None, currency: str | None
) -> None:
    lines = "".join(f'ann,2023-01-01,"{amount}"\n' for amount in amounts)
    (folder / "orders.csv").write_text(f"Who,When,Sum\n{lines}", encoding="utf-8")
    mapping = fetch(warehouse, folder).settings["mapping"]
    assert (mapping["decimal"], mapping["currency"]) == (decimal, currency)


def test_files_that_do_not_agree_on_the_decimal_sign_settle_none(warehouse: Warehouse, folder: Path) -> None:
    (folder / "other.csv").write_bytes(b"Who;When;Sum\nbob;2023-01-01;5,50\n")
    assert fetch(warehouse, folder).settings["mapping"]["decimal"] == ","
    (folder / "orders.csv").write_bytes(CSV + b"ann,2023-01-01,5.50\n")
    assert fetch(warehouse, folder).settings["mapping"]["decimal"] is None


def test_a_column_of_currencies_settles_the_currency_in_whole(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.csv").write_bytes(b"Who,When,Sum,In\nann,2023-01-01,5,US Dollar\n")
    assert fetch(warehouse, folder, currency_column="In").settings["mapping"]["currency"] == "US Dollar"


def test_a_currency_that_is_the_name_of_a_column_is_refused(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.csv").write_bytes(b"Who,When,Sum,In\nann,2023-01-01,5,EUR\n")
    assert "currency is 'In', which is a column of" in refusal(warehouse, folder, currency="In")


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


def test_the_delimiter_is_found_and_one_that_is_said_counts(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.csv").write_bytes(CSV.replace(b",", b";"))
    (listed,) = fetch(warehouse, folder).settings["files"].values()
    assert (listed["delimiter"], listed["columns"]) == (";", ["Who", "When", "Sum"])
    with pytest.raises(UserError, match=r"it has 'Who;When;Sum'\.$"):
        fetch(warehouse, folder, delimiter=",")


@pytest.mark.parametrize("name", ["nothing.csv", "nowhere/*.csv"])
def test_files_that_are_not_there_are_named(warehouse: Warehouse, folder: Path, name: str) -> None:
    assert refusal(warehouse, folder / name).startswith(
        f"Param files_path: there is no file at {folder / name}; expected .csv, .csv.gz, .tsv"
    )


def test_a_file_of_another_kind_is_named(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.xlsx").write_bytes(b"PK")
    assert f"{folder / 'orders.xlsx'} is of no kind that can be read" in refusal(warehouse, folder / "orders.xlsx")


def test_csv_and_parquet_together_are_refused(warehouse: Warehouse, folder: Path) -> None:
    parquet(folder / "o.parquet")
    assert "has CSV and Parquet files. Give files of one kind only" in refusal(warehouse, folder)


def test_an_empty_part_is_said_and_nothing_but_empty_ones_is_refused(warehouse: Warehouse, folder: Path) -> None:
    (folder / "part-2.csv").write_bytes(b"")
    (folder / "part-3.csv.gz").write_bytes(gzip.compress(b""))
    said: list[str] = []
    assert list(brought(warehouse, fetch(warehouse, folder, said))) == ["orders.csv"]
    assert any("part-2.csv is empty" in line for line in said)
    (folder / "orders.csv").write_bytes(b"")
    with pytest.raises(UserError, match="is empty, and there is no other file"):
        fetch(warehouse, folder)


def test_a_file_of_blank_lines_has_no_header(warehouse: Warehouse, folder: Path) -> None:
    (folder / "orders.csv").write_bytes(b"\n\n")
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
    bring = orders.bring_csv

    def grow(brought_file: OrderFile, target: Path, encoding: str) -> None:
        bring(brought_file, target, encoding)
        with brought_file.path.open("ab") as file:
            file.write(b"late,2023-01-01,1\n")

    monkeypatch.setattr(orders, "bring_csv", grow)
    assert "orders.csv changed while it was read" in refusal(warehouse, folder)


def test_a_mistake_in_the_mapping_is_told_before_any_file_is_read(warehouse: Warehouse, folder: Path) -> None:
    said: list[str] = []
    with pytest.raises(UserError, match="Param orders_mapping: unknown key 'colour'"):
        fetch(warehouse, folder, said, colour="red")
    assert said == []
