"""How far a customer's values are from another score, in words; and that the words are true of the scores."""

from decimal import Decimal
from itertools import pairwise

import pytest

from segmentation.pages.edges import Step, sentences, steps


def bins(metric: str, *edges: str) -> list[dict]:
    """The rows of `rfm_edges` for these edges."""
    ends = [None, *map(Decimal, edges), None]
    rows = [{"metric": metric, "lower": low, "upper": high} for low, high in pairwise(ends)]
    scores = range(len(rows), 0, -1) if metric == "recency" else range(1, len(rows) + 1)
    return [{**row, "score": score} for row, score in zip(rows, scores, strict=True)]


def score_of(value: Decimal, rows: list[dict], closed: str) -> int:
    """As the SQL has it: bins are half-open."""
    for row in rows:
        low, high = row["lower"], row["upper"]
        if closed == "left" and (low is None or low <= value) and (high is None or value < high):
            return row["score"]
        if closed == "right" and (low is None or low < value) and (high is None or value <= high):
            return row["score"]
    raise AssertionError


@pytest.mark.parametrize("closed", ["left", "right"])
@pytest.mark.parametrize(
    ("metric", "rows", "values"),
    [
        ("recency", bins("recency", "3", "7.40", "7.50", "20"), [Decimal(n) for n in range(1, 30)]),
        ("frequency", bins("frequency", "2", "3", "4", "6"), [Decimal(n) for n in range(1, 9)]),
        ("monetary", bins("monetary", "0.02", "0.03", "0.03", "0.07"), [Decimal(n) / 100 for n in range(1, 12)]),
    ],
    ids=["recency", "frequency", "monetary"],
)
def test_a_step_is_the_shortest_way_to_another_score(metric: str, rows: list, values: list, closed: str) -> None:
    smallest = Decimal("0.01") if metric == "monetary" else Decimal(1)
    for value in values:
        score = score_of(value, rows, closed)
        found = steps(metric, value, score, rows, closed)
        for step in found:
            assert score_of(value + step.by, rows, closed) == step.score != score
            short = step.by - smallest.copy_sign(step.by)
            assert score_of(value + short, rows, closed) == score, (value, step)
        top, bottom = score_of(values[-1] * 2, rows, closed), score_of(Decimal(-1), rows, closed)
        assert len(found) == (score != top) + (score != bottom)


def test_the_words() -> None:
    assert sentences("recency", [Step(Decimal(7), 3), Step(Decimal(-1), 5)], "$", "orders") == [
        "7 days more and the recency score falls to 3."
    ]
    assert sentences("recency", [Step(Decimal(1), 1)], "$", "orders") == [
        "1 day more and the recency score falls to 1."
    ]
    both = [Step(Decimal(1), 4), Step(Decimal(-2), 2)]
    assert sentences("frequency", both, "$", "days with an order") == [
        "1 day with an order more and the frequency score rises to 4.",
        "2 days with an order fewer and the frequency score falls to 2.",
    ]
    assert sentences("monetary", [Step(Decimal("12.40"), 4)], "EUR", "orders") == [
        "EUR\u00a012.40 more and the spend score rises to 4."
    ]


def test_a_value_whose_score_is_not_in_the_table_has_no_steps() -> None:
    assert steps("frequency", Decimal(3), 9, bins("frequency", "2"), "left") == []
