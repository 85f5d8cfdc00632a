"""A value in a message: short, on one line, and made without reading all of it."""

import time

import pytest
from hostile_values import VALUES

from segmentation.common.quoting import cut, listed, quoted


@pytest.mark.parametrize(
    "value", ["", "a'b", "a\nb", 5, 1.5, None, True, [], {}, (), (1,), [1, "a"], {"a": [1, {"b": None}]}, b"a"]
)
def test_a_short_value_is_as_python_writes_it(value: object) -> None:
    assert quoted(value) == repr(value)


def test_a_long_text_is_cut_and_says_its_length() -> None:
    assert quoted("x" * 198) == repr("x" * 198)
    message = quoted("x" * 4300)
    assert len(message) == 200
    assert message.endswith("xxx'... (4,300 characters)")
    assert quoted("\u202e" * 300, 60).endswith("\\u202e'... (300 characters)")


def test_a_long_list_is_cut() -> None:
    assert quoted(list(range(1000)), 20) == "[0, 1, 2, 3, 4, 5..."
    assert quoted({"a": "x" * 1000}, 30) == "{'a': 'xxxxxx'... (1,000 ch..."
    assert quoted(10**5000) == "a number of 16,610 bits"


@pytest.mark.parametrize("most", [40, 200])
def test_no_value_makes_a_long_message(most: int) -> None:
    for value in VALUES:
        for shown in (quoted(value, most), cut(value if isinstance(value, str) else "x", most)):
            assert len(shown) <= most
            assert "\n" not in shown
            shown.encode()


def test_what_stands_for_more_than_memory_holds_is_quoted_at_once() -> None:
    value: list = ["x"]
    for _ in range(200):
        value = [value] * 9
    began = time.monotonic()
    assert quoted(value).startswith("[[[[")
    assert time.monotonic() - began < 60


def test_a_path_keeps_its_ends() -> None:
    assert cut("/a/short path") == "/a/short path"
    assert cut("/begin" + "x" * 500 + "end.csv", 40) == "/beginxxxxxxxxxxxxxxxxxx...xxxxxxend.csv"
    assert cut("a\nb\u202e") == "a\\nb\\u202e"


def test_a_list_is_cut_by_count_and_by_length() -> None:
    assert listed(range(3)) == "0, 1, 2"
    assert listed(range(30)).endswith("18, 19 and 10 more")
    assert listed(["x" * 90] * 5) == ", ".join(["x" * 90] * 2) + " and 3 more"
    assert len(listed(["x" * 900])) == 200
