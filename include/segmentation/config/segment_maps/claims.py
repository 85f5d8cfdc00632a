"""What a segment's name claims of its customers, as a map states it, so that each month can check it.

`docs/reference/segment-maps.md` has the form. The figures are worked out in SQL, include/sql/50_report/55*.
"""

import re
from decimal import Decimal
from typing import Any

from segmentation.config.segment_maps.claim_words import KINDS, MEASURES, MILLION, Claim, Condition
from segmentation.config.segment_maps.faults import Fault, refuse_unknown, shown

SIDES = ("at_least", "at_most")
# Where a customer stands among all: which measure, which side, and whether the place counts from the other end.
PLACES = {
    "spend_top": ("spend", "at_least", True),
    "most_recent": ("recency", "at_most", False),
    "longest_ago": ("recency", "at_least", True),
}
CONDITIONS = (*(f"{measure}_{side}" for measure in MEASURES for side in SIDES), *PLACES)
MOST_CLAIMS, MOST_WAYS = 20, 10
_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)( times all)?")


def read_claims(raw: Any, called: str) -> tuple[Claim, ...]:
    """The claims of a segment. Raises Fault naming the claim and what is wrong in it."""
    if not isinstance(raw, list) or not raw:
        raise Fault(f"{called}: claims is {shown(raw)}; it takes a list such as [{{every: {{bought_at_least: 2}}}}]")
    if len(raw) > MOST_CLAIMS:
        raise Fault(f"{called}: there are {len(raw)} claims; allowed are {MOST_CLAIMS}")
    found = tuple(_claim(item, f"claim {place} of {called}") for place, item in enumerate(raw, 1))
    twice = next((claim.text for claim in found if found.count(claim) > 1), None)
    if twice:
        raise Fault(f"{called} claims twice: {twice}; say it once")
    return found


def _claim(raw: Any, called: str) -> Claim:
    if not isinstance(raw, dict):
        raise Fault(f"{called} is {shown(raw)}; it takes one of the keys {', '.join(KINDS)}")
    refuse_unknown(raw, (*KINDS, *SIDES), called)
    kinds = [kind for kind in KINDS if kind in raw]
    if len(kinds) != 1:
        has = " and ".join(kinds) if kinds else "none"
        raise Fault(f"{called} has {has} of the keys {', '.join(KINDS)}; give one of them")
    kind, sides = kinds[0], [side for side in SIDES if side in raw]
    if kind in ("every", "none"):
        if sides:
            raise Fault(f"{called} has {kind} and {sides[0]}; {kind} has its limit in its name")
        side = SIDES[0] if kind == "every" else SIDES[1]
        return Claim("customers", "", side, MILLION if kind == "every" else 0, False, _ways(raw[kind], called))
    if len(sides) != 1:
        raise Fault(f"{called} has {'both at_least and at_most' if sides else 'no at_least and no at_most'}; give one")
    side = sides[0]
    if kind in ("share_of", "spend_of"):
        limit = _share(raw[side], f"{called}: {side}", ends=True)
        return Claim("customers" if kind == "share_of" else kind, "", side, limit, False, _ways(raw[kind], called))
    if raw[kind] not in MEASURES:
        raise Fault(f"{called}: {kind} is {shown(raw[kind])}; allowed are {', '.join(MEASURES)}")
    limit, of_all = _amount(raw[side], f"{called}: {side}")
    return Claim(kind, raw[kind], side, limit, of_all, ())


def _ways(raw: Any, called: str) -> tuple[tuple[Condition, ...], ...]:
    ways = raw if isinstance(raw, list) else [raw]
    if not ways or len(ways) > MOST_WAYS or not all(isinstance(way, dict) and way for way in ways):
        raise Fault(
            f"{called}: the customers are {shown(raw)}; they take conditions such as {{bought_at_least: 2}}, or a list "
            f"of up to {MOST_WAYS} such ways to fulfil it"
        )
    for way in ways:
        refuse_unknown(way, CONDITIONS, called)
    return tuple(tuple(_condition(key, way[key], called) for key in CONDITIONS if key in way) for way in ways)


def _condition(key: str, raw: Any, called: str) -> Condition:
    if key in PLACES:
        measure, side, from_the_top = PLACES[key]
        number = _share(raw, f"{called}: {key}", ends=False)
        return Condition(key, measure, side, "place", MILLION - number if from_the_top else number)
    measure, _, side = key.partition("_")
    number, of_all = _amount(raw, f"{called}: {key}")
    return Condition(key, measure, side, "average" if of_all else "value", number)


def _share(raw: Any, called: str, *, ends: bool) -> int:
    found = _AMOUNT.fullmatch(raw) if isinstance(raw, str) else None
    number = _millionths(found[1]) if found and not found[2] else -1
    if not (0 <= number <= MILLION if ends else 0 < number < MILLION):
        raise Fault(f"{called} is {shown(raw)}; it takes a share {'from 0 to 1' if ends else 'between 0 and 1'}")
    return number


def _amount(raw: Any, called: str) -> tuple[int, bool]:
    found = _AMOUNT.fullmatch(raw) if isinstance(raw, str) else None
    if not found:
        raise Fault(f"{called} is {shown(raw)}; it takes a number such as 2 or 49.90, or `1.5 times all`")
    return _millionths(found[1]), bool(found[2])


def _millionths(text: str) -> int:
    return int(Decimal(text) * MILLION)
