"""Times as order files write them, read in columns: texts of a pattern, numbers, and typed values.

A day without a time stays that day: it counts from its first moment by the shop's clock, whatever the zone.
"""

from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.orders import zones
from segmentation.orders.time_patterns import MONTHS, Pattern, alternatives, compile_pattern, iso
from segmentation.orders.zones import DAY, to_instants

# `time_format` for numbers: microseconds in one, or where the days of a spreadsheet begin.
EPOCHS = {"epoch_seconds": 1_000_000, "epoch_milliseconds": 1_000, "epoch_microseconds": 1}
SERIALS = {"excel": -25_569, "excel_1904": -24_107}
NUMERIC = (*EPOCHS, *SERIALS)
ALIASES = {"epoch": "epoch_seconds", "epoch_s": "epoch_seconds", "epoch_ms": "epoch_milliseconds",
           "epoch_us": "epoch_microseconds", "unix": "epoch_seconds", "excel_1900": "excel"}  # fmt: skip

MISSING = "no time"
UNREADABLE = "a time that cannot be read"
UNKNOWN_ZONE = "a time in a zone that is not known"
ABBREVIATION = "a time with a zone's abbreviation, which zone_names can explain"
TWO_ZONES = "a time with two zones that do not agree"
ZONE_WITHOUT_TIME = "a day with a zone, but without a time"
FAULTS = (None, MISSING, UNREADABLE, UNKNOWN_ZONE, ABBREVIATION, TWO_ZONES, ZONE_WITHOUT_TIME)
DAY_LENGTH = len("2023-06-01")
_CODES = {fault: code for code, fault in enumerate(FAULTS)}
# What the years 1 to 9999 hold; beyond them neither Python nor a shop has times.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_800_000_000
_PLAIN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?$"


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


def reading(time_zone: str, times_in: str | None, time_format: str | None, zone_names: dict[str, str]) -> TimeReading:
    """How the mapping's keys say that texts are read."""
    calendar, zone = zones.zone_of(time_zone), zones.zone_of(times_in or time_zone)
    if calendar is None or zone is None:
        raise ValueError(f"{time_zone}, {times_in}")
    explained = zones.explanations(zone_names)
    if time_format in NUMERIC:
        return TimeReading(zone, calendar, (), time_format, explained)
    patterns = tuple(map(compile_pattern, alternatives(time_format))) if time_format else (iso(),)
    return TimeReading(zone, calendar, patterns, None, explained)


def from_texts(texts: pa.Array, how: TimeReading, beside: pa.Array | None = None) -> Times:
    """Read trimmed texts; an empty one or a null is a missing time. `beside` names a zone for each, or is null."""
    if how.number:
        return _numbers(texts, how)
    if beside is not None:
        return _by_patterns(texts, how, beside)
    plain = _plain_iso(texts, how)
    if plain is not None:
        return plain
    encoded = texts.dictionary_encode()
    return _spread(_by_patterns(encoded.dictionary, how, None), encoded.indices)


def from_days(days: np.ndarray, missing: np.ndarray, how: TimeReading) -> Times:
    """Days since 1970 (int64) as the shop's days."""
    return _from_local(days * DAY, missing, how.calendar)


def from_local(local: np.ndarray, missing: np.ndarray, how: TimeReading) -> Times:
    """Times that name no zone, in microseconds since 1970."""
    return _from_local(local, missing, how.zone)


def _from_local(local: np.ndarray, missing: np.ndarray, zone: tzinfo) -> Times:
    faults = np.where(missing, _CODES[MISSING], 0).astype(np.int8)
    faults[~missing & ((local < _FIRST) | (local >= _LAST))] = _CODES[UNREADABLE]
    return Times(np.where(faults == 0, to_instants(np.where(faults == 0, local, 0), zone), 0), faults)


def from_instants(instants: np.ndarray, missing: np.ndarray) -> Times:
    """Instants in microseconds since 1970."""
    faults = np.where(missing, _CODES[MISSING], 0).astype(np.int8)
    faults[~missing & ((instants < _FIRST) | (instants >= _LAST))] = _CODES[UNREADABLE]
    return Times(np.where(faults == 0, instants, 0), faults)


def _spread(distinct: Times, indices: pa.Array) -> Times:
    """What was found of the distinct texts, for each row; a null is a missing time."""
    places = indices.fill_null(len(distinct.instants)).to_numpy(zero_copy_only=False)
    return Times(np.append(distinct.instants, 0)[places], np.append(distinct.faults, np.int8(_CODES[MISSING]))[places])


def _plain_iso(texts: pa.Array, how: TimeReading) -> Times | None:
    """The commonest form in one go; None where a text is of another."""
    if how.patterns != (iso(),) or texts.null_count or not pc.all(pc.match_substring_regex(texts, _PLAIN)).as_py():
        return None
    try:
        local = pc.cast(texts, pa.timestamp("us")).cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    lengths = pc.binary_length(texts).to_numpy()
    if lengths.max(initial=0) == DAY_LENGTH:
        return from_days(local // DAY, np.zeros(len(local), dtype=bool), how)
    if lengths.min(initial=DAY_LENGTH + 1) == DAY_LENGTH and how.zone != how.calendar:
        return None
    return from_local(local, np.zeros(len(local), dtype=bool), how)


def _numbers(texts: pa.Array, how: TimeReading) -> Times:
    """Seconds since 1970 and their like, or the serial days of a spreadsheet."""
    missing = pc.equal(pc.binary_length(texts.fill_null("")), 0).to_numpy(zero_copy_only=False)
    fits = pc.match_substring_regex(texts.fill_null(""), r"^-?[0-9]{1,17}(?:\.[0-9]{0,12})?$")
    texts = pc.if_else(fits, texts, "0")
    numbers = pc.cast(pc.replace_substring_regex(texts, r"\.$", ""), pa.decimal128(38, 12))
    if how.number in SERIALS:
        # A spreadsheet keeps times in binary fractions of a day, so that a minute is off by some microseconds.
        days = numbers.cast(pa.float64()).to_numpy()
        local = np.rint(np.clip(days, -1e6, 1e7) * 86_400_000).astype(np.int64) * 1000 + SERIALS[how.number] * DAY
        times = from_local(local, missing, how)
        whole = (local % DAY == 0) & (times.faults == 0)
        times.instants[whole] = to_instants(local[whole], how.calendar)
    else:
        factor = EPOCHS[str(how.number)]
        within = pc.less(pc.abs(numbers), pa.scalar(10**17 // factor))
        numbers = pc.if_else(within, numbers, pa.scalar(0).cast(pa.decimal128(38, 12)))
        scaled = pc.multiply(numbers.cast(pa.decimal256(38, 12)), pa.scalar(Decimal(factor), pa.decimal256(7, 0)))
        micros = pc.floor(scaled).cast(pa.decimal256(76, 0)).cast(pa.int64()).to_numpy()
        times = from_instants(micros, missing)
        times.faults[~within.to_numpy(zero_copy_only=False) & (times.faults == 0)] = _CODES[UNREADABLE]
    times.faults[~fits.to_numpy(zero_copy_only=False) & ~missing] = _CODES[UNREADABLE]
    times.instants[times.faults != 0] = 0
    return times


def _by_patterns(texts: pa.Array, how: TimeReading, beside: pa.Array | None) -> Times:
    """What the first pattern reads, and of what it does not, what the next one does."""
    found = _by_pattern(texts, how.patterns[0], how, beside)
    for pattern in how.patterns[1:]:
        rest = np.flatnonzero(found.faults == _CODES[UNREADABLE])
        if len(rest):
            places = pa.array(rest)
            other = _by_pattern(texts.take(places), pattern, how, beside and beside.take(places))
            found.instants[rest], found.faults[rest] = other.instants, other.faults
    return found


def _by_pattern(texts: pa.Array, pattern: Pattern, how: TimeReading, beside: pa.Array | None) -> Times:
    texts = texts.fill_null("")
    found = pc.extract_regex(texts, pattern.expression)
    parts = {group: found.field(place).fill_null("") for place, group in enumerate(pattern.groups)}
    fields = {name: _first(parts, pattern.named(name)) for name in _PARTS}
    local, valid, has_time = _local(fields)
    valid &= found.is_valid().to_numpy(zero_copy_only=False)
    faults = np.where(valid, 0, _CODES[UNREADABLE]).astype(np.int8)
    faults[pc.equal(texts, "").to_numpy(zero_copy_only=False)] = _CODES[MISSING]
    local = np.where(faults == 0, local, 0)
    instants = to_instants(local, how.zone)
    if how.zone != how.calendar:
        days = np.flatnonzero(~has_time)
        instants[days] = to_instants(local[days], how.calendar)
    named = [
        zone for zone in (fields["zone"], beside.fill_null("") if beside is not None else None) if zone is not None
    ]
    settled = np.zeros(len(local), dtype=bool)
    for texts_of_zone in named:
        _apply_zones(texts_of_zone, how, local, has_time, instants, faults, settled)
    instants[faults != 0] = 0
    return Times(instants, faults)


_PARTS = ("year", "month", "day", "yearday", "hour", "half_hour", "zero_hour", "one_hour", "half", "minute", "second",
          "fraction", "zone")  # fmt: skip


def _first(parts: dict[str, pa.Array], groups: list[str]) -> pa.Array | None:
    """What the first of these groups holds that holds anything: alternatives have a group each."""
    found = None
    for group in groups:
        found = parts[group] if found is None else pc.if_else(pc.equal(found, ""), parts[group], found)
    return found


def _local(fields: dict[str, pa.Array | None]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local microseconds, whether all parts are possible, and whether there is a time beside the day."""
    year = _whole(fields["year"], -1)
    year = np.where(_length(fields["year"], 2), year + 2000, year)
    month, day, yearday = _month(fields["month"]), _whole(fields["day"], -1), _whole(fields["yearday"], -1)
    size = len(year)
    hour = _hour(fields, size)
    minute, second = _whole(fields["minute"], 0, size), _whole(fields["second"], 0, size)
    fraction = _fraction(fields["fraction"], size)
    by_month = (month >= 1) & (month <= 12) & (day >= 1)
    valid = (year >= 1) & (year <= 9999) & (by_month | (yearday >= 1))
    first = (np.where(valid, year, 1970) - 1970).astype("datetime64[Y]")
    start = first.astype("datetime64[M]") + np.where(by_month, month - 1, 0)
    date = start.astype("datetime64[D]") + np.where(by_month, day, np.maximum(yearday, 1)) - 1
    valid &= np.where(by_month, date.astype("datetime64[M]") == start, date.astype("datetime64[Y]") == first)
    valid &= (hour >= 0) & (hour <= 23) & (minute <= 59) & (second <= 59)
    micros = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
    has_time = _filled(fields, ("hour", "half_hour", "zero_hour", "one_hour"), size)
    return date.astype(np.int64) * DAY + np.where(valid, micros, 0), valid, has_time


def _hour(fields: dict[str, pa.Array | None], size: int) -> np.ndarray:
    """The hour, 0 to 23, by whichever letter it was read; 0 where there is none, -1 where it is impossible."""
    hour = _whole(fields["hour"], 0, size)
    one = _whole(fields["one_hour"], -2, size)
    hour = np.where(one == -2, hour, np.where((one >= 1) & (one <= 24), one % 24, -1))
    half = fields["half"]
    if half is not None:
        late = pc.starts_with(half, "p", ignore_case=True).to_numpy(zero_copy_only=False)
        given = pc.not_equal(half, "").to_numpy(zero_copy_only=False)
        twelve, eleven = _whole(fields["half_hour"], -2, size), _whole(fields["zero_hour"], -2, size)
        twelve = np.where((twelve >= 1) & (twelve <= 12), twelve % 12, np.where(twelve == -2, -2, -1))
        eleven = np.where((eleven >= 0) & (eleven <= 11), eleven, np.where(eleven == -2, -2, -1))
        of_half = np.where(twelve == -2, eleven, twelve)
        with_half = np.where(of_half >= 0, of_half + 12 * late, -1)
        # An hour up to 23 may have its half beside it, if they agree.
        plain = np.where(given & ((hour >= 12) != late) & (hour >= 0), -1, hour)
        hour = np.where(of_half == -2, plain, np.where(given, with_half, -1))
    return hour


def _filled(fields: dict[str, pa.Array | None], names: tuple[str, ...], size: int) -> np.ndarray:
    found = np.zeros(size, dtype=bool)
    for name in names:
        column = fields[name]
        if column is not None:
            found |= pc.not_equal(column, "").to_numpy(zero_copy_only=False)
    return found


def _whole(column: pa.Array | None, without: int, size: int | None = None) -> np.ndarray:
    if column is None:
        return np.full(size or 1, without, dtype=np.int64)
    return pc.cast(pc.if_else(pc.equal(column, ""), str(without), column), pa.int64()).to_numpy()


def _length(column: pa.Array | None, length: int) -> np.ndarray:
    return pc.equal(pc.binary_length(column), length).to_numpy(zero_copy_only=False)


def _month(column: pa.Array | None) -> np.ndarray:
    if column is None:
        return np.full(1, -1, dtype=np.int64)
    named = pc.index_in(pc.utf8_lower(pc.utf8_slice_codeunits(column, 0, 3)), pa.array([name[:3] for name in MONTHS]))
    digits = pc.if_else(pc.match_substring_regex(column, "^[0-9]+$"), column, "-1")
    return pc.if_else(named.is_valid(), pc.add(named, 1).cast(pa.int64()), digits.cast(pa.int64())).to_numpy(
        zero_copy_only=False
    )


def _fraction(column: pa.Array | None, size: int) -> np.ndarray:
    """The part of a second in microseconds; what is finer is cut off."""
    if column is None:
        return np.zeros(size, dtype=np.int64)
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(column, 6, "0"), 0, 6)
    return padded.cast(pa.int64()).to_numpy()


def _apply_zones(
    texts: pa.Array,
    how: TimeReading,
    local: np.ndarray,
    has_time: np.ndarray,
    instants: np.ndarray,
    faults: np.ndarray,
    settled: np.ndarray,
) -> None:
    """Move the rows that name a zone into it. Where an earlier zone has settled a row already, both have to agree."""
    encoded = texts.dictionary_encode()
    places = encoded.indices.to_numpy(zero_copy_only=False)
    for number, text in enumerate(encoded.dictionary.to_pylist()):
        rows = np.flatnonzero((places == number) & (faults == 0))
        if not text or not len(rows):
            continue
        if not has_time[rows].all():
            faults[rows[~has_time[rows]]] = _CODES[ZONE_WITHOUT_TIME]
            rows = rows[has_time[rows]]
        found = _in_zone(text, how, local[rows])
        if isinstance(found, str):
            faults[rows] = _CODES[found]
            continue
        at, agree = found
        agree &= ~settled[rows] | (at == instants[rows])
        instants[rows] = at
        faults[rows[~agree]] = _CODES[TWO_ZONES]
        settled[rows] = True


def _in_zone(text: str, how: TimeReading, local: np.ndarray) -> tuple[np.ndarray, np.ndarray] | str:
    """The instants of local times in the zone that a text names, and whether its two names agree; else the fault."""
    before, bracketed = zones.split(text)
    found = []
    for name in filter(None, (before, bracketed)):
        zone = zones.zone_of(name, how.explained)
        if zone is None:
            return ABBREVIATION if zones.is_abbreviation(name) else UNKNOWN_ZONE
        found.append(to_instants(local, zone))
    return found[0], found[0] == found[-1]
