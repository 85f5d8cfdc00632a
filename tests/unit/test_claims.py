"""What a segment map may claim: the form, what a faulty claim is told, and the words for what is claimed and found."""

import pytest
from test_segment_maps import OTHERS, read, refusal, small_map

from segmentation.config.segment_maps import claim_rows, load_map, map_bins
from segmentation.config.segment_maps.claims import Claim, Condition
from segmentation.config.settings import segment_map_names


def claimed(*claims: object) -> tuple[Claim, ...]:
    """The claims of the first segment of a small map, read from YAML."""
    return read([{**small_map()[0], "claims": list(claims)}, *small_map()[1:]])[0].claims


def told(claim: object) -> str:
    """What is said of a claim, without the names of file and segment."""
    message = refusal([{**small_map()[0], "claims": [claim]}, *small_map()[1:]])
    start, _, rest = message.partition("claim 1 of segment 1 ('Best')")
    assert start == "Segment map mine.yaml: "
    return rest.strip(" :.")


@pytest.mark.parametrize(
    ("claim", "text", "found"),
    [
        ({"every": {"bought_at_least": 2}}, "all bought at least twice", "{} bought at least twice"),
        ({"every": {"bought_at_most": 1}}, "all bought once", "{} bought once"),
        ({"every": {"bought_at_least": 3}}, "all bought at least 3 times", "{} bought at least 3 times"),
        ({"none": {"spend_top": 0.2}}, "none are in the top fifth of spend", "{} are in the top fifth of spend"),
        (
            {"every": [{"spend_top": 0.2}, {"bought_at_least": 2, "spend_top": 0.4}]},
            "all are in the top fifth of spend, or bought at least twice and are in the top two fifths of spend",
            "{} are in the top fifth of spend, or bought at least twice and are in the top two fifths of spend",
        ),
        (
            {"share_of": {"most_recent": 0.25}, "at_least": 0.5},
            "at least 50% are in the 25% who bought last",
            "{} are in the 25% who bought last",
        ),
        (
            {"spend_of": {"longest_ago": 0.4}, "at_most": 0.125},
            "at most 12.5% of their spend is of those who are in the two fifths who bought longest ago",
            "{} of their spend is of those who are in the two fifths who bought longest ago",
        ),
        (
            {"average": "spend", "at_least": "1.5 times all"},
            "on average they spent at least 1.5 times what all did",
            "on average they spent {} times what all did",
        ),
        ({"median": "spend", "at_most": 49.9}, "at the median they spent at most 49.9", "at the median they spent {}"),
        (
            {"median": "recency", "at_most": 30},
            "at the median they last bought at most 30 days ago",
            "at the median they last bought {} days ago",
        ),
        (
            {"average": "bought", "at_least": "2 times all"},
            "on average they bought at least 2 times as often as all did",
            "on average they bought {} times as often as all did",
        ),
        (
            {"every": {"spend_at_least": "1 times all", "recency_at_most": 90}},
            "all spent at least 1 times the average and last bought at most 90 days ago",
            "{} spent at least 1 times the average and last bought at most 90 days ago",
        ),
    ],
)
def test_a_claim_is_said_in_words(claim: object, text: str, found: str) -> None:
    (one,) = claimed(claim)
    assert (one.text, one.found) == (text, found)


def test_places_among_all_count_from_the_end_they_name() -> None:
    every, _, other = claimed(
        {"every": {"spend_top": 0.2, "bought_at_least": 2}},
        {"none": {"most_recent": 0.4}},
        {"share_of": [{"longest_ago": 0.4}, {"spend_at_most": "0.5 times all"}], "at_least": 0.25},
    )
    # The conditions of a way stand in one order, however the file has them.
    assert every.ways == (
        (
            Condition("bought_at_least", "bought", "at_least", "value", 2_000_000),
            Condition("spend_top", "spend", "at_least", "place", 800_000),
        ),
    )
    assert (every.kind, every.side, every.limit) == ("customers", "at_least", 1_000_000)
    assert other == Claim(
        "customers",
        "",
        "at_least",
        250_000,
        False,
        (
            (Condition("longest_ago", "recency", "at_least", "place", 600_000),),
            (Condition("spend_at_most", "spend", "at_most", "average", 500_000),),
        ),
    )


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ("all", "is 'all'; it takes one of the keys every, none, share_of, spend_of, average, median"),
        ({}, "has none of the keys every, none, share_of, spend_of, average, median; give one of them"),
        (
            {"every": {"bought_at_least": 2}, "average": "spend"},
            "has every and average of the keys every, none, share_of, spend_of, average, median; give one of them",
        ),
        (
            {"all": {"bought_at_least": 2}},
            "has the unknown key 'all'; known are every, none, share_of, spend_of, average, median, at_least, at_most",
        ),
        ({"every": {"bought_at_least": 2}, "at_least": 1}, "has every and at_least; every has its limit in its name"),
        ({"share_of": {"bought_at_least": 2}}, "has no at_least and no at_most; give one"),
        ({"average": "spend", "at_least": 1, "at_most": 2}, "has both at_least and at_most; give one"),
        ({"average": "money", "at_least": 1}, "average is 'money'; allowed are bought, spend, recency"),
        (
            {"average": "spend", "at_least": "much"},
            "at_least is 'much'; it takes a number such as 2 or 49.90, or `1.5 times all`",
        ),
        (
            {"average": "spend", "at_least": -1},
            "at_least is '-1'; it takes a number such as 2 or 49.90, or `1.5 times all`",
        ),
        (
            {"every": {"spend_top": 1.5}},
            "spend_top is '1.5'; it takes a share between 0 and 1",
        ),
        ({"every": {"spend_top": 0}}, "spend_top is '0'; it takes a share between 0 and 1"),
        (
            {"share_of": {"spend_top": 0.2}, "at_least": "20%"},
            "at_least is '20%'; it takes a share from 0 to 1",
        ),
        (
            {"every": "bought"},
            "the customers are 'bought'; they take conditions such as {bought_at_least: 2}, or a list of up to 10 such "
            "ways to fulfil it",
        ),
        (
            {"every": {}},
            "the customers are {}; they take conditions such as {bought_at_least: 2}, or a list of up to 10 such ways "
            "to fulfil it",
        ),
        (
            {"every": {"bought": 2}},
            "has the unknown key 'bought'; known are bought_at_least, bought_at_most, spend_at_least, spend_at_most, "
            "recency_at_least, recency_at_most, spend_top, most_recent, longest_ago",
        ),
    ],
)
def test_a_faulty_claim_is_refused(claim: object, fault: str) -> None:
    assert told(claim) == fault


@pytest.mark.parametrize("claims", [[], "all", None, {"every": {"bought_at_least": 2}}])
def test_claims_are_a_list(claims: object) -> None:
    message = refusal([{**small_map()[0], "claims": claims}, *small_map()[1:]])
    assert "segment 1 ('Best'): claims is " in message
    assert message.endswith("; it takes a list such as [{every: {bought_at_least: 2}}].")


def test_what_is_claimed_twice_or_too_often_is_refused() -> None:
    once = {"every": {"bought_at_least": 2}}
    entries = [{**small_map()[0], "claims": [once, {"every": {"bought_at_least": "2.0"}}]}, *small_map()[1:]]
    assert "claims twice: all bought at least twice; say it once." in refusal(entries)
    many = [{"average": "spend", "at_least": number} for number in range(21)]
    assert "there are 21 claims; allowed are 20." in refusal([{**small_map()[0], "claims": many}, *small_map()[1:]])


def test_the_others_can_make_claims_too() -> None:
    entries = [{**small_map()[0]}]
    segments = read(entries, others={**OTHERS, "claims": [{"none": {"spend_top": 0.2}}]})
    assert [len(segment.claims) for segment in segments] == [0, 1]


@pytest.mark.parametrize("name", segment_map_names())
def test_every_map_that_comes_along_states_claims(name: str) -> None:
    segments = [segment for segment in load_map(name, map_bins(name)) if segment.name != "Others"]
    assert all(segment.claims for segment in segments)


def test_rows_have_the_columns_of_their_views() -> None:
    rows = claim_rows.rows(load_map("came_back"))
    for view, columns in claim_rows.VIEWS.items():
        assert {len(row) for row in rows[view]} == {len(columns.split(", "))}
    # Each claim is named by its segment and number, each condition by those and its way and number.
    assert len({row[:2] for row in rows["claims"]}) == len(rows["claims"])
    assert len({row[:4] for row in rows["claim_conditions"]}) == len(rows["claim_conditions"])
    assert {row[:2] for row in rows["claim_conditions"]} <= {row[:2] for row in rows["claims"]}
