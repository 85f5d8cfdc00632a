"""The sentiment of single texts, by VADER: a lexicon of English words and emoji with rules for negation and emphasis.

The sample is bounded, so it is scored on the driver: executors need no lexicon, and no task has to start for it.
"""

import html
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# The scores are those of this release. A test holds it against the one that is installed.
MODEL = "VADER 3.3.2"
COLUMNS = (
    "segment string, place int, review_month date, stars int, sentiment decimal(5,4), has_words boolean, "
    "review_text string"
)
DECIMALS = Decimal("0.0001")
# VADER spells out each emoji and then compares all words with all: a text of a thousand would take a fifth of a second.
MOST_EMOJI = 50
# Tags of HTML, and the marks by which the source points to videos and products.
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|\[\[[A-Z]+:[^\[\]]*\]\]")


def plain(raw_text: str) -> str:
    """A review's text without markup, on one line. What looks like markup after that was written so by the customer."""
    return " ".join(html.unescape(_MARKUP.sub(" ", raw_text)).split())


def scored(texts: "pa.Table") -> "pa.Table":
    """The rows of `sampled_texts` with sentiment and plain text; those that hold nothing but markup are left out."""
    import pyarrow as pa

    from segmentation.common.arrow_types import arrow_type

    pairs = [column.split() for column in COLUMNS.split(", ")]
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in pairs])
    return pa.Table.from_pylist(list(_rows(texts)), schema)


def _few(text: str, emoji: Collection[str]) -> str:
    """A text with its first emoji only."""
    places = [place for place, character in enumerate(text) if character in emoji]
    extra = set(places[MOST_EMOJI:])
    return "".join(character for place, character in enumerate(text) if place not in extra) if extra else text


def _rows(texts: "pa.Table") -> Iterator[dict[str, object]]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader = SentimentIntensityAnalyzer()
    for row in texts.to_pylist():
        text = plain(row.pop("raw_text"))
        if text:
            found = vader.polarity_scores(_few(text, vader.emojis))
            # As VADER rounds it, without the tail that a float has.
            sentiment = Decimal(str(found["compound"])).quantize(DECIMALS)
            yield {**row, "sentiment": sentiment, "has_words": bool(found["pos"] or found["neg"]), "review_text": text}
