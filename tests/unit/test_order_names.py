"""Ids: what is nobody, and what differs only in writing."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.sources.order_lines.names import EMPTY, normal, trimmed, whole_numbers, without_empty


@pytest.mark.parametrize(
    "text",
    [
        "",
        "None",
        "N/A",
        "na",
        "NULL",
        "NaN",
        "\\N",
        "#N/A",
        "(null)",
        "<NA>",
        "#n/a",
        "\u200b",
        "\u2060\u200d",
        "N\u200bA",
    ],
)
def test_an_empty_spelling_is_nothing(text: str) -> None:
    assert without_empty(pa.array([text, "ann", None])).to_pylist() == [None, "ann", None]


@pytest.mark.parametrize("text", ["0", "-", "Nancy", "nano", "guest", "Null Island", "n.a.", "N A", "anna"])
def test_any_other_is_somebody_unless_the_mapping_says_so(text: str) -> None:
    assert without_empty(pa.array([text])).to_pylist() == [text]
    assert without_empty(pa.array([text]), [f"  {text.upper()} "]).to_pylist() == [None]


def test_every_spelling_counts_in_any_letter_case() -> None:
    assert without_empty(pa.array([word.upper() for word in EMPTY])).null_count == len(EMPTY)


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u202f", "\u3000", "\u2003", "\n", "\ufeff"])
def test_blanks_of_any_kind_around_a_text_do_not_count(blank: str) -> None:
    assert trimmed(pa.array([f"{blank}a b{blank}"])).to_pylist() == ["a b"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("17850.0", "17850"),
        ("17850.00", "17850"),
        ("17850", "17850"),
        ("17850.5", "17850.5"),
        ("A1.0", "A1.0"),
        ("1.0.0", "1.0.0"),
    ],
)
def test_whole_numbers_of_spreadsheets(text: str, plain: str) -> None:
    assert whole_numbers(pa.array([text])).to_pylist() == [plain]


@pytest.mark.parametrize(
    "texts",
    [
        ["Ann@X.com", "ann@x.com", " ann@x.com", "ann@x.com\u200b", "\ufeffANN@x.com"],
        ["Zo\u00eb", "Zoe\u0308", "ZO\u00cb", "zoe\u0308 "],
        ["a b", "a  b", "a\u00a0b", "A\u202fB", "a\tb"],
        ["co\u00adop", "coop", "COOP\u2060"],
    ],
)
def test_ids_that_differ_only_in_writing_are_one(texts: list[str]) -> None:
    assert len(set(normal(pa.array(texts)).to_pylist())) == 1


@pytest.mark.parametrize(
    "pair", [("ann", "anna"), ("1", "01"), ("a b", "ab"), ("zoe", "zo\u00eb"), ("a-b", "ab"), ("o", "0")]
)
def test_others_stay_two(pair: tuple[str, str]) -> None:
    assert len(set(normal(pa.array(pair)).to_pylist())) == 2


@pytest.mark.slow
@given(st.lists(st.text(max_size=8), max_size=6))
def test_a_normal_id_is_lower_nfc_and_normal_once_and_for_all(texts: list[str]) -> None:
    once = normal(pa.array(texts, pa.string()))
    assert normal(once).equals(once)
    for text in once.to_pylist():
        assert unicodedata.normalize("NFC", text) == text
        assert text == text.strip()
        assert "  " not in text


@given(st.lists(st.text("abcÄöß €\u0301", min_size=1, max_size=6), max_size=6))
def test_ids_fall_together_exactly_where_plain_python_says_so(texts: list[str]) -> None:
    def key(text: str) -> str:
        return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).lower().split()))

    assert normal(pa.array(texts, pa.string())).to_pylist() == [key(text) for text in texts]
