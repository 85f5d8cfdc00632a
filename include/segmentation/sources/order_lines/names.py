"""Ids, names and categories as order files write them: what is empty, and what differs only in writing."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

# How programs write that there is nothing, in lower case: SQL dumps, spreadsheets, pandas, R, Java.
EMPTY = (
    "",
    "none",
    "n/a",
    "na",
    "null",
    "nan",
    "\\n",
    "#n/a",
    "(null)",
    "<na>",
    "[null]",
    "#null!",
    "nil",
    "undefined",
)
_BLANKS = r"[\p{Z}\s]+"
# Signs that show nothing: zero-width blanks and joiners, direction marks, soft hyphens, byte order marks.
_INVISIBLE = r"[\p{Cf}\x{FE00}-\x{FE0F}\x{034F}\x{115F}\x{1160}\x{3164}]"


def trimmed(texts: pa.Array) -> pa.Array:
    """Texts without blanks of any kind around them, and without a byte order mark."""
    return pc.utf8_trim(pc.utf8_trim_whitespace(texts), "\ufeff")


def without_empty(texts: pa.Array, more: Sequence[str] = ()) -> pa.Array:
    """Trimmed texts, null where they say that there is nothing. `more`: spellings of the mapping."""
    spellings = pa.array([*EMPTY, *(" ".join(word.lower().split()) for word in more)], pa.string())
    is_empty = pc.is_in(pc.utf8_lower(texts), spellings)
    if pc.any(pc.match_substring_regex(texts, _INVISIBLE)).as_py():
        # What shows nothing is nothing, too.
        is_empty = pc.or_(is_empty, pc.is_in(normal(texts), spellings))
    return pc.if_else(is_empty, pa.scalar(None, pa.string()), texts)


def whole_numbers(ids: pa.Array) -> pa.Array:
    """Ids such as 17850.0, which a spreadsheet took for numbers, as 17850."""
    return pc.replace_substring_regex(ids, r"^([0-9]+)\.0+$", r"\1")


def normal(ids: pa.Array) -> pa.Array:
    """Ids in one way of writing: Unicode's NFC, lower case, plain single blanks, no invisible signs."""
    if pc.all(pc.match_substring_regex(ids, "^[!-~]*$")).as_py() is not False:
        return pc.ascii_lower(ids)
    ids = pc.replace_substring_regex(pc.utf8_normalize(ids, form="NFC"), _INVISIBLE, "")
    ids = pc.utf8_trim_whitespace(pc.replace_substring_regex(ids, _BLANKS, " "))
    return pc.utf8_normalize(pc.utf8_lower(ids), form="NFC")
