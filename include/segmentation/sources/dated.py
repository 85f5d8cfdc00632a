"""`{as_of}` in a path or a query: each month has a file of its own, such as `orders-{as_of:%Y-%m}.csv`."""

import re
from datetime import date

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted

_FIELD = re.compile(r"\{as_of(?::(?P<format>[^{}]*))?\}")
_ANYTHING_LIKE_IT = re.compile(r"\{\s*as_of[^}]{0,40}\}?")
# What comes out are digits, - and _ only, so that a date can be no path, no option and no SQL.
_FORMAT = re.compile(r"(?:%[YmdyjGV]|[0-9_-])+")
ALLOWED = "{as_of}, or with a format such as {as_of:%Y-%m} of %Y %y %m %d %j %G %V, digits, - and _"


def is_dated(text: str | None) -> bool:
    """Whether a text names a drop of each month."""
    return bool(text and _ANYTHING_LIKE_IT.search(text))


def dated(param: str, text: str, as_of: date | None) -> str:
    """The text with the as-of date in its place. Raises UserError for any other format than `ALLOWED`."""
    if not is_dated(text):
        return text
    if as_of is None:
        raise UserError(f"Param as_of: it is empty, and {param} is {quoted(text)}. Give as_of a date as YYYY-MM-DD.")

    def replaced(match: re.Match[str]) -> str:
        given = match["format"]
        if given is None:
            return as_of.isoformat()
        return as_of.strftime(given) if _FORMAT.fullmatch(given) else match[0]

    found = _FIELD.sub(replaced, text)
    odd = _ANYTHING_LIKE_IT.search(found)
    if odd:
        raise UserError(f"Param {param}: {quoted(odd[0])} is not allowed. Allowed: {ALLOWED}.")
    return found
