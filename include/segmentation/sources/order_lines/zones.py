"""Time zones as texts name them, and local times as instants.

An abbreviation such as CET or CST stands for several zones, or for one that somebody writes all year although it is for
winter. So it counts only where the mapping says what it means.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

# What a zone looks like behind a time, in RE2's words: an offset, with UTC or GMT before it or not, or a name.
_BRACKETED = r"\[[A-Za-z0-9_./+-]+\]"
ZONE = (
    r"(?:(?:(?:[Uu][Tt][Cc]?|[Gg][Mm][Tt])? ?[-+\x{2212}][0-9]{1,2}(?::?[0-9]{2}(?::?[0-9]{2})?)?"
    rf"|[A-Za-z][A-Za-z0-9_.]*(?:[/+-][A-Za-z0-9_.]+)*)(?: ?{_BRACKETED})?|{_BRACKETED})"
)
_OFFSET = re.compile(r"(?:utc?|gmt)? ?([-+])(?:(\d{1,2})|(\d{2}):?(\d{2})(?::?(\d{2}))?|(\d):(\d{2}))", re.IGNORECASE)
_MOST = timedelta(hours=18)
DAY = 86_400_000_000  # in microseconds
_EPOCH = datetime(1970, 1, 1)


@cache
def _names() -> dict[str, str]:
    """The names of the IANA database, by their lower case. The short ones are abbreviations."""
    named = available_timezones() - {"localtime", "Factory"}
    return {name.lower(): name for name in named if "/" in name or len(name) > 4}


@lru_cache(maxsize=10_000)
def zone_of(text: str, explained: tuple[tuple[str, str], ...] = ()) -> tzinfo | None:
    """The zone that a text names, or None.

    `explained`: what the mapping says of spellings, as `explanations` gives it.
    """
    text = " ".join(text.replace("\u2212", "-").split())
    meant = dict(explained).get(text.lower())
    if meant is not None:
        return zone_of(meant)
    if text.lower() in ("z", "utc", "gmt", "ut"):
        return UTC
    offset = _OFFSET.fullmatch(text)
    if offset:
        hours, minutes, seconds = offset[2] or offset[3] or offset[6], offset[4] or offset[7] or 0, offset[5] or 0
        size = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
        if size > _MOST or int(minutes) > 59 or int(seconds) > 59:
            return None
        return timezone(size if offset[1] == "+" else -size)
    name = _names().get(text.lower())
    return ZoneInfo(name) if name else None


def is_abbreviation(text: str) -> bool:
    """Whether a text looks like the abbreviation of a zone, such as CET."""
    return bool(re.fullmatch(r"[A-Za-z]{2,5}", text.strip()))


def explanations(zone_names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """`zone_names` of a mapping in the form that `zone_of` takes."""
    return tuple(sorted((" ".join(spelling.lower().split()), zone) for spelling, zone in zone_names.items()))


def split(text: str) -> list[str]:
    """The names that a zone's text holds: one, or two as in `+02:00[Europe/Berlin]`."""
    before, _, name = text.partition("[")
    return [part for part in (before.strip(), name.rstrip("]")) if part]


def to_instants(local: np.ndarray, zone: tzinfo) -> np.ndarray:
    """Local times as instants, both in microseconds since 1970 (int64).

    An hour that comes twice counts as the first of the two; a time that a zone skips moves on by what is skipped.
    """
    days, places = np.unique(local // DAY, return_inverse=True)
    offsets = [_offset_of_day(int(day), zone) for day in days]
    found = local - np.array([offset or 0 for offset in offsets], dtype=np.int64)[places]
    changing = np.array([offset is None for offset in offsets], dtype=bool)[places]
    for place in np.flatnonzero(changing):
        found[place] = _instant(int(local[place]), zone)
    return found


def to_local(instants: np.ndarray, zone: tzinfo) -> np.ndarray:
    """Instants as local times, both in microseconds since 1970 (int64)."""
    found = [(_EPOCH.replace(tzinfo=UTC) + timedelta(microseconds=int(at))).astimezone(zone) for at in instants]
    return np.array([(at.replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1) for at in found], dtype=np.int64)


@lru_cache(maxsize=100_000)
def _offset_of_day(day: int, zone: tzinfo) -> int | None:
    """The offset of a whole local day in microseconds, or None where it changes in the course of the day."""
    try:
        start = _EPOCH + timedelta(days=day)
        offsets = {(start + timedelta(hours=hours)).replace(tzinfo=zone).utcoffset() for hours in (0, 6, 12, 18, 24)}
    except OverflowError:
        return None
    (offset, *others) = offsets
    return None if others or offset is None else offset // timedelta(microseconds=1)


def _instant(local: int, zone: tzinfo) -> int:
    try:
        at = (_EPOCH + timedelta(microseconds=local)).replace(tzinfo=zone)
        offset = at.utcoffset() or timedelta(0)
    except OverflowError:
        offset = timedelta(0)
    return local - offset // timedelta(microseconds=1)
