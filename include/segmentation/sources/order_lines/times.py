"""Times as order files write them, read in columns: texts of a pattern, numbers, and typed values.

A day without a time stays that day: it counts from its first moment by the shop's clock, whatever the zone.
"""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.sources.order_lines import zones
from segmentation.sources.order_lines.time_patterns import alternatives, compile_pattern, iso
from segmentation.sources.order_lines.time_texts import by_patterns
from segmentation.sources.order_lines.time_values import (
    CODES,
    MISSING,
    UNREADABLE,
    TimeReading,
    Times,
    from_days,
    from_instants,
    from_local,
)
from segmentation.sources.order_lines.zones import DAY, to_instants

# `time_format` for numbers: microseconds in one, or where the days of a spreadsheet begin.
EPOCHS = {"epoch_seconds": 1_000_000, "epoch_milliseconds": 1_000, "epoch_microseconds": 1}
SERIALS = {"excel": -25_569, "excel_1904": -24_107}
NUMERIC = (*EPOCHS, *SERIALS)
ALIASES = {"epoch": "epoch_seconds", "epoch_s": "epoch_seconds", "epoch_ms": "epoch_milliseconds",
           "epoch_us": "epoch_microseconds", "unix": "epoch_seconds", "excel_1900": "excel"}  # fmt: skip

DAY_LENGTH = len("2023-06-01")
_PLAIN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?$"


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
        return _numbers(texts, how, beside)
    if beside is not None:
        return by_patterns(texts, how, beside)
    plain = _plain_iso(texts, how)
    if plain is not None:
        return plain
    encoded = texts.dictionary_encode()
    return _spread(by_patterns(encoded.dictionary, how, None), encoded.indices)


def _spread(distinct: Times, indices: pa.Array) -> Times:
    """What was found of the distinct texts, for each row; a null is a missing time."""
    places = indices.fill_null(len(distinct.instants)).to_numpy(zero_copy_only=False)
    return Times(np.append(distinct.instants, 0)[places], np.append(distinct.faults, np.int8(CODES[MISSING]))[places])


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


def _numbers(texts: pa.Array, how: TimeReading, beside: pa.Array | None) -> Times:
    """Seconds since 1970 and their like, or the serial days of a spreadsheet."""
    missing = pc.equal(pc.binary_length(texts.fill_null("")), 0).to_numpy(zero_copy_only=False)
    fits = pc.match_substring_regex(texts.fill_null(""), r"^-?[0-9]{1,17}(?:[.,][0-9]{0,12})?$")
    texts = pc.if_else(fits, texts, "0")
    numbers = pc.cast(
        pc.replace_substring_regex(pc.replace_substring(texts, ",", "."), r"\.$", ""), pa.decimal128(38, 12)
    )
    if how.number in SERIALS:
        # A spreadsheet keeps times in binary fractions of a day, so that a minute is off by some microseconds.
        days = numbers.cast(pa.float64()).to_numpy()
        local = np.rint(np.clip(days, -1e6, 1e7) * 86_400_000).astype(np.int64) * 1000 + SERIALS[how.number] * DAY
        times = from_local(local, missing, how, beside)
        whole = (local % DAY == 0) & (times.faults == 0)
        times.instants[whole] = to_instants(local[whole], how.calendar)
    else:
        factor = EPOCHS[str(how.number)]
        within = pc.less(pc.abs(numbers), pa.scalar(10**17 // factor))
        numbers = pc.if_else(within, numbers, pa.scalar(0).cast(pa.decimal128(38, 12)))
        scaled = pc.multiply(numbers.cast(pa.decimal256(38, 12)), pa.scalar(Decimal(factor), pa.decimal256(7, 0)))
        micros = pc.floor(scaled).cast(pa.decimal256(76, 0)).cast(pa.int64()).to_numpy()
        times = from_instants(micros, missing)
        times.faults[~within.to_numpy(zero_copy_only=False) & (times.faults == 0)] = CODES[UNREADABLE]
    times.faults[~fits.to_numpy(zero_copy_only=False) & ~missing] = CODES[UNREADABLE]
    times.instants[times.faults != 0] = 0
    return times
