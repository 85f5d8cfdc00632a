"""Amounts as order files write them, read exactly: `1,234.50`, `1.234,50 €`, `(12.00)`, `12.00-`, `₹1,00,000`, `1.5E3`.

A number reads as itself or not at all. Where a sign may be the decimal one or may group thousands, as in `1,234`, it
counts only if the mapping or the file says which is the decimal sign.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.sources.order_lines.currencies import AFFIX, CODES, agree, code_of

# Digits before and behind the point that a quantity, a price or an amount may have. Programs that compute in binary
# fractions write 0.016666666666666666; it counts as it stands, and what a line costs is rounded once.
WHOLE, SCALE = 15, 20
NUMBER = pa.decimal128(WHOLE + 1 + SCALE, SCALE)  # rounding may add a digit
UNREADABLE = "no amount that is a number"
AMBIGUOUS = "an amount that can be read in two ways, unless decimal says how"
TOO_LONG = f"a number of more than {WHOLE} digits before the decimal sign, or {SCALE} behind it"
FAULTS = (None, UNREADABLE, AMBIGUOUS, TOO_LONG)
_CODES = {fault: code for code, fault in enumerate(FAULTS)}

_BLANK = " \u00a0\u202f\u2007\u2009\u2002\u2003"
_MINUS = "-\u2212"
# Thousands by another sign than the decimal one: a comma, point, apostrophe or blank; Indian groups have two digits.
_GROUPED = re.compile(rf"[1-9][0-9]{{0,2}}(?P<sign>[.,'’{_BLANK}])[0-9]{{3}}(?:(?P=sign)[0-9]{{3}})*")
_INDIAN = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
_EXPONENT = re.compile(r"(?P<mantissa>[0-9]+(?:[.,][0-9]+)?)[eE](?P<exponent>[+-]?[0-9]{1,3})")
# `12,-` and `12.--` say that there are no cents.
_NO_CENTS = re.compile(r"(?<=[0-9])[.,][-\u2012-\u2015\u2212]{1,2}$")
_BOTH_WAYS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


@dataclass(frozen=True)
class Numbers:
    """A column of numbers. values: of the type NUMBER, null where there is none. faults: codes of FAULTS; empty cells
    have the first that is one. currencies: the code or sign that stands with a number, null where none does."""

    values: pa.Array
    faults: np.ndarray
    currencies: pa.Array

    def fault_texts(self) -> pa.Array:
        """Why a number cannot be used, null where it can."""
        return pa.array(FAULTS, pa.string()).take(pa.array(self.faults.astype(np.int32)))


@lru_cache(maxsize=200_000)
def read_number(text: str, decimal: str | None) -> tuple[Decimal | None, str | None, str | None]:
    """The number that a text writes, or None and why not; and the currency that stands with it.

    `decimal`: the sign before the fraction, `.` or `,`; None if nobody has said it.
    """
    body, is_negative, currency = _unwrapped(text)
    if body is None:
        return None, UNREADABLE, None
    plain = _plain(body, decimal)
    if plain in (UNREADABLE, AMBIGUOUS):
        return None, plain, currency
    value = Decimal(plain)
    if not value:
        return Decimal(0), None, currency
    if value.adjusted() >= WHOLE or _decimals(value) > SCALE:
        return None, TOO_LONG, currency
    return (value.copy_negate() if is_negative else value), None, currency


def decimal_sign(text: str) -> str | None:
    """Which sign is the decimal one, if the text can only be read with one of them."""
    if read_number(text, None)[0] is None:
        return None
    by_point, by_comma = (read_number(text, sign)[0] for sign in (".", ","))
    if by_point is None and by_comma is not None:
        return ","
    if by_comma is None and by_point is not None:
        return "."
    return None


def read_numbers(texts: pa.Array, decimal: str | None) -> Numbers:
    """Read trimmed texts. Each distinct text is read once; plain numbers are read in one go."""
    quick = _in_one_go(texts, decimal)
    if quick is not None:
        return quick
    encoded = texts.dictionary_encode()
    read = [read_number(text, decimal) if text else (None, UNREADABLE, None) for text in encoded.dictionary.to_pylist()]
    places = encoded.indices.fill_null(len(read))
    values = numbers_of([*(value for value, _, _ in read), None]).take(places)
    codes = np.array([*(_CODES[fault] for _, fault, _ in read), _CODES[UNREADABLE]], dtype=np.int8)
    currencies = pa.array([*(currency for _, _, currency in read), None], pa.string()).take(places)
    return Numbers(values, codes[places.to_numpy(zero_copy_only=False)], currencies)


def numbers_of(values: Iterable[Decimal | None]) -> pa.Array:
    """Decimals as a column, by way of texts, which Arrow takes faster."""
    return pc.cast(pa.array([None if value is None else f"{value:f}" for value in values], pa.string()), NUMBER)


def _in_one_go(texts: pa.Array, decimal: str | None) -> Numbers | None:
    """Numbers without anything around them; None if another is among them."""
    sign, group = decimal or ".", "." if decimal == "," else ","
    # Without a decimal sign said, three digits behind a point could be thousands.
    fraction, whole = f"[0-9]{{1,{SCALE if decimal else 2}}}", f"[0-9]{{1,{WHOLE}}}"
    grouped = rf"|[1-9][0-9]{{0,2}}(?:[{group}][0-9]{{3}}){{1,4}}" if decimal else ""
    plain = rf"^-?(?:{whole}{grouped})(?:[{sign}]{fraction})?$"
    if texts.null_count or not pc.all(pc.match_substring_regex(texts, plain)).as_py():
        return None
    texts = pc.replace_substring(texts, group, "") if decimal else texts
    values = pc.cast(pc.replace_substring(texts, ",", ".") if decimal == "," else texts, NUMBER)
    return Numbers(values, np.zeros(len(texts), dtype=np.int8), pa.nulls(len(texts), pa.string()))


def _unwrapped(text: str) -> tuple[str | None, bool, str | None]:
    """The digits and signs of a number without its sign and currency; None where two signs or currencies stand."""
    text = text.strip(_BLANK + "\t\u200e\u200f\u2066\u2069")
    minus = plus = 0
    currency: str | None = None
    while text:
        before = text
        if text[0] == "(" and text[-1] == ")":
            text, minus = text[1:-1], minus + 1
        elif _NO_CENTS.search(text):
            text = _NO_CENTS.sub("", text)
        elif text[0] in _MINUS:
            text, minus = text[1:], minus + 1
        elif text[-1] in _MINUS:
            text, minus = text[:-1], minus + 1
        elif text[0] == "+":
            text, plus = text[1:], plus + 1
        else:
            match = AFFIX.fullmatch(text)
            if match:
                found = code_of(match["before"] or match["behind"])
                if found is None or (currency is not None and not agree(currency, found)):
                    return None, False, None
                # Of `$5.00 USD` the code says more.
                currency = found if currency not in CODES else currency
                text = match["first"] if match["behind"] else match["second"]
        text = text.strip(_BLANK)
        if text == before:
            break
    return (text or None) if minus + plus < 2 else None, bool(minus), currency


def _plain(body: str, decimal: str | None) -> str:
    """The text as Python's decimals take it, or the fault."""
    exponent = _EXPONENT.fullmatch(body)
    if exponent:
        mantissa, other = exponent["mantissa"], {".": ",", ",": "."}.get(decimal or "")
        # With one digit before it, a sign is the decimal one: nobody groups thousands there.
        if not decimal and len(re.split("[.,]", mantissa)[0]) > 1 and _BOTH_WAYS.fullmatch(mantissa):
            return AMBIGUOUS
        return UNREADABLE if other and other in mantissa else f"{mantissa.replace(',', '.')}E{exponent['exponent']}"
    if decimal:
        return _by_sign(body, decimal) or UNREADABLE
    if _BOTH_WAYS.fullmatch(body):
        return AMBIGUOUS
    found = {plain for sign in (".", ",") if (plain := _by_sign(body, sign))}
    return found.pop() if len(found) == 1 else AMBIGUOUS if found else UNREADABLE


def _by_sign(body: str, decimal: str) -> str | None:
    whole, _, fraction = body.partition(decimal)
    if not re.fullmatch(r"[0-9]*", fraction) or not (whole or fraction):
        return None
    if whole and not re.fullmatch(r"[0-9]+", whole):
        grouped = _GROUPED.fullmatch(whole)
        if not (grouped and grouped["sign"] != decimal) and not (decimal == "." and _INDIAN.fullmatch(whole)):
            return None
        whole = re.sub(r"[^0-9]", "", whole)
    if len(whole) + len(fraction) > 60:
        return None
    return f"{whole or '0'}{'.' if fraction else ''}{fraction}"


def _decimals(value: Decimal) -> int:
    """The digits behind the point, without zeros at the end. `normalize` would round a long number."""
    _, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -(int(exponent) + zeros))
