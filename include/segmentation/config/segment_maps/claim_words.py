"""A claim of a segment map, and its words: what is claimed, and what is found."""

from dataclasses import dataclass
from decimal import Decimal

MILLION = 10**6
KINDS = ("every", "none", "share_of", "spend_of", "average", "median")
MEASURES = ("bought", "spend", "recency")
TIMES = {"1": "once", "2": "twice"}
FIFTHS = {200_000: "fifth", 400_000: "two fifths", 600_000: "three fifths", 800_000: "four fifths"}
AT = {"at_least": "at least", "at_most": "at most"}


@dataclass(frozen=True)
class Condition:
    """One thing that a customer fulfils or not. `basis`: what the number, in millionths, counts in.

    value: bought times, spend, days. average: times the average of all customers. place: the share of all customers
    who stand before, from the lowest value on.
    """

    called: str
    measure: str
    side: str
    basis: str
    number: int


@dataclass(frozen=True)
class Claim:
    """A claim about a segment's customers.

    kind: customers (the share who fulfil), spend_of (the share of the spend of those), average or median (of
    `measure`). ways: conditions, of which those of one way have to hold together. limit: in millionths; with
    `of_all` it is times what all customers have.
    """

    kind: str
    measure: str
    side: str
    limit: int
    of_all: bool
    ways: tuple[tuple[Condition, ...], ...]

    @property
    def text(self) -> str:
        """The claim in words: `all bought at least twice`."""
        return claim_text(self)

    @property
    def found(self) -> str:
        """What is found, in words, with {} for the figure: `{} bought at least twice`."""
        return found_text(self)


def claim_text(claim: Claim) -> str:
    """`all bought at least twice`, `on average they spent at least 1.5 times what all did`."""
    if claim.kind in ("average", "median"):
        return _figure_of(claim, f"{AT[claim.side]} {_number(claim.limit)}")
    who = _any_of(claim)
    if claim.kind == "spend_of":
        return f"{AT[claim.side]} {_percent(claim.limit)} of their spend is of those who {who}"
    if claim.limit == MILLION and claim.side == "at_least":
        return f"all {who}"
    if claim.limit == 0 and claim.side == "at_most":
        return f"none {who}"
    return f"{AT[claim.side]} {_percent(claim.limit)} {who}"


def found_text(claim: Claim) -> str:
    """The same for what is found, with {} for the figure: `{} bought at least twice`."""
    if claim.kind in ("average", "median"):
        return _figure_of(claim, "{}")
    start = "{} of their spend is of those who" if claim.kind == "spend_of" else "{}"
    return f"{start} {_any_of(claim)}"


def _figure_of(claim: Claim, number: str) -> str:
    start = "on average they" if claim.kind == "average" else "at the median they"
    if claim.of_all:
        rest = {
            "bought": "bought {} times as often as all did",
            "spend": "spent {} times what all did",
            "recency": "last bought {} times as many days ago as all did",
        }
    else:
        rest = {"bought": "bought {} times", "spend": "spent {}", "recency": "last bought {} days ago"}
    return f"{start} {rest[claim.measure].replace('{}', number)}"


def _any_of(claim: Claim) -> str:
    return ", or ".join(" and ".join(map(_condition_text, way)) for way in claim.ways)


def _condition_text(one: Condition) -> str:
    """What a customer does who fulfils it, in the plural."""
    if one.basis == "place":
        share = one.number if one.called == "most_recent" else MILLION - one.number
        part = FIFTHS.get(share, _percent(share))
        return {
            "spend_top": f"are in the top {part} of spend",
            "most_recent": f"are in the {part} who bought last",
            "longest_ago": f"are in the {part} who bought longest ago",
        }[one.called]
    number, at = _number(one.number), AT[one.side]
    if one.basis == "average":
        return {
            "bought": f"bought {at} {number} times as often as the average",
            "spend": f"spent {at} {number} times the average",
            "recency": f"last bought {at} {number} times as many days ago as the average",
        }[one.measure]
    if one.measure == "bought":
        is_once = one.side == "at_most" and one.number == MILLION
        return "bought once" if is_once else f"bought {at} {TIMES.get(number, f'{number} times')}"
    return f"spent {at} {number}" if one.measure == "spend" else f"last bought {at} {number} days ago"


def _number(millionths: int) -> str:
    text = f"{Decimal(millionths) / MILLION:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(millionths: int) -> str:
    return f"{_number(millionths * 100)}%"
