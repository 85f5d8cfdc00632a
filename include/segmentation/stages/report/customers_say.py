"""What the report says of the texts of reviews: figures by segment, words, quotes, and how far to trust them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segmentation.common.formatting import MISSING, count_of, number, percent, shorten
from segmentation.config.segment_maps import Segment
from segmentation.stages.charts import sentiment as charts
from segmentation.stages.charts.drawing import Chart
from segmentation.stages.charts.sentiment import signed
from segmentation.stages.sentiment.scoring import MODEL

TABLES = ("segment_sentiment", "segment_words", "sentiment_trust", "sentiment_quotes")
QUOTE, WORD = 200, 30
# From where on the balanced accuracy says that texts and stars mostly agree, and from where on that they do at all.
GOOD, FAIR = 0.75, 0.6
# Fewer reviews of low or of high stars say nothing of that.
FEW = 30
Row = Mapping[str, Any]


@dataclass(frozen=True)
class SaidView:
    """All that the page shows of it. Words and quotes are cleaned and shortened, but still untrusted texts.

    about: sentences on what is measured and on the sample. trust: how well it agrees with the stars. verdict: what
    follows from that. rows: a segment each, with `words`. quotes: (segment, rows) where text and stars disagree.
    """

    about: Sequence[str]
    trust: str
    verdict: str
    rows: Sequence[Row]
    quotes: Sequence[tuple[str, Sequence[Row]]]
    charts: Sequence[Chart]


def view(frames: Mapping[str, pd.DataFrame], segments: Sequence[Segment], most: int) -> SaidView:
    """The view of these tables, by the name of the dataset. `most`: how many reviews of a segment are read."""
    order = [segment.name for segment in segments]
    groups = {segment.name: segment.group for segment in segments}
    found = frames["segment_sentiment"]
    window = _in_order(found[found["review_month"].isna()], order)
    drawn = [
        charts.sentiment_by_segment(window, groups),
        charts.sentiment_over_months(found[found["review_month"].notna()], order, groups),
    ]
    trust = frames["sentiment_trust"]
    whole = trust[trust["segment"].isna()]
    return SaidView(
        about=_about(window, most),
        trust=_trust(whole),
        verdict=_verdict(whole),
        rows=_table(window, trust, frames["segment_words"]),
        quotes=_quotes(_in_order(frames["sentiment_quotes"], order)),
        charts=[chart for chart in drawn if chart],
    )


def _in_order(rows: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Rows by segment, in the order of the map."""
    places = {name: place for place, name in enumerate(order)}
    return rows.sort_values("segment", key=lambda names: names.map(places), kind="stable").reset_index(drop=True)


def _about(window: pd.DataFrame, most: int) -> list[str]:
    reviews, sampled, silent = (int(window[name].sum()) for name in ("reviews", "sampled", "without_words"))
    about = [
        f"How positive the text of a review is, from −1 to +1, by {MODEL}: a lexicon of English words and emoji, with "
        "rules. It understands no other language, no irony, and not what a text is about.",
        f"The sample is {number(sampled)} of the {count_of(reviews, 'verified review')} of the window: of each segment "
        f"{number(most)} at most, drawn by a hash, so that the same are read each time. Of each text the first 1,000 "
        "characters count, and of headings nothing.",
    ]
    if not sampled:
        return [*about, "None of them has a text, so there is nothing to say."]
    lacking = f"{number(silent)} of them ({percent(silent, sampled)}) hold no word of the lexicon"
    return [*about, f"{lacking}: other languages, or texts that judge nothing. They count as 0."]


def _trust(whole: pd.DataFrame) -> str:
    """How well the texts tell low stars from high ones, in a sentence with its figures."""
    if whole.empty:
        return "No review of the sample has 1, 2, 4 or 5 stars to hold its text against."
    row = whole.iloc[0]
    if pd.isna(row["auc"]):
        kind = "4 or 5" if row["high_reviews"] else "1 or 2"
        return f"All reviews of the sample that could tell have {kind} stars."
    low, high = count_of(row["low_reviews"], "review"), number(row["high_reviews"])
    return (
        f"Of {low} with 1 or 2 stars, {_share(row['low_told_share'])} have a negative text, below 0; of {high} with 4 "
        f"or 5 stars, {_share(row['high_told_share'])} a positive one. A text at 0 counts half. That is a balanced "
        f"accuracy of {_share(row['balanced_accuracy'])}, where guessing has 50%. Of a low and a high review drawn at "
        f"random, the high one has the more positive text {_share(row['auc'])} of the time (AUC)."
    )


def _verdict(whole: pd.DataFrame) -> str:
    row = {} if whole.empty else whole.iloc[0]
    if not len(row) or min(row["low_reviews"], row["high_reviews"]) < FEW:
        return "That is too little to trust the figures by."
    if row["balanced_accuracy"] < FAIR:
        return "Do not rely on these figures: read the reviews themselves."
    if row["balanced_accuracy"] < GOOD:
        return "Take differences between segments as a hint, no more."
    return "Good enough to compare segments and months; a single review may be read wrongly."


def _table(window: pd.DataFrame, trust: pd.DataFrame, words: pd.DataFrame) -> list[Row]:
    accuracy = trust.dropna(subset="segment").set_index("segment")["balanced_accuracy"].to_dict()
    return [
        {
            "segment": row.segment,
            "reviews": number(row.reviews),
            "sampled": number(row.sampled),
            "mean": signed(row.mean_sentiment) if row.sampled else MISSING,
            "shares": [_share(value) for value in (row.positive_share, row.neutral_share, row.negative_share)],
            "accuracy": _share(accuracy.get(row.segment)),
            "words": [_word(each) for each in _of(words, row.segment).itertuples()],
        }
        for row in window.itertuples()
    ]


def _word(row: Any) -> tuple[str, str]:
    """A word, and how often it stands here and elsewhere."""
    elsewhere = "" if pd.isna(row.share_elsewhere) else f", elsewhere {_share(row.share_elsewhere)}"
    return shorten(row.word, WORD), f"{_share(row.share)}{elsewhere}"


def _quotes(quotes: pd.DataFrame) -> list[tuple[str, list[Row]]]:
    return [
        (
            segment,
            [
                {
                    "stars": number(row.stars),
                    "sentiment": signed(row.sentiment),
                    "month": f"{row.review_month:%B %Y}",
                    "quote": shorten(row.quote, QUOTE),
                }
                for row in _of(quotes, segment).itertuples()
            ],
        )
        for segment in quotes["segment"].unique()
    ]


def _of(rows: pd.DataFrame, segment: str) -> pd.DataFrame:
    return rows[rows["segment"] == segment].sort_values("place")


def _share(value: Any) -> str:
    return percent(value, 1)
