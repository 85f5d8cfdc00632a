"""The advice fits the money: what is said of a segment whose customers spent less than an order comes to."""

from decimal import Decimal

import pytest

from segmentation.config.segment_maps import Segment, parse_map
from segmentation.stages.report.advice import with_advice


def segment(name: str, low: str = "Write once.") -> Segment:
    return Segment(name, "At risk", f"Who {name} is.", "Call each.", (), low_spend_action=low)


def row(name: str, customers: int, spend: str, orders: int) -> dict:
    total = Decimal(spend)
    each = total / customers if customers else None
    return {"segment": name, "total_monetary": total, "avg_monetary": each, "orders": orders}


# An order comes to 300 / 10 = 30.
ROWS = [row("A", 2, "200.00", 6), row("B", 4, "100.00", 4), row("Nobody", 0, "0.00", 0)]


def test_who_spent_less_than_an_order_comes_to_is_not_called() -> None:
    a, b, nobody = with_advice(ROWS, [segment("A"), segment("B"), segment("Nobody")])
    assert (a["action"], a["for_low_spend"]) == ("Call each.", None)
    assert (b["action"], b["for_low_spend"]) == ("Write once.", Decimal(30))
    assert (nobody["action"], nobody["for_low_spend"]) == ("Call each.", None)
    assert b["meaning"] == "Who B is."


def test_on_the_edge_and_without_a_second_action_the_first_one_stays() -> None:
    edge = [row("A", 1, "30.00", 1), row("B", 1, "30.00", 1)]
    assert [one["action"] for one in with_advice(edge, [segment("A"), segment("B")])] == ["Call each."] * 2
    assert with_advice(ROWS, [segment("B", low="")])[0]["action"] == "Call each."


def test_where_nobody_ordered_nothing_is_low() -> None:
    assert with_advice([row("A", 1, "1.00", 0)], [segment("A")])[0]["action"] == "Call each."


@pytest.mark.parametrize("low", ["", "low_spend_action: Write once.,"])
def test_a_map_may_have_a_second_action(low: str) -> None:
    text = f"bins: 3\nsegments:\n- {{name: A, group: g, meaning: m, action: a, {low} rules: [{{recency: [1, 3]}}]}}\n"
    (found,) = parse_map(text, "t", 3)
    assert found.low_spend_action == ("Write once." if low else "")
