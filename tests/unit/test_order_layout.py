"""How a CSV file is laid out: found by its header, whatever stands before it."""

import pytest

from segmentation.sources.order_lines.layout import Layout, find

WANTED = ("Who", "When", "Sum")


@pytest.mark.parametrize(
    ("head", "delimiter", "rows", "columns"),
    [
        ("Who,When,Sum\n", ",", 1, WANTED), ("Who;When;Sum\n", ";", 1, WANTED), ("Who\tWhen\tSum\n", "\t", 1, WANTED),
        ("Who|When|Sum\n", "|", 1, WANTED), ("Who,When,Sum,,\n", ",", 1, WANTED),
        (" Who , When ,Sum \n", ",", 1, WANTED),
        ('"Who","When","Sum"\n', ",", 1, WANTED), ('"Who", "When", "Sum"\n', ",", 1, WANTED),
        ("\ufeffWho,When,Sum\n", ",", 1, WANTED), ("sep=;\nWho;When;Sum\n", ";", 2, WANTED),
        ('"sep=;"\nWho;When;Sum\n', ";", 2, WANTED),
        ("SEP=,\r\nWho,When,Sum\r\n", ",", 2, WANTED), ("sep=^\nWho^When^Sum\n", "^", 2, WANTED),
        ("Orders of our shop\n\nfrom,2023-01-01\nWho,When,Sum\nann,2023-01-01,5\n", ",", 4, WANTED),
        ('"A title, with\na line end"\nWho,When,Sum\n', ",", 2, WANTED), ("Who,When,Sum", ",", 1, WANTED),
        ("Who,When,Sum\r\r", ",", 1, WANTED), ("Nr,Who,,When,Sum\n", ",", 1, ("Nr", "Who", "", "When", "Sum")),
        ("a;b,c\nWho;When;Sum;a,b\n", ";", 2, ("Who", "When", "Sum", "a,b")),
        ("Sum;When;Who;Note, more\n", ";", 1, ("Sum", "When", "Who", "Note, more")),
    ],
)  # fmt: skip
def test_the_header_is_found(head: str, delimiter: str, rows: int, columns: tuple[str, ...]) -> None:
    assert find(head, WANTED, None, True) == Layout(delimiter, rows, columns)


def test_a_delimiter_that_is_said_is_the_only_one() -> None:
    assert find("Who,When,Sum\n", WANTED, ";", True) == Layout(";", 1, ("Who,When,Sum",))


@pytest.mark.parametrize(
    ("head", "columns"),
    [("Who,When\n1,2\n", ("Who", "When")), ("Title\nWho;When;Total\n", ("Who", "When", "Total")), ("x\n", ("x",))],
)
def test_without_the_header_the_row_that_looks_most_like_it_is_given(head: str, columns: tuple[str, ...]) -> None:
    found = find(head, WANTED, None, True)
    assert found
    assert found.columns == columns


@pytest.mark.parametrize("head", ["", "\n", "\n\n\r\n"])
def test_nothing_has_no_layout(head: str) -> None:
    found = find(head, WANTED, None, True)
    assert found is None or not found.columns


@pytest.mark.parametrize(
    ("head", "delimiter", "rows", "width"),
    [
        ("ann,2023-01-01,5\n", ",", 0, 3),
        ("ann;2023-01-01;5,50\n", ";", 0, 3),
        ("sep=;\nann;2023;5,5\n", ";", 1, 3),
        ("ann\t1\t\n", "\t", 0, 2),
    ],
)
def test_without_a_header_columns_are_numbers(head: str, delimiter: str, rows: int, width: int) -> None:
    assert find(head, ("1", "2"), None, False) == Layout(delimiter, rows, tuple(map(str, range(1, width + 1))))
