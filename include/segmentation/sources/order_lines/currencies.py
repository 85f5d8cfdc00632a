"""Currencies as amounts carry them, before or behind the number: signs, ISO codes, and what shops write for them."""

import re
import unicodedata

# Signs that stand for one currency, and those that several share: these agree with each of theirs.
SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₫": "VND",
    "฿": "THB", "₱": "PHP", "₦": "NGN", "₡": "CRC", "₵": "GHS", "₸": "KZT", "₾": "GEL", "₲": "PYG", "₼": "AZN",
}  # fmt: skip
WORDS = {
    "us$": "USD", "r$": "BRL", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD",
    "s$": "SGD", "sg$": "SGD", "nt$": "TWD", "mx$": "MXN", "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON",
    "rs": "INR", "rs.": "INR", "руб": "RUB", "руб.": "RUB", "sfr": "CHF", "sfr.": "CHF", "fr.": "CHF", "r": "ZAR",
    "rm": "MYR", "rp": "IDR", "лв": "BGN", "лв.": "BGN", "tl": "TRY", "kr": "kr", "kr.": "kr", "euro": "EUR",
}  # fmt: skip
_OF_DOLLARS = """
    ARS AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD USD UYU
    XCD ZWL
"""
_OTHERS = """
    AED AFN ALL AMD ANG AOA AWG BAM BDT BGN BHD BIF BOB BRL BTN BWP BYN CDF CHF CNY CUP CVE CZK DJF DKK DZD EGP
    ERN ETB FKP GIP GMD GNF GTQ HNL HRK HTG HUF IDR IQD IRR ISK JOD JPY KES KGS KHR KMF KPW KWD LAK LBP LKR LSL
    LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MYR MZN NIO NOK NPR OMR PAB PEN PGK PKR PLN QAR RON RSD RWF
    SAR SCR SDG SEK SHP SLE SOS SSP STN SVC SYP SZL TJS TMT TND TOP TZS UGX UZS VES VUV WST XAF XOF XPF YER ZAR
    ZMW
"""
DOLLARS = frozenset(_OF_DOLLARS.split())
SHARED = {"$": DOLLARS, "¥": frozenset({"JPY", "CNY"}), "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
          "INR": frozenset({"INR", "PKR", "LKR", "NPR", "MUR"})}  # fmt: skip
CODES = DOLLARS | frozenset(SIGNS.values()) | frozenset(_OTHERS.split())
# A word or sign before a number, or behind it. Whether it stands for a currency is for `code_of` to say.
_MARK = r"[^\W\d_]{1,4}[.]?|[^\W\d_]{0,2}[^\w\s.,()'’+\-\u2012-\u2015\u2212]"
AFFIX = re.compile(
    rf"(?P<before>{_MARK})\s*(?P<second>[-+(.,\u2212]?\s*[0-9].*)|(?P<first>.*[0-9][-.,)\u2012-\u2015\u2212]*)\s*(?P<behind>{_MARK})",
    re.DOTALL,
)


def code_of(text: str) -> str | None:
    """The ISO code of what stands for a currency, or the sign itself where several currencies share it; else None."""
    text = text.strip()
    if text.upper() in CODES:
        return text.upper()
    if text in SIGNS or text.lower() in WORDS:
        return SIGNS.get(text) or WORDS[text.lower()]
    is_sign = len(text) == 1 and unicodedata.category(text) == "Sc"
    return text if is_sign else None


def agree(one: str, other: str) -> bool:
    """Whether two currencies may be the same: equal, or a sign that several share and one of them."""
    one, other = code_of(one) or one, code_of(other) or other
    return one == other or other in SHARED.get(one, ()) or one in SHARED.get(other, ())
