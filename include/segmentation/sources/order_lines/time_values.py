"""Times as they are kept: instants, what is wrong with those that are none, and how texts are to be read."""

from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np
import pyarrow as pa

from segmentation.sources.order_lines import zones
from segmentation.sources.order_lines.time_patterns import Pattern
from segmentation.sources.order_lines.zones import DAY, to_instants

MISSING = "no time"
UNREADABLE = "a time that cannot be read"
UNKNOWN_ZONE = "a time in a zone that is not known"
ABBREVIATION = "a time with a zone's abbreviation, which zone_names can explain"
TWO_ZONES = "a time with two zones that do not agree"
ZONE_WITHOUT_TIME = "a day with a zone, but without a time"
FAULTS = (None, MISSING, UNREADABLE, UNKNOWN_ZONE, ABBREVIATION, TWO_ZONES, ZONE_WITHOUT_TIME)
CODES = {fault: code for code, fault in enumerate(FAULTS)}
# What the years 1 to 9999 hold; beyond them neither Python nor a shop has times.
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_800_000_000


@dataclass(frozen=True)
class TimeReading:
    """How texts are read. zone: that of times which name none. calendar: the zone whose days are the shop's.

    patterns: the first that reads a text counts; none for numbers, which `number` then names. explained: see zones.
    """

    zone: tzinfo
    calendar: tzinfo
    patterns: tuple[Pattern, ...]
    number: str | None = None
    explained: tuple[tuple[str, str], ...] = ()


@dataclass
class Times:
    """A column of times. instants: microseconds since 1970, UTC (int64), 0 where there is a fault. faults: codes."""

    instants: np.ndarray
    faults: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int8))

    def fault_texts(self) -> pa.Array:
        """Why a time cannot be used, null where it can."""
        return pa.array(FAULTS, pa.string()).take(pa.array(self.faults.astype(np.int32)))


def from_days(days: np.ndarray, missing: np.ndarray, how: TimeReading) -> Times:
    """Days since 1970 (int64) as the shop's days."""
    return _from_local(np.clip(days, -(10**7), 10**7) * DAY, missing, how.calendar)


def from_local(local: np.ndarray, missing: np.ndarray, how: TimeReading, beside: pa.Array | None = None) -> Times:
    """Times that name no zone, in microseconds since 1970. `beside` names a zone for each, or is null."""
    times = _from_local(local, missing, how.zone)
    if beside is not None:
        in_zones(times, beside, how, local, np.zeros(len(local), dtype=bool))
    return times


def _from_local(local: np.ndarray, missing: np.ndarray, zone: tzinfo) -> Times:
    faults = np.where(missing, CODES[MISSING], 0).astype(np.int8)
    faults[~missing & ((local < FIRST) | (local >= LAST))] = CODES[UNREADABLE]
    return Times(np.where(faults == 0, to_instants(np.where(faults == 0, local, 0), zone), 0), faults)


def from_instants(instants: np.ndarray, missing: np.ndarray) -> Times:
    """Instants in microseconds since 1970."""
    faults = np.where(missing, CODES[MISSING], 0).astype(np.int8)
    faults[~missing & ((instants < FIRST) | (instants >= LAST))] = CODES[UNREADABLE]
    return Times(np.where(faults == 0, instants, 0), faults)


def in_zones(times: Times, named: pa.Array, how: TimeReading, local: np.ndarray, settled: np.ndarray) -> None:
    """Move the rows that name a zone into it. Where an earlier zone has settled a row already, both have to agree."""
    encoded = named.fill_null("").dictionary_encode()
    places = encoded.indices.to_numpy(zero_copy_only=False)
    for number, text in enumerate(encoded.dictionary.to_pylist()):
        rows = np.flatnonzero((places == number) & (times.faults == 0))
        for name in zones.split(text) if len(rows) else ():
            zone = zones.zone_of(name, how.explained)
            if zone is None:
                times.faults[rows] = CODES[ABBREVIATION if zones.is_abbreviation(name) else UNKNOWN_ZONE]
                break
            at = zones.to_instants(local[rows], zone)
            again, before = settled[rows], times.instants[rows]
            odd = np.flatnonzero(again & (at != before))
            # An hour that comes twice: the offset before the name says which of the two it is.
            odd = odd[zones.to_local(before[odd], zone) != local[rows][odd]]
            times.faults[rows[odd]] = CODES[TWO_ZONES]
            times.instants[rows] = np.where(again, before, at)
            settled[rows] = True
    times.instants[times.faults != 0] = 0
