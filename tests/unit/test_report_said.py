"""The section of the page about what customers say: the figures of the tables, in words and safe."""

import pandas as pd
import pytest
import sentiment_tables
from test_report_page import HOSTILE, Page, make

from segmentation.config.segment_maps import load_map
from segmentation.stages.report.customers_say import SaidView, view
from segmentation.stages.report.page import render

SEGMENTS = load_map("came_back", 5)


def said(**changes: pd.DataFrame) -> SaidView:
    return view({**sentiment_tables.tables(), **changes}, SEGMENTS, 2000)


def html(**changes: pd.DataFrame) -> str:
    found = said(**changes)
    return render(make(said=found, charts=found.charts))


def test_the_section_shows_the_figures_of_the_tables() -> None:
    words = Page(html()).words
    for text in (
        "by VADER 3.3.2: a lexicon of English words",
        "The sample is 500 of the 5,000 verified reviews of the window: of each segment 2,000 at most",
        "the first 1,000 characters",
        "2 of them (0.4%) hold no word of the lexicon",
        "Of 1,120 reviews with 1 or 2 stars, 61.2% have a negative text, below 0; of 3,400 with 4 or 5 stars, 95.1% a",
        "a balanced accuracy of 78.2%, where guessing has 50%",
        "the more positive text 86.4% of the time (AUC). Good enough to compare segments",
        "Champions 4,000 400 +0.65 75.0% 5.0% 20.0% – none stands out",
        "Lost 1,000 100 −0.12 75.0% 5.0% 20.0% 70.0% refund (31.0%, elsewhere 5.0%), slow (12.0%)",
        "refund 1 +0.62 June 2023 Not bad at all. 5 −0.40 July 2023",
    ):
        assert text in words, text


def test_the_charts_are_in_the_section_once() -> None:
    text = html()
    section = text[text.index('id="said"') : text.index('id="quality"')]
    for title in ("Sentiment by segment", "Sentiment over the months"):
        assert text.count(f"<h3>{title}</h3>") == section.count(f"<h3>{title}</h3>") == 1
    assert 'id="more"' not in text


def test_the_page_stays_well_built_with_the_section() -> None:
    shown = Page(html())
    assert shown.open == []
    assert len(shown.ids) == len(set(shown.ids))
    names = [tag for tag, _ in shown.tags]
    assert names.count("table") == names.count("caption")
    assert all(values.get("scope") for tag, values in shown.tags if tag == "th")
    assert "#said" in shown.links


def test_without_the_tables_there_is_no_section() -> None:
    shown = Page(render(make()))
    assert "said" not in shown.ids
    assert "#said" not in shown.links


def test_words_quotes_and_segments_are_never_markup() -> None:
    plain, hostile = Page(html()), Page(html(**sentiment_tables.tables(HOSTILE, "<b>Lost</b>")))
    assert {tag for tag, _ in hostile.tags} == {tag for tag, _ in plain.tags}
    assert not [name for name in hostile.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in hostile.text
    assert "\u202e" not in hostile.text


def test_a_quote_is_cut_and_on_one_line() -> None:
    text = html(sentiment_quotes=sentiment_tables.quotes(quote="ab\x00\n\u2066c " + "x" * 400))
    assert "ab c " + "x" * 194 + "…" in Page(text).words
    assert "x" * 195 not in text


@pytest.mark.parametrize(
    ("accuracy", "low", "words"),
    [
        (0.75, 30, "Good enough to compare segments and months"),
        (0.749, 30, "Take differences between segments as a hint"),
        (0.6, 30, "Take differences between segments as a hint"),
        (0.599, 30, "Do not rely on these figures"),
        (0.9, 29, "That is too little to trust the figures by."),
    ],
)
def test_the_verdict_follows_from_the_trust(accuracy: float, low: int, words: str) -> None:
    trust = sentiment_tables.trust(balanced_accuracy=accuracy, low_reviews=low)
    assert said(sentiment_trust=trust).verdict.startswith(words)


def test_stars_of_one_side_say_nothing_of_trust() -> None:
    one_side = sentiment_tables.trust(low_reviews=0, low_told_share=None, balanced_accuracy=None, auc=None)
    assert said(sentiment_trust=one_side).trust == "All reviews of the sample that could tell have 4 or 5 stars."
    assert said(sentiment_trust=one_side).verdict == "That is too little to trust the figures by."
    nothing = said(sentiment_trust=one_side.iloc[:0])
    assert nothing.trust == "No review of the sample has 1, 2, 4 or 5 stars to hold its text against."


def test_a_window_without_texts_says_so() -> None:
    none = pd.DataFrame([sentiment_tables.row("Lost", None, 0, None, reviews=7, without_words=0)])
    empty = {name: frame.iloc[:0] for name, frame in sentiment_tables.tables().items()}
    words = Page(html(**{**empty, "segment_sentiment": none.astype({"review_month": object})})).words
    assert "The sample is 0 of the 7 verified reviews" in words
    assert "None of them has a text, so there is nothing to say." in words
    assert "Lost 7 0 – – – – – none stands out" in words


def test_not_a_single_review_can_be_shown() -> None:
    empty = {name: frame.iloc[:0] for name, frame in sentiment_tables.tables().items()}
    assert "None of them has a text" in Page(html(**empty)).words
