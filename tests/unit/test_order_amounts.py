"""Amounts as exports write them: each reads as itself or is refused, and none as another."""

import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segmentation.sources.order_lines.amounts import (
    AMBIGUOUS,
    FAULTS,
    TOO_LONG,
    UNREADABLE,
    decimal_sign,
    read_number,
    read_numbers,
)
from segmentation.sources.order_lines.currencies import agree, code_of

NBSP, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), ("12.50", "12.50"), ("0.5", "0.5"), (".5", "0.5"), ("5.", "5"), ("007.50", "7.50"), ("+5", "5"),
        ("-5", "-5"), ("5-", "-5"), (f"{MINUS}5", "-5"), ("(12.00)", "-12"), ("($1,234.50)", "-1234.50"),
        ("$(12.00)", "-12"), ("-$5.00", "-5"), ("$-5.00", "-5"), ("5.00-", "-5"), ("- 5", "-5"), ("-0.00", "0"),
        ("1,234.50", "1234.50"), ("1,234,567", "1234567"), ("1 234.50", "1234.50"), (f"1{NBSP}234.50", "1234.50"),
        (f"1{NARROW}234", "1234"), ("1'234.50", "1234.50"), ("1’234’567.5", "1234567.5"), ("1,00,000.00", "100000"),
        ("12,34,567", "1234567"), ("1.5E3", "1500"), ("1.5e-3", "0.0015"), ("1.234E+05", "123400"), ("12.-", "12"),
        ("12.--", "12"), ("€ 5.00", "5"), ("5.00 €", "5"), ("EUR 5.00", "5"), ("5.00EUR", "5"),
        ("Rs. 1,00,000", "100000"),
        ("CHF 1'234.50", "1234.50"), ("kr 12.00", "12"), ("US$5.00", "5"), ("$5.00 USD", "5"),
        (f"{NBSP}5.00{NBSP}€{NBSP}", "5"),
        ("0.000000000001", "0.000000000001"), ("30.000000000000004", "30.000000000000004"),
        ("0.016666666666666666", "0.016666666666666666"), ("999999999999999", "999999999999999"),
        ("0E999", "0"), ("0.0000000000000000000000000", "0"), ("1.50000000000000000000000000", "1.5"),
    ],
)  # fmt: skip
def test_a_usual_way_to_write_a_number_is_read(text: str, value: str) -> None:
    assert read_number(text, ".")[:2] == (Decimal(value), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,50", "12.50"), ("1.234,50", "1234.50"), ("1.234.567", "1234567"), ("1.234", "1234"), ("12,-", "12"),
        ("1.234,--", "1234"), (f"1{NBSP}234,50 €", "1234.50"), ("-1.234,5", "-1234.5"), ("1,5E3", "1500"),
        ("0,123", "0.123"),
        ("1'234,50", "1234.50"), ("12,50 zł", "12.50"),
    ],
)  # fmt: skip
def test_with_a_decimal_comma(text: str, value: str) -> None:
    assert read_number(text, ",")[:2] == (Decimal(value), None)


@pytest.mark.parametrize(
    "text",
    ["", "-", "€", "abc", "1/2", "5%", "5k", "12 34", "1,2,3", "1.2.3", "--5", "-5-", "-(5)", "((5))", "+-5",
    "5 EUR USD",
     "€5 $", "1_000", "0x10", "1e", "e5", "½", "١٢", "1,,000", "1,23,45", ",", ".", "12 pcs", "5 CR", "1e5e5",
     "Infinity",
     "NaN", "#REF!", "1 2", "12:30", "2023-06-01", "1.234,50.00"],
)  # fmt: skip
@pytest.mark.parametrize("sign", [".", None])
def test_what_is_no_number_is_refused(text: str, sign: str | None) -> None:
    value, fault, _ = read_number(text, sign)
    assert value is None
    assert fault in (UNREADABLE, AMBIGUOUS)


@pytest.mark.parametrize("text", ["1,234", "1.234", "999.999", "-1,234", "$1,234", "1.234 €", "12,345E2", "(1,234)"])
def test_what_can_be_read_in_two_ways_is_refused_unless_the_sign_is_known(text: str) -> None:
    assert read_number(text, None)[:2] == (None, AMBIGUOUS)
    assert decimal_sign(text) is None
    read = [read_number(text, sign)[0] for sign in (".", ",")]
    assert len({value for value in read if value is not None}) == len([value for value in read if value is not None])


@pytest.mark.parametrize(
    ("text", "sign"),
    [("12,50", ","), ("12.50", "."), ("1.234,50", ","), ("1,234.50", "."), ("1,234,567", "."), ("1.234.567", ","),
     ("0,123", ","), ("1234,567", ","), ("1,00,000", "."), ("12", None), ("1 234", None), ("1,234", None)],
)  # fmt: skip
def test_a_text_may_settle_the_decimal_sign(text: str, sign: str | None) -> None:
    assert decimal_sign(text) == sign
    if sign:
        assert read_number(text, None)[0] == read_number(text, sign)[0]


@pytest.mark.parametrize(
    "text", ["1000000000000000", "1E15", "1E999", "0." + "0" * 20 + "1", "1." + "0" * 30 + "1", "1E-30", "9" * 59]
)
def test_what_cannot_be_kept_exactly_is_refused(text: str) -> None:
    assert read_number(text, ".")[:2] == (None, TOO_LONG)
    assert read_numbers(pa.array([text, "1"]), ".").fault_texts().to_pylist() == [TOO_LONG, None]


@pytest.mark.parametrize(
    ("text", "code"),
    [("€5", "EUR"), ("5 eur", "EUR"), ("$5", "$"), ("5 USD", "USD"), ("$5 USD", "USD"), ("C$5", "CAD"),
     ("5 kr", "kr"), ("₹5", "INR"), ("R 5", "ZAR"), ("5", None), ("fr. 5", "CHF")],
)  # fmt: skip
def test_the_currency_beside_a_number(text: str, code: str | None) -> None:
    assert read_number(text, ".")[1:] == (None, code)


def test_a_sign_that_several_currencies_share_agrees_with_each() -> None:
    assert agree("$", "USD") and agree("AUD", "$") and agree("kr", "SEK") and agree("eur", "€")
    assert not agree("$", "EUR") and not agree("USD", "AUD") and not agree("GBP", "EUR")
    assert code_of("Euro (EUR)") is None


# Properties
PLAIN = st.decimals(Decimal("0"), Decimal("99999999999"), places=2, allow_nan=False) | st.decimals(
    Decimal("0"), Decimal("9999"), places=12, allow_nan=False
)
GROUPS = {".": (",", " ", NBSP, NARROW, "'", "’", ""), ",": (".", " ", NBSP, NARROW, "'", "’", "")}
NEGATIVE = ("-{}", "{}-", MINUS + "{}", "({})", "- {}")
AROUND = (
    "{}",
    "€{}",
    "€ {}",
    "{} €",
    "{}€",
    "USD {}",
    "{} USD",
    "${}",
    "Rs. {}",
    "{}" + NBSP + "€",
    "kr {}",
    "{} zł",
    "CHF {}",
)


def written(value: Decimal, sign: str, group: str, indian: bool) -> str:
    """The value with its groups, by plain string work."""
    whole, _, fraction = f"{value:f}".partition(".")
    if group:
        tail, head = whole[-3:], whole[:-3]
        size = 2 if indian and group == "," else 3
        parts = []
        while head:
            parts.insert(0, head[-size:])
            head = head[:-size]
        whole = group.join([*parts, tail])
    return f"{whole}{sign}{fraction}" if fraction else whole


@st.composite
def amounts(draw: st.DrawFn) -> tuple[str, Decimal, str]:
    sign = draw(st.sampled_from(".,"))
    value = draw(PLAIN)
    text = written(value, sign, draw(st.sampled_from(GROUPS[sign])), sign == "." and draw(st.booleans()))
    inner = draw(st.booleans())
    if draw(st.booleans()):
        negative, around = draw(st.sampled_from(NEGATIVE)), draw(st.sampled_from(AROUND))
        text = around.format(negative.format(text)) if inner else negative.format(around.format(text))
        value = value.copy_negate()
    else:
        text = draw(st.sampled_from(("{}", "+{}"))).format(draw(st.sampled_from(AROUND)).format(text))
    return text, value, sign


@given(amounts())
def test_every_amount_reads_as_itself_where_the_sign_is_said(one: tuple[str, Decimal, str]) -> None:
    text, value, sign = one
    assert read_number(text, sign)[:2] == (value, None)


@given(amounts())
def test_every_amount_reads_as_itself_or_not_at_all_where_it_is_not(one: tuple[str, Decimal, str]) -> None:
    text, value, sign = one
    found, fault, _ = read_number(text, None)
    assert (found, fault) in ((value, None), (None, AMBIGUOUS))
    assert decimal_sign(text) in (sign, None)


@given(st.text("0123456789.,-+() €$'eE" + NBSP + MINUS, max_size=12), st.sampled_from([".", ",", None]))
@example("1,234E3", None)
@example("0,1", None)
def test_no_text_reads_as_another_number(text: str, sign: str | None) -> None:
    """What is read has the digits of the text, its minus, and its point where a sign of the text stands."""
    value, fault, _ = read_number(text, sign)
    assert (value is None) == (fault is not None)
    if value is None:
        return
    mantissa, _, exponent = re.sub(r"[^0-9eE.,+-]", "", text.replace(MINUS, "-")).upper().partition("E")
    digits = re.sub(r"\D", "", mantissa)
    scaled = value.scaleb(-int(re.sub(r"[-.,]+$", "", exponent) or 0))
    assert int(digits) == 0 or f"{abs(scaled):f}".replace(".", "").strip("0") == digits.strip("0")
    places = {len(re.sub(r"\D", "", mantissa[at + 1 :])) for at in range(len(mantissa)) if mantissa[at] in ".,"} | {0}
    assert abs(scaled) in {Decimal(int(digits)).scaleb(-many) for many in places}
    if value and not exponent:
        assert (value < 0) == bool(
            re.search(r"[-(]", re.sub(r"(?<=[0-9])[.,]-{1,2}(?![0-9])", "", text.replace(MINUS, "-")))
        )


TEXTS = st.lists(
    amounts().map(lambda one: one[0]) | st.sampled_from(["", "12", "1,234", "12.5", "abc"]) | st.none(), max_size=8
)


@given(TEXTS, st.sampled_from([".", ",", None]))
def test_a_column_reads_as_its_texts_do_one_by_one(texts: list[str | None], sign: str | None) -> None:
    found = read_numbers(pa.array(texts, pa.string()), sign)
    alone = [read_number(text.strip(), sign) if text else (None, UNREADABLE, None) for text in texts]
    assert found.values.to_pylist() == [value for value, _, _ in alone]
    assert [FAULTS[code] for code in found.faults] == [fault for _, fault, _ in alone]
    assert found.currencies.to_pylist() == [currency for _, _, currency in alone]


@given(st.lists(PLAIN, min_size=1, max_size=6), st.sampled_from(".,"), st.booleans())
def test_plain_numbers_in_one_go_are_the_same(values: list[Decimal], sign: str, grouped: bool) -> None:
    texts = [written(value, sign, {".": ",", ",": "."}[sign] if grouped else "", False) for value in values]
    assert read_numbers(pa.array(texts), sign).values.to_pylist() == values
