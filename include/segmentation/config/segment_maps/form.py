"""The form of a segment map: what its YAML may say, and what a text of another form is told."""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import listed, quoted
from segmentation.config.segment_maps.claims import Claim, read_claims
from segmentation.config.segment_maps.faults import Fault, refuse_unknown, shown, whole_number
from segmentation.config.user_input import Unreadable, load_yaml

TEXTS = ("name", "group", "meaning", "action")
LOW_SPEND_ACTION = "low_spend_action"  # may be there: what to do where customers spent little
METRICS = ("recency", "frequency", "monetary")
TOP = ("bins", "overlaps", "segments", "others")
OVERLAPS = ("refused", "first_wins")
FEWEST_BINS, MOST_BINS, USUAL_BINS = 3, 10, 5
LONGEST_NAME = 60
# segment_migration calls by these names who had no segment a month before, or has none now.
OUTSIDE = ("new", "gone")
JOINERS = "\u200c\u200d"  # some scripts and emoji need them within a word


@dataclass(frozen=True)
class Rule:
    """The cells that a segment asks for at once, in order. `called` is a rule's name, or empty for a list of cells."""

    called: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A segment as the file has it: its texts, what it asks for, what it claims. `others` asks for nothing."""

    name: str
    group: str
    meaning: str
    action: str
    rules: tuple[Rule, ...]
    claims: tuple[Claim, ...] = ()
    low_spend_action: str = ""


@dataclass(frozen=True)
class Form:
    """A map as the file has it, before anything is said of which cells go where."""

    bins: int
    first_wins: bool
    entries: tuple[Entry, ...]
    others: Entry | None


def all_cells(bins: int = USUAL_BINS) -> tuple[str, ...]:
    """Every cell, lowest first: the recency, frequency and monetary score one after another, such as "543".

    With 10 bins "1095" is 10, 9, 5. No score is 0, so each text stands for one cell.
    """
    return tuple(f"{r}{f}{m}" for r, f, m in product(range(1, bins + 1), repeat=3))


def read_form(text: str, where: str) -> Form:
    """Read the YAML of a map. Raises UserError naming the file, the segment and what is wrong or missing."""
    try:
        return _form(load_yaml(text, as_texts=True))
    except (Fault, Unreadable) as fault:
        raise UserError(f"Segment map {where}: {fault}.") from None


def _form(raw: Any) -> Form:
    if raw is None or raw == "":
        raise Fault("the file is empty; it needs the key segments")
    if not isinstance(raw, dict):
        raise Fault(f"the file is {shown(raw)}; it takes the keys {', '.join(TOP)}")
    refuse_unknown(raw, TOP, "the file")
    bins = _bins(raw.get("bins", str(USUAL_BINS)))
    overlaps = raw.get("overlaps", OVERLAPS[0])
    if overlaps not in OVERLAPS:
        raise Fault(f"overlaps is {shown(overlaps)}; allowed are {' and '.join(OVERLAPS)}")
    if "segments" not in raw:
        raise Fault("the key segments is missing; it takes a list of segments")
    if not isinstance(raw["segments"], list) or not raw["segments"]:
        raise Fault(f"segments is {shown(raw['segments'])}; it takes a list of segments")
    entries = tuple(_entry(item, f"segment {place}", bins) for place, item in enumerate(raw["segments"], 1))
    others = _entry(raw["others"], "others", None) if "others" in raw else None
    _check_names([entry.name for entry in (*entries, *([others] if others else []))])
    return Form(bins, overlaps == "first_wins", entries, others)


def _bins(raw: Any) -> int:
    number = whole_number(raw)
    if number is None or not FEWEST_BINS <= number <= MOST_BINS:
        raise Fault(f"bins is {shown(raw)}; allowed are whole numbers from {FEWEST_BINS} to {MOST_BINS}")
    return number


def _entry(raw: Any, place: str, bins: int | None) -> Entry:
    """A segment, or with no bins the entry `others`."""
    asks = ("cells", "rules", "claims") if bins else ("claims",)
    if not isinstance(raw, dict):
        raise Fault(f"{place} is {shown(raw)}; it takes the keys {', '.join((*TEXTS, *asks))}")
    name = raw.get("name")
    called = f"{place} ({shown(name)})" if name and isinstance(name, str) else place
    refuse_unknown(raw, (*TEXTS, LOW_SPEND_ACTION, *asks), called)
    missing = [key for key in TEXTS if key not in raw]
    if missing:
        raise Fault(f"{called} has no {' and no '.join(missing)}; it needs {', '.join(TEXTS)}")
    texts = {key: _text(raw[key], key, called) for key in (*TEXTS, LOW_SPEND_ACTION) if key in raw}
    claims = read_claims(raw["claims"], called) if "claims" in raw else ()
    return Entry(**texts, rules=_asked(raw, called, bins) if bins else (), claims=claims)


def _text(raw: Any, key: str, called: str) -> str:
    if not isinstance(raw, str):
        raise Fault(f"{called}: {key} is {shown(raw)}; it takes a text")
    # A meaning may be folded over several lines; a name may not.
    text = " ".join(raw.split()) if key in ("meaning", "action", LOW_SPEND_ACTION) else raw.strip(" ")
    if not text:
        raise Fault(f"{called}: {key} is empty; it takes a text")
    hidden = [character for character in text if _is_control(character)]
    if hidden:
        raise Fault(f"{called}: {key} holds the control character U+{ord(hidden[0]):04X}; remove it")
    if key in ("name", "group") and len(text) > LONGEST_NAME:
        raise Fault(f"{called}: {key} is {len(text)} characters long; allowed are {LONGEST_NAME}")
    return text


def _is_control(character: str) -> bool:
    """Whether it breaks lines, turns text around, or is not seen at all: two names could then look the same."""
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and character not in JOINERS)


def _asked(raw: dict[str, Any], called: str, bins: int) -> tuple[Rule, ...]:
    if ("cells" in raw) == ("rules" in raw):
        has = "both cells and rules; keep one" if "cells" in raw else "neither cells nor rules; give one"
        raise Fault(f"{called} has {has} of them")
    key = "cells" if "cells" in raw else "rules"
    items = raw[key]
    if not isinstance(items, list) or not items:
        example = listed(all_cells(bins)[:-3:-1]) if key == "cells" else "{recency: 1}"
        raise Fault(f"{called}: {key} is {shown(items)}; it takes a list such as [{example}]")
    if key == "rules":
        return tuple(_rule(item, place, called, bins) for place, item in enumerate(items, 1))
    known = set(all_cells(bins))
    wrong = [shown(item) for item in items if not isinstance(item, str) or item not in known]
    if wrong:
        raise Fault(
            f"{called} has cells that do not exist: {listed(wrong)}; a cell is three scores from 1 to {bins}, "
            f"recency first, such as {all_cells(bins)[-2]}"
        )
    twice = [cell for cell, times in Counter(items).items() if times > 1]
    if twice:
        raise Fault(f"{called} has cells twice: {listed(twice)}; name each once")
    return (Rule("", tuple(items)),)


def _rule(raw: Any, place: int, segment: str, bins: int) -> Rule:
    called = f"rule {place} of {segment}"
    if not isinstance(raw, dict):
        raise Fault(f"{called} is {shown(raw)}; it takes the keys {', '.join(METRICS)}")
    refuse_unknown(raw, METRICS, called)
    ranges = {metric: _range(raw[metric], metric, called, bins) for metric in METRICS if metric in raw}
    scores = [range(low, high + 1) for low, high in (ranges.get(metric, (1, bins)) for metric in METRICS)]
    words = [f"{name} {low}" + f" to {high}" * (high > low) for name, (low, high) in ranges.items()]
    cells = tuple(f"{r}{f}{m}" for r, f, m in product(*scores))
    return Rule(f"rule {place} ({', '.join(words) or 'any scores'})", cells)


def _range(raw: Any, metric: str, called: str, bins: int) -> tuple[int, int]:
    given = raw if isinstance(raw, list) else [raw, raw]
    ends = [end for end in map(whole_number, given) if end is not None]
    if len(given) != 2 or len(ends) != 2:
        raise Fault(f"{called}: {metric} is {shown(raw)}; it takes a score from 1 to {bins}, or [lowest, highest]")
    low, high = ends
    if not (1 <= low <= bins and 1 <= high <= bins):
        raise Fault(f"{called}: {metric} is {shown(raw)}; scores go from 1 to {bins}")
    if low > high:
        raise Fault(f"{called}: {metric} is {shown(raw)}; the lowest score comes first")
    return low, high


def _check_names(names: list[str]) -> None:
    outside = [name for name in names if name in OUTSIDE]
    if outside:
        raise Fault(f"no segment can have the name {outside[0]!r}; the table of moves between months uses it")
    # To a reader, names that differ in capitals only are the same.
    counts = Counter(unicodedata.normalize("NFKC", name).casefold() for name in names)
    twice = [name for name in names if counts[unicodedata.normalize("NFKC", name).casefold()] > 1]
    if twice:
        raise Fault(f"segments named twice: {listed(map(quoted, twice))}; give each a name of its own")
