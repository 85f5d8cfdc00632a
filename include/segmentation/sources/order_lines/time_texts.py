"""Texts of a pattern as times, in columns: what the parts of each text are, and which moment they name."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.sources.order_lines.time_patterns import MONTHS, Pattern
from segmentation.sources.order_lines.time_values import (
    CODES,
    MISSING,
    UNREADABLE,
    ZONE_WITHOUT_TIME,
    TimeReading,
    Times,
    in_zones,
)
from segmentation.sources.order_lines.zones import DAY, to_instants


def by_patterns(texts: pa.Array, how: TimeReading, beside: pa.Array | None) -> Times:
    """What the first pattern reads, and of what it does not, what the next one does."""
    found = _by_pattern(texts, how.patterns[0], how, beside)
    for pattern in how.patterns[1:]:
        rest = np.flatnonzero(found.faults == CODES[UNREADABLE])
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
    faults = np.where(valid, 0, CODES[UNREADABLE]).astype(np.int8)
    faults[pc.equal(texts, "").to_numpy(zero_copy_only=False)] = CODES[MISSING]
    local = np.where(faults == 0, local, 0)
    instants = to_instants(local, how.zone)
    if how.zone != how.calendar:
        days = np.flatnonzero(~has_time)
        instants[days] = to_instants(local[days], how.calendar)
    times = Times(instants, faults)
    settled = np.zeros(len(local), dtype=bool)
    if fields["zone"] is not None:
        names_one = pc.not_equal(fields["zone"], "").to_numpy(zero_copy_only=False)
        faults[names_one & ~has_time & (faults == 0)] = CODES[ZONE_WITHOUT_TIME]
        in_zones(times, fields["zone"], how, local, settled)
    if beside is not None:
        # It says nothing of a day, which has no time that it could place.
        in_zones(times, pc.if_else(pa.array(has_time), beside.fill_null(""), ""), how, local, settled)
    instants[faults != 0] = 0
    return times


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
    start = first.astype("datetime64[M]") + np.where(by_month, month - 1, 0).astype("timedelta64[M]")
    days = np.where(by_month, day, np.maximum(yearday, 1)) - 1
    date = start.astype("datetime64[D]") + days.astype("timedelta64[D]")
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
