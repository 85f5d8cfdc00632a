"""The sources: what a mistake in the params or a damaged file is told. Nothing is published then."""

import errno
from pathlib import Path

import pytest
from hostile_values import BAD_PATHS
from test_sources import NAMES, PACK, REVIEWS, fetch, lay_out

from segmentation import sources
from segmentation.common.errors import UserError
from segmentation.config.settings import parse
from segmentation.sources import copying, files
from segmentation.warehouse.versions import Warehouse


def refusal(warehouse: Warehouse, files: object, **given: object) -> str:
    with pytest.raises(UserError) as refused:
        fetch(warehouse, files, **given)
    assert not list(warehouse.root.rglob("version=*"))
    assert not [path for path in warehouse.root.rglob("_attempts/*") if path.is_dir()]
    return str(refused.value)


def test_a_folder_that_does_not_exist_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    message = refusal(warehouse, tmp_path / "nowhere")
    assert message == f"Param files_path: there is no folder {tmp_path}/nowhere."


@pytest.mark.parametrize("kind", NAMES)
def test_a_missing_file_is_named_and_what_is_there_is_listed(warehouse: Warehouse, tmp_path: Path, kind: str) -> None:
    folder = lay_out(tmp_path / "mine")
    (folder / "raw/review_categories/Books.jsonl.gz").write_bytes(b"")
    (folder / NAMES[kind]).unlink()
    message = refusal(warehouse, folder)
    assert f"has no {kind} file of category Electronics; expected {NAMES[kind]}, plain, .gz or .zst" in message
    there = "Books" if kind == "reviews" else "Books, Electronics"
    assert message.endswith(f"Categories found there: {there}.")


def test_a_category_that_is_absent_from_an_empty_folder_finds_none(warehouse: Warehouse, tmp_path: Path) -> None:
    assert refusal(warehouse, tmp_path, category="Baby_Products").endswith("Categories found there: none.")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{0}/reviews,{0}/nothing", "the products file {0}/nothing does not exist or is not a file"),
        ("{0}/nothing,{0}/reviews", "the reviews file {0}/nothing does not exist or is not a file"),
        ("{0},{0}/reviews", "the reviews file {0} does not exist or is not a file"),
        ("{0}/reviews,{0}/reviews,{0}/reviews", "names 3 files. Allowed: REVIEWS,PRODUCTS"),
    ],
)
def test_given_files_that_do_not_fit_are_named(
    warehouse: Warehouse, tmp_path: Path, template: str, message: str
) -> None:
    (tmp_path / "reviews").write_bytes(REVIEWS)
    assert message.format(tmp_path) in refusal(warehouse, template.format(tmp_path))


def test_a_file_that_grows_while_it_is_read_makes_no_version(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "mine")
    path = folder / NAMES["reviews"]

    def append(line: str) -> None:
        if line.startswith("reading"):
            with path.open("ab") as file:
                file.write(b"late\n")

    with pytest.raises(UserError, match="a file changed while it was read"):
        sources.fetch(parse({"source": "files", "files_path": str(folder)}), warehouse, "run", report=append)
    assert not list(warehouse.root.rglob("version=*"))


SCRAMBLED = bytes(number * 7919 % 251 for number in range(60_000))


@pytest.mark.parametrize(
    ("ending", "break_it"),
    [
        (".gz", lambda packed: b"this is no gzip file"),
        (".gz", lambda packed: packed[: len(packed) // 2]),
        (".gz", lambda packed: packed[:-8] + b"checksum"),
        (".gz", lambda packed: packed + b"tail"),
        (".gz", lambda packed: packed[:20] + b"\xff" * 30 + packed[50:]),
        (".zst", lambda packed: b"this is no zstd file"),
        (".zst", lambda packed: packed[: len(packed) // 2]),
        (".zst", lambda packed: packed + b"tail"),
    ],
    ids=["garbage", "half", "checksum", "tail", "middle", "zst-garbage", "zst-half", "zst-tail"],
)
def test_a_packed_file_that_is_damaged_is_refused_by_name(
    warehouse: Warehouse, tmp_path: Path, ending: str, break_it
) -> None:
    folder = lay_out(tmp_path / "mine", ending)
    path = folder / f"{NAMES['products']}{ending}"
    path.write_bytes(break_it(PACK[ending](SCRAMBLED)))
    assert f"Param files_path: {path} cannot be unpacked" in refusal(warehouse, folder)


@pytest.mark.parametrize("case", BAD_PATHS)
@pytest.mark.parametrize("form", ["{}", "{},/dev/null", "/dev/null,{}"])
def test_a_path_that_cannot_be_is_a_sentence(warehouse: Warehouse, case: str, form: str) -> None:
    text, said = BAD_PATHS[case]
    if "\0" in text or "\ud800" in text:
        pytest.skip("no param can hold it")
    message = refusal(warehouse, form.format(text))
    assert message.startswith("Param files_path: ")
    assert said in message
    assert len(message) < 500


@pytest.mark.parametrize("text", ["a,b,c" * 3000, "/nowhere" * 400, "\n", "~", "%s{}", "/dev/null,/dev/zero", "//"])
def test_a_hostile_text_for_a_path_is_a_short_sentence(warehouse: Warehouse, text: str) -> None:
    message = refusal(warehouse, text)
    assert message.startswith("Param files_path: ")
    assert "\n" not in message
    assert len(message) < 600


def test_a_folder_of_many_files_is_listed_at_once_and_shortly(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "raw/review_categories"
    folder.mkdir(parents=True)
    for number in range(8000):
        (folder / f"Category_{number}.jsonl").touch()
    message = refusal(warehouse, tmp_path)
    assert "Categories found there: Category_0, Category_1, Category_10," in message
    assert message.endswith(" more.")
    assert len(message) < 700


def test_a_file_that_may_not_be_read_is_a_sentence(warehouse: Warehouse, tmp_path: Path, monkeypatch) -> None:
    folder = lay_out(tmp_path / "mine")
    really = files.bring_lines

    def refuse(path: Path, *_: object) -> None:
        # As the system does; whoever runs the tests may read everything.
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(files, "bring_lines", refuse)
    assert refusal(warehouse, folder) == (
        f"Param files_path: {folder / NAMES['reviews']} cannot be read: Permission denied."
    )
    monkeypatch.setattr(files, "bring_lines", really)

    def stale(path: Path, *_: object) -> None:
        raise OSError(errno.ESTALE, "Stale file handle", str(path))

    monkeypatch.setattr(files, "bring_lines", stale)
    with pytest.raises(OSError, match="Stale"):  # which may pass: the task is tried again
        fetch(warehouse, folder)


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_packed_file_that_would_fill_the_disk_is_refused(
    warehouse: Warehouse, tmp_path: Path, monkeypatch, ending: str
) -> None:
    folder = lay_out(tmp_path / "mine", ending)
    path = folder / f"{NAMES['products']}{ending}"
    path.write_bytes(PACK[ending](b"0" * 20_000_000))
    monkeypatch.setattr(copying, "SMALL_UNPACKED", 1_000_000)
    monkeypatch.setattr(copying, "MOST_TIMES", 5)
    message = refusal(warehouse, folder)
    assert message.startswith(f"Param files_path: {path} unpacks to more than 1,000,000 bytes")
    assert message.endswith("unpack it yourself and give the plain file.")
    monkeypatch.setattr(copying, "SMALL_UNPACKED", 20_000_000)
    assert fetch(warehouse, folder)


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
@pytest.mark.parametrize("text", [b"{}\n" + b"x" * 70_000, b"x" * 70_000 + b"\n{}\n"], ids=["without an end", "ended"])
def test_a_line_that_no_memory_should_hold_is_refused_while_the_file_is_read(
    warehouse: Warehouse, tmp_path: Path, monkeypatch, ending: str, text: bytes
) -> None:
    monkeypatch.setattr(copying, "BLOCK", 1000)
    monkeypatch.setattr(copying, "LONGEST_LINE", 65_536)
    folder = lay_out(tmp_path / "mine", ending, products=text)
    message = refusal(warehouse, folder)
    assert message.startswith(f"Param files_path: {folder / NAMES['products']}{ending} has a line of more than ")
    assert not list(warehouse.root.rglob("*.part"))
    assert fetch(warehouse, lay_out(tmp_path / "other", ending, products=text.replace(b"xxxxx", b"xxxx\n")))
