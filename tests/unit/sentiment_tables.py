"""Small tables of what customers say, of two segments."""

from datetime import date
from decimal import Decimal

import pandas as pd

MONTHS = [date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)]


def row(segment: str, month: date | None, sampled: int, mean: str | None, **more) -> dict:
    return {
        "segment": segment, "review_month": month, "reviews": 10 * sampled, "sampled": sampled,
        "mean_sentiment": None if mean is None else Decimal(mean), "deviation": 0.4 if sampled > 1 else None,
        "positive": sampled, "neutral": 0, "negative": 0, "positive_share": 0.75 if sampled else None,
        "neutral_share": 0.05 if sampled else None, "negative_share": 0.2 if sampled else None,
        "without_words": 1, **more,
    }  # fmt: skip


def sentiment(one: str = "Champions", other: str = "Lost") -> pd.DataFrame:
    rows = [
        row(other, None, 100, "-0.1234"),
        row(one, None, 400, "0.6543"),
        *[row(one, month, 133, "0.6") for month in MONTHS],
        row(other, MONTHS[0], 91, "-0.2"),
        row(other, MONTHS[1], 9, "0.9"),  # too few to be drawn
    ]
    return pd.DataFrame(rows).astype({"review_month": object})


def words(segment: str = "Lost", word: str = "refund") -> pd.DataFrame:
    columns = ["segment", "place", "word", "reviews", "share", "share_elsewhere", "log_odds", "z_score"]
    return pd.DataFrame(
        [(segment, 2, "slow", 12, 0.12, None, 1.0, 4.1), (segment, 1, word, 31, 0.31, 0.05, 2.0, 8.5)], columns=columns
    )


def trust(**changes) -> pd.DataFrame:
    whole = {
        "segment": None, "low_reviews": 1120, "high_reviews": 3400, "low_told_share": 0.612,
        "high_told_share": 0.951, "balanced_accuracy": 0.78175, "auc": 0.8642,
    }  # fmt: skip
    return pd.DataFrame([whole | changes, whole | {"segment": "Lost", "balanced_accuracy": 0.7}])


def quotes(segment: str = "Lost", quote: str = "Just great, it broke.") -> pd.DataFrame:
    columns = ["segment", "place", "review_month", "stars", "sentiment", "disagreement", "quote"]
    rows = [
        (segment, 2, MONTHS[1], 5, Decimal("-0.4"), Decimal("1.4"), "Not bad at all."),
        (segment, 1, MONTHS[0], 1, Decimal("0.6249"), Decimal("1.6249"), quote),
    ]
    return pd.DataFrame(rows, columns=columns)


def tables(text: str = "refund", segment: str = "Lost") -> dict[str, pd.DataFrame]:
    return {
        "segment_sentiment": sentiment(other=segment),
        "segment_words": words(segment, text),
        "sentiment_trust": trust(),
        "sentiment_quotes": quotes(segment, text),
    }
