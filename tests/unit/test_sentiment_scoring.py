"""How positive single texts are, and what is left of a text that is scored."""

from datetime import date
from decimal import Decimal
from importlib.metadata import version
from time import process_time

import pyarrow as pa
import pytest

from segmentation.stages.sentiment.scoring import COLUMNS, MODEL, plain, scored

MONTH = date(2023, 8, 1)


def rows(*raw: str) -> list[dict]:
    texts = [
        {"segment": "Lost", "place": n, "review_month": MONTH, "stars": 1, "raw_text": text}
        for n, text in enumerate(raw, 1)
    ]
    schema = pa.schema(
        [("segment", pa.string()), ("place", pa.int32()), ("review_month", pa.date32()), ("stars", pa.int32()),
         ("raw_text", pa.string())]
    )  # fmt: skip
    return scored(pa.Table.from_pylist(texts, schema)).to_pylist()


def sentiments(*raw: str) -> list[Decimal]:
    return [row["sentiment"] for row in rows(*raw)]


def test_the_scores_are_those_of_the_release_that_the_page_names() -> None:
    assert f"VADER {version('vaderSentiment')}" == MODEL
    # As the documentation of VADER has them.
    assert sentiments(
        "VADER is smart, handsome, and funny.",
        "VADER is not smart, handsome, nor funny.",
        "At least it isn't a horrible book.",
        "Catch utf-8 emoji such as 💘 and 💋 and 😁",
    ) == [Decimal("0.8316"), Decimal("-0.7424"), Decimal("0.4310"), Decimal("0.8750")]


def test_a_text_without_a_word_of_the_lexicon_counts_as_0_and_is_told() -> None:
    found = rows("Das Kabel ist grau.", "It is a cable.", "Good and bad.")
    assert [(row["sentiment"], row["has_words"]) for row in found] == [
        (0, False),
        (0, False),
        (Decimal("-0.1531"), True),
    ]


def test_the_other_columns_stay_as_they_are() -> None:
    (row,) = rows("Fine.<br />Really.")
    assert list(row) == [column.split()[0] for column in COLUMNS.split(", ")]
    assert {**row, "sentiment": None} == {
        "segment": "Lost", "place": 1, "review_month": MONTH, "stars": 1, "sentiment": None, "has_words": True,
        "review_text": "Fine. Really.",
    }  # fmt: skip


def test_a_flood_of_emoji_counts_by_its_first_and_stays_as_it_is() -> None:
    few, many = rows("so " + "😁😂" * 25, "so " + "😁😂" * 500)
    assert many["sentiment"] == few["sentiment"] < Decimal("0.9999")  # which is what a thousand come to
    assert many["review_text"] == "so " + "😁😂" * 500
    begun = process_time()
    assert sentiments(*["😁😂" * 500] * 100) == [many["sentiment"]] * 100
    assert process_time() - begun < 5, "as long as they all counted, it took twenty seconds"


def test_what_is_markup_only_is_left_out() -> None:
    assert [row["place"] for row in rows("<br />", "good", " [[VIDEOID:abc123]] ")] == [2]
    assert rows() == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Works<br />and <b>well</b>", "Works and well"),
        ("[[VIDEOID:5f0c]]Watch [[ASIN:B00X A hub]] this", "Watch this"),
        ("I &lt;3 it &amp; more", "I <3 it & more"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("&lt;script&gt;x", "<script>x"),  # as the customer wrote it; the page escapes it
        ("two\n\nlines\tof  it ", "two lines of it"),
        ("cut <br", "cut <br"),
    ],
)
def test_markup_goes_and_signs_stay(raw: str, text: str) -> None:
    assert plain(raw) == text
