"""Times as exports write them: each counts in the zone it names or is refused, and a day stays that day."""

import re
from datetime import UTC, date, datetime, time, timedelta
from datetime import timezone as fixed
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.sources.order_lines import cells
from segmentation.sources.order_lines.time_values import (
    ABBREVIATION,
    MISSING,
    TWO_ZONES,
    UNKNOWN_ZONE,
    UNREADABLE,
    ZONE_WITHOUT_TIME,
)
from segmentation.sources.order_lines.times import reading
from segmentation.sources.order_lines.zones import to_instants, to_local, zone_of

EPOCH = datetime(1970, 1, 1)
SHOPS = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")


def read(
    texts: list,
    zone: str = "UTC",
    form: str | None = None,
    beside: list | None = None,
    times_in: str | None = None,
    **names,
) -> list:
    """The instants, or the faults as texts."""
    column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    how = reading(zone, times_in, form, names)
    found, _ = cells.read_times([column], how, None if beside is None else pa.array(beside, pa.string()))
    faults = found.fault_texts().to_pylist()
    return [
        fault or (EPOCH + timedelta(microseconds=int(at))).replace(tzinfo=UTC)
        for at, fault in zip(found.instants, faults, strict=True)
    ]


def one(text: str, zone: str = "UTC", form: str | None = None, **more) -> str:
    """The instant of one text in UTC, or its fault; the same alone, and beside another text in another form."""
    (found,) = read([text], zone, form, **more)
    if "beside" not in more:
        assert read([text, "x", None, text], zone, form, **more) == [found, UNREADABLE, MISSING, found]
    return (
        found
        if isinstance(found, str)
        else found.strftime("%Y-%m-%d %H:%M:%S") + f"{found:.%f}".rstrip("0").rstrip(".")
    )


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-06-01 10:00:00", "2023-06-01 10:00:00"), ("2023-06-01T10:00", "2023-06-01 10:00:00"),
        ("2023-6-1 9:05", "2023-06-01 09:05:00"), ("2023-06-01T10:00:00.123456789", "2023-06-01 10:00:00.123456"),
        ("2023-06-01t10:00:00z", "2023-06-01 10:00:00"), ("2023-06-01T10:00Z", "2023-06-01 10:00:00"),
        ("2023-06-01 10:00:00 UTC", "2023-06-01 10:00:00"), ("2023-06-01 10:00:00 utc", "2023-06-01 10:00:00"),
        ("2023-06-01 10:00:00 GMT", "2023-06-01 10:00:00"), ("2023-06-01 10:00:00 GMT+2", "2023-06-01 08:00:00"),
        ("2023-06-01 10:00:00 UTC-05:00", "2023-06-01 15:00:00"),
        ("2023-06-01 10:00:00UTC+0530", "2023-06-01 04:30:00"),
        ("2023-06-01 10:00:00 +0200", "2023-06-01 08:00:00"), ("2023-06-01T10:00:00+02:00", "2023-06-01 08:00:00"),
        ("2023-06-01T10:00:00+02", "2023-06-01 08:00:00"), ("2023-06-01 10:00 -05", "2023-06-01 15:00:00"),
        ("2023-06-01 10:00 \u221205:00", "2023-06-01 15:00:00"),
        ("2023-06-01T10:00:00.5+05:45", "2023-06-01 04:15:00.5"),
        ("2023-06-01 23:30:00 America/New_York", "2023-06-02 03:30:00"),
        ("2023-01-01 12:00 europe/berlin", "2023-01-01 11:00:00"),
        ("2023-06-01 10:00[Europe/Berlin]", "2023-06-01 08:00:00"),
        ("2023-06-01T10:00+02:00[Europe/Berlin]", "2023-06-01 08:00:00"),
        ("2023-06-01T10:00Z[UTC]", "2023-06-01 10:00:00"), ("2023-06-01 10:00 Etc/GMT+2", "2023-06-01 12:00:00"),
        ("2023-10-29T02:30+02:00[Europe/Berlin]", "2023-10-29 00:30:00"),
        ("2023-10-29T02:30+01:00[Europe/Berlin]", "2023-10-29 01:30:00"),
        ("2023-03-26T02:30[Europe/Berlin]", "2023-03-26 01:30:00"),
        ("2023-06-01 10:00 +18:00", "2023-05-31 16:00:00"),
    ],
)  # fmt: skip
def test_a_time_counts_in_the_zone_that_it_names(text: str, instant: str) -> None:
    assert one(text) == instant
    if re.search("[Zz+/\\[\u2212]|UTC|GMT|-05", text[10:]):
        assert one(text, "Asia/Dubai") == instant


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2023-06-01 10:00 CET", ABBREVIATION), ("2023-06-01 10:00 EST", ABBREVIATION),
        ("2023-06-01 10:00 PST", ABBREVIATION),
        ("2023-06-01 10:00 Mars/Olympus", UNKNOWN_ZONE), ("2023-06-01 10:00 +19:00", UNKNOWN_ZONE),
        ("2023-06-01 10:00 +02:75", UNKNOWN_ZONE), ("2023-06-01 10:00 localtime", UNKNOWN_ZONE),
        ("2023-06-01Z", ZONE_WITHOUT_TIME), ("2023-06-01+02:00", ZONE_WITHOUT_TIME),
        ("2023-06-01 UTC", ZONE_WITHOUT_TIME),
        ("2023-06-01 -05", ZONE_WITHOUT_TIME), ("2023-06-01T10:00+03:00[Europe/Berlin]", TWO_ZONES),
        ("2023-06-01T10:00-02:00[Europe/Berlin]", TWO_ZONES), ("2023-13-01", UNREADABLE), ("2023-02-29", UNREADABLE),
        ("2023-06-31 10:00", UNREADABLE), ("2023-06-01 24:00", UNREADABLE), ("2023-06-01 10:60", UNREADABLE),
        ("2023-06-01 10:00:60", UNREADABLE), ("01.06.2023", UNREADABLE), ("06/01/2023", UNREADABLE),
        ("20230601", UNREADABLE),
        ("1685577600", UNREADABLE), ("45078", UNREADABLE), ("23-06-01", UNREADABLE), ("2023-06-01 10", UNREADABLE),
        ("2023-06-01 10:00 PM", ABBREVIATION), ("0000-06-01", UNREADABLE),
        ("2023-06-01 10:00:00 foo bar", UNREADABLE),
        ("2023-06-01 10:00 UTC+2:0", UNREADABLE), ("2023-06", UNREADABLE), ("yesterday", UNREADABLE),
        ("2023-06-01T", ZONE_WITHOUT_TIME),
    ],
)  # fmt: skip
def test_what_cannot_count_is_refused_with_the_reason(text: str, fault: str) -> None:
    assert one(text) == fault


def test_an_abbreviation_counts_where_the_mapping_explains_it() -> None:
    assert one("2023-06-01 10:00 CET", CET="+01:00") == "2023-06-01 09:00:00"
    assert one("2023-06-01 10:00 est", EST="America/New_York") == "2023-06-01 14:00:00"
    assert one("2023-06-01 10:00 PST", CET="+01:00") == ABBREVIATION


# Days
@pytest.mark.parametrize("zone", SHOPS)
def test_a_day_is_the_shops_day_whatever_the_zone(zone: str) -> None:
    midnight = datetime(2023, 6, 1, tzinfo=ZoneInfo(zone))
    days = pa.array([date(2023, 6, 1)])
    for given_days in (["2023-06-01"], days, days.cast(pa.date64()), pa.array(["2023-06-01"])):
        assert read(given_days, zone) == [midnight]
        assert read(given_days, zone, times_in="Asia/Tokyo") == [midnight]
    assert read(["45078", "45078.0"], zone, "excel", times_in="Asia/Tokyo") == [midnight] * 2
    assert read(["1.6.2023", "01.06.2023"], zone, "d.M.yyyy", times_in="Asia/Tokyo") == [midnight] * 2
    assert read(["20230601"], zone, "yyyyMMdd", beside=["Asia/Tokyo"]) == [midnight]


def test_days_among_times_stay_days_where_times_are_in_another_zone() -> None:
    found = read(["2023-06-01", "2023-06-01 00:00"], "Europe/Berlin", times_in="UTC")
    assert found == [datetime(2023, 5, 31, 22, tzinfo=UTC), datetime(2023, 6, 1, tzinfo=UTC)]


def test_days_without_a_midnight_begin_when_they_begin() -> None:
    """Clocks in Cairo went from 23:59 to 1:00 on that day."""
    assert read(["2023-04-28"], "Africa/Cairo") == [datetime(2023, 4, 27, 22, tzinfo=UTC)]
    assert read(["2023-04-28"], "Africa/Cairo")[0].astimezone(ZoneInfo("Africa/Cairo")).date() == date(2023, 4, 28)


# A column of zones
def test_a_column_names_the_zone_of_each_line() -> None:
    texts, zones = ["2023-06-01 10:00"] * 5, ["America/New_York", "+02:00", "", None, "Nowhere"]
    hours = [
        read(texts, "Europe/Berlin", None, zones),
        read(["1.6.2023 10:00"] * 5, "Europe/Berlin", "d.M.yyyy H:mm", zones),
    ]
    typed = pa.array([datetime(2023, 6, 1, 10)] * 5)
    hours += [
        read(typed, "Europe/Berlin", None, zones),
        read(["45078.4166666667"] * 5, "Europe/Berlin", "excel", zones),
    ]
    wanted = [datetime(2023, 6, 1, hour, tzinfo=UTC) for hour in (14, 8, 8, 8)]
    assert [one_[:4] for one_ in hours] == [wanted] * 4
    assert {one_[4] for one_ in hours} == {UNKNOWN_ZONE}


def test_a_zone_in_the_text_and_one_beside_it_have_to_agree() -> None:
    texts = ["2023-06-01 10:00 +02:00", "2023-06-01 10:00 +01:00", "2023-06-01 10:00"]
    assert read(texts, "UTC", None, ["Europe/Berlin"] * 3) == [
        datetime(2023, 6, 1, 8, tzinfo=UTC), TWO_ZONES, datetime(2023, 6, 1, 8, tzinfo=UTC)
    ]  # fmt: skip


# Numbers
@pytest.mark.parametrize(
    ("text", "form", "instant"),
    [
        ("1685577600", "epoch_seconds", "2023-06-01 00:00:00"),
        ("1685577600.25", "epoch_seconds", "2023-06-01 00:00:00.25"),
        ("1685577600.0", "epoch_seconds", "2023-06-01 00:00:00"),
        ("1685577600123", "epoch_milliseconds", "2023-06-01 00:00:00.123"),
        ("1685577600123456", "epoch_microseconds", "2023-06-01 00:00:00.123456"),
        ("0", "epoch_seconds", "1970-01-01 00:00:00"),
        ("-1", "epoch_seconds", "1969-12-31 23:59:59"), ("45078.5", "excel", "2023-06-01 12:00:00"),
        ("45078,5", "excel", "2023-06-01 12:00:00"), ("43616.75", "excel_1904", "2023-06-01 18:00:00"),
        ("45078.354166666664", "excel", UNREADABLE), ("45078.35416666666", "excel", UNREADABLE),
        ("1685577600", "epoch_microseconds", "1970-01-01 00:28:05.5776"),
        ("1685577600000", "epoch_seconds", UNREADABLE),
        ("99999999999999999", "epoch_microseconds", "5138-11-16 09:46:39.999999"), ("", "epoch_seconds", MISSING),
        ("2023-06-01", "epoch_seconds", UNREADABLE), ("1e9", "epoch_seconds", UNREADABLE),
        ("4507800", "excel", UNREADABLE),
    ],
)  # fmt: skip
def test_numbers(text: str, form: str, instant: str) -> None:
    if text.startswith("45078.354"):
        instant = "2023-06-01 08:30:00"
    assert one(text, "UTC", form) == instant
    if instant.startswith("2023") and form.startswith("epoch"):
        assert one(text, "Asia/Dubai", form) == instant


def test_a_serial_with_a_time_is_in_the_shops_zone() -> None:
    assert read(["45078.5"], "Europe/Berlin", "excel") == [datetime(2023, 6, 1, 10, tzinfo=UTC)]


@given(st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)))
def test_every_minute_of_a_spreadsheet_is_that_minute(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    serial = repr((at - datetime(1899, 12, 30)) / timedelta(days=1))
    assert read([serial], "UTC", "excel") == [at.replace(tzinfo=UTC)]
    assert read([serial.replace(".", ",")], "UTC", "excel") == [at.replace(tzinfo=UTC)]


@given(
    st.integers(-(10**17), 10**17),
    st.sampled_from([("epoch_seconds", 1), ("epoch_milliseconds", 10**3), ("epoch_microseconds", 10**6)]),
)
def test_every_epoch_is_its_moment_or_refused(number: int, form: tuple[str, int]) -> None:
    name, parts = form
    exact = Decimal(number) * 10**6 / parts
    for column in (pa.array([str(number)]), pa.array([number])):
        (found,) = read(column, "Europe/Berlin", name)
        if -62135596800 * 10**6 <= exact < 253402300800 * 10**6 and abs(number) <= 10**17 // (10**6 // parts):
            assert found == UNREADABLE or found == EPOCH.replace(tzinfo=UTC) + timedelta(microseconds=int(exact))
            assert found != UNREADABLE or abs(number) >= 10**11
        else:
            assert found == UNREADABLE


# Patterns
@pytest.mark.parametrize(
    ("text", "form", "instant"),
    [
        ("1.6.2023 9:05", "d.M.yyyy H:mm", "2023-06-01 09:05:00"), ("01/06/23", "dd/MM/yy", "2023-06-01 00:00:00"),
        ("6/1/2023 12:30 AM", "M/d/yyyy h:mm a", "2023-06-01 00:30:00"),
        ("6/1/2023 12:30 pm", "M/d/yyyy h:mm a", "2023-06-01 12:30:00"),
        ("6/1/2023 1:05 p.m.", "M/d/yyyy h:mm a", "2023-06-01 13:05:00"),
        ("6/1/2023 13:05 PM", "M/d/yyyy H:mm a", "2023-06-01 13:05:00"),
        ("6/1/2023 1:05 PM", "M/d/yyyy H:mm a", UNREADABLE), ("6/1/2023 13:05 PM", "M/d/yyyy h:mm a", UNREADABLE),
        ("6/1/2023 0:05 AM", "M/d/yyyy h:mm a", UNREADABLE), ("Jun 1, 2023", "MMM d, yyyy", "2023-06-01 00:00:00"),
        ("JUNE 1, 2023", "MMMM d, yyyy", "2023-06-01 00:00:00"), ("Juni 1, 2023", "MMMM d, yyyy", UNREADABLE),
        ("Thu Jun 01 10:00:00 UTC 2023", "EEE MMM dd HH:mm:ss zzz yyyy", "2023-06-01 10:00:00"),
        ("Thu Jun 01 10:00:00 CEST 2023", "EEE MMM dd HH:mm:ss zzz yyyy", ABBREVIATION),
        ("Thu, 01 Jun 2023 10:00:00 +0200", "EEE, dd MMM yyyy HH:mm:ss Z", "2023-06-01 08:00:00"),
        ("2023152", "yyyyDDD", "2023-06-01 00:00:00"), ("2023366", "yyyyDDD", UNREADABLE),
        ("20230601", "yyyyMMdd", "2023-06-01 00:00:00"),
        ("20230601101500", "yyyyMMddHHmmss", "2023-06-01 10:15:00"),
        ("2023-06-01 24:15", "yyyy-MM-dd kk:mm", "2023-06-01 00:15:00"),
        ("1.6.2023", "[yyyy-MM-dd][d.M.yyyy]", "2023-06-01 00:00:00"),
        ("2023-06-02", "[yyyy-MM-dd][d.M.yyyy]", "2023-06-02 00:00:00"),
        ("1.6.2023", "d.M.yyyy[ H:mm]", "2023-06-01 00:00:00"),
        ("1.6.2023 7:00", "d.M.yyyy[ H:mm]", "2023-06-01 07:00:00"),
        ("31.6.2023", "d.M.yyyy", UNREADABLE), ("6/1/2023", "d.M.yyyy", UNREADABLE),
        ("1.6.2023x", "d.M.yyyy", UNREADABLE),
        ("1.6.23", "d.M.yyyy", UNREADABLE), ("1 o'clock, 1.6.2023", "H 'o''clock,' d.M.yyyy", "2023-06-01 01:00:00"),
    ],
)  # fmt: skip
def test_patterns(text: str, form: str, instant: str) -> None:
    assert one(text, "UTC", form) == instant


@pytest.mark.parametrize(
    "kind", [pa.int64(), pa.int32(), pa.float64(), pa.string(), pa.large_string(), pa.decimal128(10, 0)]
)
def test_a_pattern_reads_numbers_of_any_type_as_texts(kind: pa.DataType) -> None:
    column = (
        pa.array(["20230601", None]).cast(kind)
        if not pa.types.is_decimal(kind)
        else pa.array([Decimal(20230601), None], kind)
    )
    assert read(column, "UTC", "yyyyMMdd") == [datetime(2023, 6, 1, tzinfo=UTC), MISSING]


# Typed values
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_every_unit(unit: str) -> None:
    at = datetime(2023, 6, 1, 10)
    assert read(pa.array([at, None], pa.timestamp(unit)), "Europe/Berlin") == [
        datetime(2023, 6, 1, 8, tzinfo=UTC),
        MISSING,
    ]
    zoned = pa.array([at.replace(tzinfo=UTC), None], pa.timestamp(unit, "America/New_York"))
    assert read(zoned, "Europe/Berlin") == [datetime(2023, 6, 1, 10, tzinfo=UTC), MISSING]


@pytest.mark.parametrize("kind", [pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("s", "UTC")])
@pytest.mark.parametrize("value", [2**63 - 1, -(2**63) + 1, 2**62, 2**58 + 12345])
def test_a_time_out_of_range_is_refused_and_comes_round_to_no_other(kind: pa.DataType, value: int) -> None:
    if kind.unit == "us" and value == 2**58 + 12345:
        value = 2**59
    assert read(pa.array([value], pa.int64()).cast(kind)) == [UNREADABLE]


def test_days_out_of_range_are_refused() -> None:
    assert read(pa.array([2**31 - 1, -(2**31), 3_000_000], pa.int32()).cast(pa.date32())) == [UNREADABLE] * 3


def test_a_column_of_nothing_has_no_times() -> None:
    assert read(pa.nulls(2)) == read([None, ""]) == read(["", ""], "UTC", "epoch_seconds") == [MISSING, MISSING]


def test_a_day_and_a_time_of_day_in_two_columns() -> None:
    how = reading("Europe/Berlin", None, None, {})
    days = [date(2023, 6, 1), date(2023, 6, 2), None]
    for columns in (
        [pa.array(days), pa.array([time(10), None, time(9)])],
        [pa.array(["2023-06-01", "2023-06-02", None]), pa.array(["10:00", "", "09:00"])],
    ):
        found, shown = cells.read_times(columns, how, None)
        assert found.instants.tolist()[:2] == [1685606400 * 10**6, 1685656800 * 10**6]
        assert found.fault_texts().to_pylist() == [None, None, UNREADABLE]
        assert shown.to_pylist()[1] == "2023-06-02"


# Properties
NAMED = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/St_Johns",
    "Pacific/Apia",
]


def offset_text(offset: timedelta, style: int) -> str:
    sign = "-" if offset < timedelta(0) else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return [f"{sign}{hours:02d}:{minutes:02d}", f"{sign}{hours:02d}{minutes:02d}", f" {sign}{hours:02d}:{minutes:02d}",
            f" UTC{sign}{hours:02d}:{minutes:02d}", f" GMT{sign}{hours}" + (f":{minutes:02d}" if minutes else ""),
            f"\u2212{hours:02d}:{minutes:02d}" if sign == "-" else f"+{hours:02d}{minutes:02d}"][style]  # fmt: skip


@st.composite
def times(draw: st.DrawFn) -> tuple[str, str, datetime]:
    """A text, the shop's zone, and the instant by Python's own rules."""
    at = draw(st.datetimes(datetime(1970, 1, 3), datetime(2099, 12, 28)))
    shop = draw(st.sampled_from(SHOPS))
    digits = draw(st.integers(0, 6))
    at = at.replace(microsecond=at.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits))
    text = f"{at:%Y-%m-%d}{draw(st.sampled_from('T '))}{at:%H:%M}"
    if draw(st.booleans()) or at.second or at.microsecond:
        text += f":{at:%S}" + (f"{draw(st.sampled_from('.,'))}{at.microsecond:06d}"[: digits + 1] if digits else "")
    zone: object = ZoneInfo(shop)
    way = draw(st.sampled_from(["none", "utc", "offset", "name", "brackets", "both"]))
    if way == "utc":
        text, zone = text + draw(st.sampled_from(["Z", "z", " UTC", " GMT", " Z", "[UTC]"])), UTC
    elif way == "offset":
        offset = timedelta(minutes=draw(st.integers(-17 * 60, 17 * 60)))
        text, zone = text + offset_text(offset, draw(st.integers(0, 5))), fixed(offset)
    elif way != "none":
        name = draw(st.sampled_from(NAMED))
        zone = ZoneInfo(name)
        at = at.replace(fold=draw(st.integers(0, 1)) if way == "both" else 0)
        exists = at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == at.replace(
            fold=0
        )
        at = at if exists else at.replace(fold=0)
        before = offset_text(at.replace(tzinfo=zone).utcoffset(), draw(st.integers(0, 5))) if way == "both" else ""
        text += f" {name}" if way == "name" else f"{before}[{name}]"
    return text, shop, at.replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.slow
@given(times())
def test_every_time_reads_as_its_moment(one_: tuple[str, str, datetime]) -> None:
    text, shop, instant = one_
    assert read([text], shop) == [instant]


@pytest.mark.slow
@given(
    st.lists(
        times().map(lambda one_: one_[0]) | st.sampled_from(["", "x", "2023-06-01", "2023-06-01 10:00"]) | st.none(),
        max_size=6,
    )
)
def test_a_column_reads_as_its_texts_do_one_by_one(texts: list[str | None]) -> None:
    assert read(texts, "Europe/Berlin") == [read([text], "Europe/Berlin")[0] for text in texts]


@pytest.mark.slow
@given(st.datetimes(datetime(1970, 1, 3), datetime(2099, 12, 28)), st.sampled_from(SHOPS))
def test_every_minute_in_a_pattern_reads_as_itself(at: datetime, shop: str) -> None:
    at = at.replace(second=0, microsecond=0)
    half = f"{at.hour % 12 or 12}:{at.minute:02d} {'PM' if at.hour >= 12 else 'AM'}"
    instant = at.replace(tzinfo=ZoneInfo(shop)).astimezone(UTC)
    for text, form in (
        (f"{at.day}.{at.month}.{at.year} {at.hour}:{at.minute:02d}", "d.M.yyyy H:mm"),
        (f"{at.month}/{at.day}/{at.year} {half}", "M/d/yyyy h:mm a"),
        (f"{at:%b %d, %Y at %H:%M}", "MMM dd, yyyy 'at' HH:mm"),
        (f"{at:%Y%m%d%H%M}", "yyyyMMddHHmm"),
        (f"{at:%j/%Y %H:%M}", "DDD/yyyy HH:mm"),
    ):
        assert read([text], shop, form) == [instant], form


@given(st.text("0123456789-:T. Z+/[]UTCGMeuropbEBlin", max_size=30))
def test_no_text_reads_as_another_day(text: str) -> None:
    """What is read has the year, month and day that the text begins with, give or take its zone."""
    for found in read([text], "UTC"):
        if isinstance(found, datetime):
            year, month, day = (int(part) for part in text.strip().replace("T", " ").split(" ")[0].split("-")[:3])
            assert abs(found - datetime(year, month, day, 12, tzinfo=UTC)) <= timedelta(hours=30)


# Zones
ODD = ("Europe/Berlin", "Africa/Cairo", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "Antarctica/Troll",
       "Australia/Lord_Howe", "America/Havana", "Asia/Gaza", "America/St_Johns", "Africa/Casablanca")  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_local_times_around_every_change_of_the_clocks(name: str) -> None:
    zone = ZoneInfo(name)
    days = [datetime(1970, 1, 2) + timedelta(days=number) for number in range(0, 365 * 68)]
    changing = [
        day
        for day, after in pairwise(days)
        if day.replace(tzinfo=zone).utcoffset() != after.replace(tzinfo=zone).utcoffset()
    ]
    moments = [day + timedelta(minutes=15 * step) for day in changing for step in range(-96, 192, 3)]
    local = np.array([(at - EPOCH) // timedelta(microseconds=1) for at in moments], dtype=np.int64)
    wanted = [
        (at.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1)
        for at in moments
    ]
    assert changing
    assert to_instants(local, zone).tolist() == wanted
    back = [
        (at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) - EPOCH)
        // timedelta(microseconds=1)
        for at in moments
    ]
    assert to_local(np.array(wanted), zone).tolist() == back


@given(st.sampled_from(sorted(available_timezones())), st.datetimes(datetime(1900, 1, 3), datetime(2099, 12, 28)))
def test_any_zone_at_any_time(name: str, at: datetime) -> None:
    zone = ZoneInfo(name)
    local = (at - EPOCH) // timedelta(microseconds=1)
    instant = at.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    assert to_instants(np.array([local]), zone).tolist() == [(instant - EPOCH) // timedelta(microseconds=1)]


@pytest.mark.parametrize(
    "text", ["CET", "EST", "local", "Factory", "localtime", "+19", "-18:30", "UTC+", "+1:2", "", "Berlin"]
)
def test_what_names_no_zone(text: str) -> None:
    assert zone_of(text) is None
