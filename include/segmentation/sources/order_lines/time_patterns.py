"""Patterns for times: what the mapping's `time_format` may hold, and the expression that reads it.

The letters are those of Spark's patterns for reading. A part in brackets may be absent, so `[d.M.yyyy][yyyy-MM-dd]`
reads both: each is tried as a pattern of its own, in their order.
"""

import re
from dataclasses import dataclass

from segmentation.sources.order_lines.zones import ZONE

# Letter -> how often in a row it is read; beside these, V only twice, and O once or four times.
LETTERS = {
    "y": 6, "M": 4, "L": 4, "d": 2, "D": 3, "E": 4, "a": 1, "h": 2, "H": 2, "k": 2, "K": 2, "m": 2, "s": 2, "S": 9,
    "z": 4, "X": 5, "x": 5, "Z": 5,
}  # fmt: skip
LENGTHS = {letter: range(1, most + 1) for letter, most in LETTERS.items()} | {"V": (2,), "O": (1, 4)}
ZONE_LETTERS = "VzOXxZ"
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
_WEEKDAYS = "mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_TOKEN = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", re.DOTALL)
# What a letter gives, which names its group in the expression. half_hour is 1 to 12, zero_hour 0 to 11, one_hour 1 to
# 24.
NAMES = {"y": "year", "M": "month", "L": "month", "d": "day", "D": "yearday", "h": "half_hour", "K": "zero_hour",
         "H": "hour", "k": "one_hour", "m": "minute", "s": "second", "S": "fraction"}  # fmt: skip
ISO = (
    r"(?P<year0>[0-9]{4})-(?P<month0>[0-9]{1,2})-(?P<day0>[0-9]{1,2})"
    r"(?:(?:[Tt]| +)(?P<hour0>[0-9]{1,2}):(?P<minute0>[0-9]{1,2})(?::(?P<second0>[0-9]{1,2})"
    r"(?:[.,](?P<fraction0>[0-9]{1,9}))?)?)?"
    rf" ?(?P<zone0>{ZONE})?"
)


@dataclass(frozen=True)
class Pattern:
    """An expression of RE2 over a whole text. Its groups are named for what they hold, with a number behind."""

    expression: str
    groups: tuple[str, ...]

    def named(self, what: str) -> list[str]:
        """The groups that hold this: `year`, `zone`, ..."""
        return [group for group in self.groups if group.rstrip("0123456789") == what]


def iso() -> Pattern:
    """Days and times as ISO 8601 writes them, also with a blank for the T."""
    return _pattern(ISO)


def fault_of(pattern: str) -> str | None:  # noqa: PLR0911
    """What is wrong with a pattern, as the end of a sentence; None if it can be used."""
    runs = _runs(pattern)
    plain = _TOKEN.sub(lambda piece: "" if piece[0].startswith("'") and len(piece[0]) > 1 else piece[0], pattern)
    if "'" in plain:
        return "a quote is not closed"
    for run in runs:
        if run[0] not in LENGTHS:
            return f"{run[0]!r} is no letter for reading dates; allowed is a pattern such as d.M.yyyy H:mm"
        if len(run) not in LENGTHS[run[0]]:
            return f"{run!r} is read with {', '.join(map(str, LENGTHS[run[0]]))} of that letter in a row only"
    if re.search(r"[#{}]", plain):
        return "'#', '{' and '}' have to stand in single quotes"
    if not _brackets_close(plain):
        return "a bracket is not closed"
    loose = re.search(r"(?:^|[^a-zA-Z])([dDHhkKmsy])(?=[dDHhkKmsyML])(?!\1)", plain)
    if loose:
        return f"{loose[1]!r} may have one digit or more, so a number may not follow it at once"
    letters = {run[0] for run in runs}
    if not ("y" in letters and ("D" in letters or ({"d"} <= letters and letters & set("ML")))):
        return "it needs a year, a month and a day, such as yyyy-MM-dd"
    if letters & set("hK") and "a" not in letters:
        return "h and K count to 12, so it needs an a for AM or PM; H counts to 23"
    return None


def _brackets_close(plain: str) -> bool:
    depth = 0
    for sign in re.sub(r"[^\[\]]", "", plain):
        depth += 1 if sign == "[" else -1
        if depth < 0:
            return False
    return depth == 0


def alternatives(pattern: str) -> list[str]:
    """The patterns of one that is nothing but parts in brackets, such as `[d.M.yyyy][yyyy-MM-dd]`; else itself."""
    parts: list[str] = []
    depth = 0
    for piece in (match[0] for match in _TOKEN.finditer(pattern)):
        if depth == 0 and piece != "[":
            return [pattern]
        if depth == 0:
            parts.append("")
        parts[-1] += piece
        depth += {"[": 1, "]": -1}.get(piece, 0)
    whole = [part[1:-1] for part in parts]
    return whole if all(_is_whole(part) for part in whole) else [pattern]


def _is_whole(pattern: str) -> bool:
    return not pattern or fault_of(pattern) is None


def compile_pattern(pattern: str) -> Pattern:
    """The expression of a pattern that has no fault. Letter case of names does not matter; a blank is any number."""
    parts = [_part(piece[0], bool(piece[1]), number) for number, piece in enumerate(_TOKEN.finditer(pattern))]
    return _pattern("".join(parts))


def _pattern(expression: str) -> Pattern:
    return Pattern(f"^(?:{expression})$", tuple(re.findall(r"\(\?P<(\w+)>", expression)))


def _part(piece: str, is_letter: bool, number: int) -> str:
    if piece in "[]":
        return "(?:" if piece == "[" else ")?"
    if not is_letter:
        text = piece if piece == "'" or not piece.startswith("'") else piece[1:-1].replace("''", "'") or "'"
        return re.sub(r"(?:\\? )+", " +", re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text))
    letter, length = piece[0], len(piece)
    if letter in ZONE_LETTERS:
        return f"(?P<zone{number}>{ZONE})"
    if letter == "E":
        return f"(?i:{_WEEKDAYS})"
    if letter in "ML" and length > 2:
        return f"(?P<month{number}>(?i:{'|'.join(rf'{name[:3]}(?:{name[3:]})?' for name in MONTHS)}))"
    if letter == "a":
        return f"(?P<half{number}>(?i:[ap][.]?m[.]?))"
    return f"(?P<{NAMES[letter]}{number}>{_digits(letter, length)})"


def _digits(letter: str, length: int) -> str:
    if letter == "S":
        return f"[0-9]{{1,{length}}}"
    if letter == "y":
        return "[0-9]{1,4}" if length == 1 else f"[0-9]{{{max(length, 2) if length != 3 else 4}}}"
    if letter == "D":
        return f"[0-9]{{{length},3}}"
    return "[0-9]{1,2}" if length == 1 else "[0-9]{2}"


def _runs(pattern: str) -> list[str]:
    return [piece[0] for piece in _TOKEN.finditer(pattern) if piece[1]]
