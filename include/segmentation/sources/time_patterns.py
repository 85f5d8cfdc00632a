"""What a date pattern may hold, checked before any Spark starts: Spark's letters for reading, no others."""

import re

# Letter -> how often in a row Spark reads it; beside these, V only twice, and O once or four times.
LETTERS = {
    "y": 6, "M": 4, "L": 4, "d": 2, "D": 3, "a": 1, "h": 2, "H": 2, "k": 2, "K": 2, "m": 2, "s": 2, "S": 9,
    "z": 4, "X": 5, "x": 5, "Z": 5,
}  # fmt: skip
LENGTHS = {letter: range(1, most + 1) for letter, most in LETTERS.items()} | {"V": (2,), "O": (1, 4)}
ZONE_LETTERS = "VzOXxZ"
_TOKEN = re.compile(r"'[^']*'|([A-Za-z])\1*|.", re.DOTALL)


def fault_of(pattern: str) -> str | None:
    """What is wrong with a pattern, as the end of a sentence; None if it can be used."""
    runs = _runs(pattern)
    plain = _TOKEN.sub(lambda token: "" if token[0].startswith("'") and len(token[0]) > 1 else token[0], pattern)
    if "'" in plain:
        return "a quote is not closed"
    for run in runs:
        if run[0] not in LENGTHS:
            return f"{run[0]!r} is no letter for reading dates; allowed is a pattern such as d.M.yyyy H:mm"
        if len(run) not in LENGTHS[run[0]]:
            return f"{run!r} is read with {', '.join(map(str, LENGTHS[run[0]]))} of that letter in a row only"
    if re.search(r"[#{}]", plain):
        return "'#', '{' and '}' have to stand in single quotes"
    if plain.count("[") != plain.count("]"):
        return "a bracket is not closed"
    letters = {run[0] for run in runs}
    if not ("y" in letters and ("D" in letters or ({"d"} <= letters and letters & set("ML")))):
        return "it needs a year, a month and a day, such as yyyy-MM-dd"
    return None


def holds_zone(pattern: str) -> bool:
    """Whether texts of this pattern name their own zone."""
    return any(run[0] in ZONE_LETTERS for run in _runs(pattern))


def _runs(pattern: str) -> list[str]:
    return [token[0] for token in _TOKEN.finditer(pattern) if token[1]]
