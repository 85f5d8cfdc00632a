"""How the times of a column are written, worked out from the cells. What two readings both read is not guessed."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.common.quoting import quoted
from segmentation.sources.order_lines import time_values, times
from segmentation.sources.order_lines.time_patterns import MONTHS, fault_of
from segmentation.sources.order_lines.zones import DAY, ZONE

# Patterns are made of so many different cells.
LOOKED_AT = 3_000
# A column of which less can be read holds no times.
LEAST = 0.5
ORDERS = ("yMd", "dMy", "Mdy")
ISO = ""
_FROM, _TILL = 0, 47_482 * DAY  # 1970 to 2099, as a run takes them
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2}(?P<fraction>[.,]\d{1,9})?)?(?P<half> ?[ap]\.?m\.?(?![a-z]))?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?=[., ])", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,4})([-/. ]+)(\d{1,2})([-/. ]+)(\d{1,4})([.]?)")
_COMPACT = re.compile(r"(\d{8})(\d{4}|\d{6})?")
_MONTH = "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS)
_NAMED = re.compile(
    rf"(\d{{1,4}})?([-/., ]*)(?:{_MONTH})([-/., ]+)(\d{{1,4}})(?:([-/., ]+)(\d{{2,4}}))?", re.IGNORECASE
)
_EPOCHS = {10: "epoch_seconds", 13: "epoch_milliseconds", 16: "epoch_microseconds"}


@dataclass
class TimeGuess:
    """How times are written. format: the mapping's time_format, ISO where none is needed, None where it is open.

    read, cells: how many of the cells that hold something it reads. choices: what fits alike, if it is open.
    """

    format: str | None = ISO
    read: int = 0
    cells: int = 0
    choices: list[str] = field(default_factory=list)
    why: str = ""


def guess(chunks: Iterable[pa.Array]) -> TimeGuess | None:
    """How the texts of a column are written; None where they are no times. Reads on only while it is not settled."""
    readings: dict[str, str] = {}
    read: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    cells = 0
    for texts in chunks:
        texts = texts.filter(pc.not_equal(pc.utf8_length(texts.fill_null("")), 0))
        if not len(texts):
            continue
        readings = readings or _readings(pc.unique(texts.slice(0, 20_000)).slice(0, LOOKED_AT).to_pylist())
        if not readings:
            return None
        cells += len(texts)
        found = {one: _is_read(texts, one) for one in readings}
        for one, there in found.items():
            read[one] += int(there.sum())
            others = [other for name, other in found.items() if name != one]
            alone[one] += int((there & ~np.any(others, axis=0)).sum()) if others else len(texts)
        if max(read.values()) < LEAST * cells:
            return None
        if len(_best(readings, read, alone)) == 1:
            break
    if not cells:
        return None
    best = _best(readings, read, alone)
    if len(best) == 1:
        return _with_system(TimeGuess(best[0], read[best[0]], cells), texts)
    both = all(alone[one] for one in best)
    why = (
        "some times read in one of these ways only, and some in another: " if both else "all times read in either way: "
    )
    return TimeGuess(None, max(read.values()), cells, best, why + " or ".join(map(quoted, best)))


def is_clock(texts: pa.Array) -> bool:
    """Whether the cells hold times of day without a day."""
    found = [text for text in texts.slice(0, LOOKED_AT).to_pylist() if text]
    return bool(found) and all(_CLOCK.fullmatch(text) for text in found)


def _best(readings: dict[str, str], read: Counter[str], alone: Counter[str]) -> list[str]:
    """The readings that cannot be told apart by what they read."""
    most = max(read.values())
    best = [one for one in readings if read[one] == most]
    # What another way alone can read says that the cells are written in two ways.
    return best + [one for one in readings if one not in best and alone[one]]


def _is_read(texts: pa.Array, pattern: str) -> np.ndarray:
    """Which texts a format reads as a time that a shop can have."""
    found = _read(texts, pattern)
    # A zone that is not known is still a time of this form.
    odd = np.isin(found.faults, [time_values.CODES[time_values.UNREADABLE], time_values.CODES[time_values.MISSING]])
    return ~odd & ((found.faults != 0) | ((found.instants >= _FROM) & (found.instants < _TILL)))


def _read(texts: pa.Array, pattern: str) -> times.Times:
    return times.from_texts(texts, times.reading("UTC", None, pattern or None, {}))


def _readings(texts: list[str]) -> dict[str, str]:
    """The formats that may be meant, each with the order of day, month and year that it has."""
    if all(re.fullmatch(r"\d{5}(\.\d+)?", text) for text in texts):
        return {"excel": "number"}
    lengths = {len(text.partition(".")[0]) for text in texts}
    if all(re.fullmatch(r"\d+(\.\d+)?", text) for text in texts) and len(lengths) == 1 and lengths <= set(_EPOCHS):
        return {_EPOCHS[lengths.pop()]: "number"}
    found: dict[str, str] = {}
    iso = [text for text in texts if re.match(r"\d{4}-\d{1,2}-\d{1,2}(?!\d)", text) and not _has_half(text)]
    if len(iso) > LEAST * len(texts) and _is_read(pa.array(iso), ISO).any():
        found[ISO] = "yMd"
    for order in ORDERS:
        patterns = Counter(pattern for text in texts if (pattern := _pattern(text, order)))
        kept = [pattern for pattern, _ in sorted(patterns.items(), key=lambda pair: (-pair[1], pair[0]))[:4]]
        whole = kept[0] if len(kept) == 1 else "".join(f"[{pattern}]" for pattern in kept)
        if kept and fault_of(whole) is None and not (ISO in found and _adds_nothing(texts, whole, kept)):
            found.setdefault(whole, order)
    return found


def _adds_nothing(texts: list[str], whole: str, patterns: list[str]) -> bool:
    """Whether patterns read ISO days and times only, which need no pattern."""
    cells = pa.array(texts)
    is_iso = all(pattern.startswith("yyyy-M-d") for pattern in patterns)
    return is_iso and not (_is_read(cells, whole) & ~_is_read(cells, ISO)).any()


def _has_half(text: str) -> bool:
    clock = _CLOCK.search(text)
    return bool(clock and clock["half"])


def _pattern(text: str, order: str) -> str | None:
    """The pattern of one text, if day, month and year stand in this order."""
    clock = _CLOCK.search(text)
    head, tail = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    weekday = _WEEKDAY.match(head)
    before = ""
    if weekday:
        rest = head[weekday.end() :]
        gap = re.match(r"[., ]+", rest)
        before, head = "EEE" + (gap[0] if gap else ""), rest[gap.end() if gap else 0 :]
    day = head.rstrip(" ,T")
    gap_text = head[len(day) :]
    pattern = _day(day, order)
    if pattern is None:
        return None
    if not clock:
        return before + pattern
    hour = ("h" if clock["half"] else "H") + ":mm" + (":ss" if clock["second"] else "")
    if clock["fraction"]:
        hour += clock["fraction"][0] + "S" * 9
    if clock["half"]:
        hour += (" " if clock["half"].startswith(" ") else "") + "a"
    zone = tail.strip()
    if zone and not re.fullmatch(ZONE.replace(r"\x{2212}", "\u2212"), zone):
        return None
    behind = (" " if tail.startswith(" ") else "") + "z" if zone else ""
    return before + pattern + gap_text.replace("T", "'T'") + hour + behind


def _day(text: str, order: str) -> str | None:
    compact = _COMPACT.fullmatch(text)
    if compact:
        day = {"yMd": "yyyyMMdd", "dMy": "ddMMyyyy", "Mdy": "MMddyyyy"}[order]
        return day + {0: "", 4: "HHmm", 6: "HHmmss"}[len(compact[2] or "")]
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        # Four digits in front are a year, whatever the others are.
        order = "yMd" if len(numbers[1]) == 4 else order
        parts = dict(zip(order, (numbers[1], numbers[3], numbers[5]), strict=True))
        if len(parts["y"]) not in (2, 4) or len(parts["M"]) > 2 or len(parts["d"]) > 2:
            return None
        first, second, third = (_letters(letter, parts[letter]) for letter in order)
        return f"{first}{numbers[2]}{second}{numbers[4]}{third}{numbers[6]}"
    named = _NAMED.fullmatch(text)
    if not named:
        return None
    if named[1] and not named[6]:  # 1 Jun 2023, or 2023 Jun 1
        first, last = ("y", "d") if len(named[1]) == 4 else ("d", "y")
        if len(named[4] if last == "y" else named[1]) not in (2, 4):
            return None
        return f"{_letters(first, named[1])}{named[2]}MMM{named[3]}{_letters(last, named[4])}"
    if not named[1] and named[6] and len(named[6]) in (2, 4):  # Jun 1, 2023
        return f"MMM{named[3]}d{named[5]}{_letters('y', named[6])}"
    return None


def _letters(letter: str, text: str) -> str:
    return letter * len(text) if letter == "y" else letter


def _with_system(found: TimeGuess, texts: pa.Array) -> TimeGuess:
    """Spreadsheets count days from 1900 or from 1904. Days in the future can only be the former's."""
    if found.format != "excel":
        return found
    now = int(datetime.now(UTC).timestamp()) * 1_000_000
    if (_read(texts, "excel_1904").instants > now + DAY).any():
        return found
    why = "days of a spreadsheet, counted from 1900 (as most are) or from 1904: 'excel' or 'excel_1904'"
    return TimeGuess(None, found.read, found.cells, ["excel", "excel_1904"], why)
