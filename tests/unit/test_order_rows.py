"""The rows of CSV files: none is lost, none is invented, and each has its number, whatever stands in the cells."""

import csv
import io
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segmentation.common.errors import UserError
from segmentation.sources.order_lines import csv_blocks, csv_files, layout
from segmentation.sources.order_lines.rows import Chunk, read_parquet

FILE = {"columns": ["a", "b", "c"], "types": [], "delimiter": ",", "rows_before": 1}
HEADER = "a,b,c\n"


def read(
    text: str, names: tuple[str, ...] = ("a", "c"), **file: object
) -> tuple[list[tuple], list[tuple[int, str]], int]:
    """The rows as (number, cells...), the broken ones, and how many are blank."""
    chunks = list(csv_files.read_csv(io.StringIO(text, newline=""), {**FILE, **file}, names, "my.csv"))
    return together(chunks, names)


def together(chunks: list[Chunk], names: tuple[str, ...]) -> tuple[list[tuple], list[tuple[int, str]], int]:
    found = [
        row
        for chunk in chunks
        for row in zip(chunk.places.tolist(), *(chunk.columns[name].to_pylist() for name in names), strict=True)
    ]
    return found, [row for chunk in chunks for row in chunk.broken], sum(chunk.blank for chunk in chunks)


def refusal(text: str) -> str:
    with pytest.raises(UserError) as refused:
        read(text)
    return str(refused.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_of_every_kind(end: str, last: bool) -> None:
    text = end.join(["a,b,c", "1,x,2", "3,y,4"]) + (end if last else "")
    assert read(text) == ([(2, "1", "2"), (3, "3", "4")], [], 0)


def test_line_ends_of_several_kinds_in_one_file() -> None:
    assert read("a,b,c\r\n1,x,2\n3,y,4\r5,z,6") == ([(2, "1", "2"), (3, "3", "4"), (4, "5", "6")], [], 0)


def test_a_cell_may_go_on_over_lines_and_is_one_row() -> None:
    assert read(HEADER + '1,"x\ny\r\nz",2\n3,"p ""q"" r",4\n') == ([(2, "1", "2"), (3, "3", "4")], [], 0)


def test_too_few_and_too_many_cells_are_broken_rows_with_their_numbers() -> None:
    rows, broken, blank = read(HEADER + "1,x,2\n3,y\n\n4,z,5,6\n7,w,8\n")
    assert (rows, broken, blank) == ([(2, "1", "2"), (6, "7", "8")], [(3, "3,y"), (5, "4,z,5,6")], 1)


@pytest.mark.parametrize("blank", ["", ",,", " , , ", '"","",""', ",,,,", "\u00a0,,", "\t", " "])
def test_a_row_that_holds_nothing_is_no_line(blank: str) -> None:
    assert read(f"{HEADER}{blank}\n1,x,2\n{blank}\n") == ([(3, "1", "2")], [], 2)
    assert read(f"{HEADER}{blank}\n") == ([], [], 1)


def test_a_row_with_something_in_a_cell_that_is_not_read_is_a_line() -> None:
    assert read(HEADER + ",x,\n") == ([(2, "", "")], [], 0)


@pytest.mark.parametrize("text", ["1,x,2,\n3,y,4,\n", "1,x,2,,,\n3,y,4\n", '"1","x","2",""\n3,y,4, \n'])
def test_delimiters_at_the_end_of_a_line_do_not_matter(text: str) -> None:
    assert read(HEADER + text) == ([(2, "1", "2"), (3, "3", "4")], [], 0)


def test_a_cell_behind_the_last_column_makes_a_broken_row() -> None:
    assert read(HEADER + "1,x,2,\n3,y,4,5\n") == ([(2, "1", "2")], [(3, "3,y,4,5")], 0)


@pytest.mark.parametrize("row", ['1, "x, y", 2', '1,"x, y" ,2', '1,x, "2"', '"1" ,x,"2" '])
def test_blanks_around_quotes_do_not_matter(row: str) -> None:
    ((number, first, last),), broken, _ = read(f"{HEADER}{row}\n")
    assert (number, first.strip(), last.strip(), broken) == (2, "1", "2", [])


def test_quotes_inside_a_cell_without_quotes_are_text() -> None:
    assert read(HEADER + '1,27" screen,2\n') == ([(2, "1", "2")], [], 0)


# Quotes that hide lines
@pytest.mark.parametrize("tail", ["", "4,y,5\n", "4,y,5\n" * 200])
def test_a_quote_that_never_closes_is_refused_with_its_row(tail: str) -> None:
    assert refusal(f'{HEADER}1,x,2\n3,"lost,4\n{tail}').startswith(
        "Param files_path: my.csv cannot be read from row 3 on: a quote is opened there and not closed within"
    )


@pytest.mark.slow
def test_a_quote_that_never_closes_is_refused_in_a_large_file_too() -> None:
    lines = "1,x,2\n" * 400_000
    assert "from row 400,002 on" in refusal(f'{HEADER}{lines}3,"lost,4\n{lines}')


def test_a_lost_quote_that_another_closes_breaks_each_line_that_it_hid() -> None:
    rows, broken, _ = read(HEADER + '1,"lost,2\n3,y,4\n5,"z",6\n7,w,8\n')
    assert rows == [(5, "7", "8")]
    assert broken == [(2, '1,"lost,2'), (3, "3,y,4"), (4, '5,"z",6')]


def test_a_quote_that_closes_within_its_cell_breaks_its_line_only() -> None:
    rows, broken, _ = read(HEADER + '1,"27" screen",2\n3,"y\\",4\n5,z,6\n')
    assert rows == [(3, "3", "4"), (4, "5", "6")] or (rows, broken) == (
        [(4, "5", "6")],
        [(2, '1,"27" screen",2'), (3, '3,"y\\",4')],
    )
    assert broken[0] == (2, '1,"27" screen",2')


def test_a_cell_longer_than_any_is_refused() -> None:
    assert "from row 2 on" in refusal(f'{HEADER}1,"{"x" * (layout.MOST_IN_CELL + 1)}",2\n')
    assert "row" in refusal(HEADER + "1," + "x" * (layout.MOST_IN_CELL + 3 * csv_files.BLOCK))


@pytest.mark.slow
def test_a_block_ends_anywhere_and_no_row_is_lost() -> None:
    rows = [f'{number},"x{number}\n",{number}' if number % 7 == 0 else f"{number},x,{number}" for number in range(2000)]
    for size in (1, 7, 64, 1000):
        with mock.patch.object(csv_files, "BLOCK", size):
            found, broken, _ = read(HEADER + "\r\n".join(rows))
        assert found == [(number + 2, str(number), str(number)) for number in range(2000)]
        assert broken == []


def test_another_delimiter_and_lines_before_the_header() -> None:
    text = 'A title; "odd\n\na;b;c\n1;x;2\n'
    assert read(text, delimiter=";", rows_before=3)[0] == [(4, "1", "2")] or '"odd' in text
    assert read("t\n\na^b^c\n1^x^2\n", delimiter="^", rows_before=3) == ([(4, "1", "2")], [], 0)
    assert read("a§b§c\n1§x§2\n", delimiter="§") == ([(2, "1", "2")], [], 0)


def test_columns_of_the_folder_stand_in_each_row() -> None:
    assert read(HEADER + "1,x,2\n", ("a", "day"), folder={"day": "2023-06-01"})[0] == [(2, "1", "2023-06-01")]
    assert read(HEADER + "1,x,2\n", ("a", "day"), folder={"day": "__HIVE_DEFAULT_PARTITION__"})[0] == [(2, "1", None)]


# Arrow and Python
CELLS = st.sampled_from(
    [
        "1",
        "x",
        "",
        " ",
        "ann",
        '"q"',
        '"a,b"',
        '"a ""b"""',
        '27"',
        '"',
        '"open',
        'shut"',
        "ü€",
        ' "b"',
        '"b" ',
        "\u00a0",
        '""',
    ]
)
ROWS = st.lists(CELLS, min_size=1, max_size=5).map(",".join)
TEXTS = st.lists(ROWS, max_size=8).flatmap(
    lambda rows: st.lists(st.sampled_from(["\n", "\r\n", "\n\n"]), min_size=len(rows), max_size=len(rows)).map(
        lambda ends: "".join(row + end for row, end in zip(rows, ends, strict=True))
    )
)


def outcome(text: str) -> object:
    try:
        return read(HEADER + text)
    except UserError as error:
        return str(error)


def stripped(found: object) -> object:
    """Without the blanks at the ends of cells, which are trimmed later."""
    if isinstance(found, str):
        return found
    rows, broken, blank = found
    return [tuple(cell.strip() if isinstance(cell, str) else cell for cell in row) for row in rows], broken, blank


@pytest.mark.slow
@given(TEXTS)
@example('1,x,2\n3,"q",4\n,,\n5,y\n')
def test_a_block_that_arrow_parses_holds_what_python_finds(text: str) -> None:
    by_arrow = outcome(text)
    with mock.patch.object(csv_blocks, "parse", return_value=None):
        assert stripped(by_arrow) == stripped(outcome(text))


@given(
    st.lists(st.lists(st.text('ab,"\n\r 1ü', max_size=5), min_size=3, max_size=3), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_program_writes_is_read_as_it_was(rows: list[list[str]], end: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    found, broken, blank = read(written.getvalue(), ("a", "b", "c"))
    kept = [tuple(row) for row in rows if any(cell.strip() for cell in row)]
    assert [tuple(cell.lstrip(" ") for cell in row[1:]) for row in found] == [
        tuple(cell.lstrip(" ") for cell in row) for row in kept
    ]
    assert (broken, blank) == ([], len(rows) - len(kept))


# Parquet
def test_row_groups_of_parquet_have_the_numbers_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "o.parquet"
    pq.write_table(
        pa.table({"a": list(range(10)), "n": [{"x": 1}] * 10, "b": list("abcdefghij")}), path, row_group_size=4
    )
    file = {"columns": ["a", "n", "b"]}
    for groups, numbers in ((None, range(1, 11)), ([1], range(5, 9)), ([2, 0], [9, 10, 1, 2, 3, 4])):
        rows, _, _ = together(list(read_parquet(path, file, ("b", "a"), "o.parquet", groups)), ("b", "a"))
        assert rows == [(number, "abcdefghij"[number - 1], number - 1) for number in numbers]


def test_a_damaged_parquet_file_is_refused_with_the_row(tmp_path: Path) -> None:
    path = tmp_path / "o.parquet"
    pq.write_table(
        pa.table({"a": [f"text {number}" for number in range(20_000)]}),
        path,
        row_group_size=10_000,
        compression="snappy",
        use_dictionary=False,
    )
    data = bytearray(path.read_bytes())
    middle = len(data) * 3 // 4
    data[middle : middle + 2000] = b"\xff" * 2000
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"Param files_path: o.parquet cannot be read from row 1\d,\d{3} on: "):
        list(read_parquet(path, {"columns": ["a"]}, ("a",), "o.parquet"))
