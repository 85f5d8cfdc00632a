"""The user's query: its markers, and the statements that are made around it.

Nothing is pasted into a query: its markers become what the database's driver binds. Of ours there are only names of
columns that the database itself has told, quoted.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted

MARKERS = ("as_of", "window_start")
# Strings, quoted names, comments and casts hold no markers.
_PIECE = re.compile(
    r"""
    (?P<quiet>
        (?<!\w)[eE]'(?:[^'\\]|\\.|'')*'
      | '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*`
      | --[^\n\r]* | /\*.*?\*/ | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag) | ::
    )
  | (?<![\w:]):(?P<marker>[A-Za-z_]\w*)
  | (?P<sign>[();]|['"`]|/\*)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Query:
    """A statement in pieces: (text, None), or (None, the name of a value that is bound there)."""

    pieces: tuple[tuple[str | None, str | None], ...]

    def rendered(self, placeholder: Callable[[str], str], text: Callable[[str], str] = str) -> str:
        """The statement as a driver takes it, with its way to write a bound value, and to write a plain text."""
        return "".join(placeholder(name) if name else text(plain or "") for plain, name in self.pieces)

    @property
    def names(self) -> list[str]:
        """The names of the bound values, in the order in which they stand."""
        return [name for _, name in self.pieces if name]

    def __add__(self, other: "Query | str") -> "Query":
        return Query(self.pieces + (other.pieces if isinstance(other, Query) else ((other, None),)))


def text(plain: str) -> Query:
    """A piece of a statement that is ours."""
    return Query(((plain, None),))


def value(name: str) -> Query:
    """A bound value."""
    return Query(((None, name),))


def parsed(given: str) -> Query:
    """The user's query. Raises UserError if it is more than one statement, or has a marker that nothing is bound to."""
    given = given.strip().removesuffix(";").rstrip()
    pieces: list[tuple[str | None, str | None]] = []
    end = depth = 0
    for match in _PIECE.finditer(given):
        if match["quiet"]:
            continue
        if match["sign"]:
            depth += {"(": 1, ")": -1}.get(match["sign"], 0)
            # What would close our own bracket would be a statement of its own.
            if depth < 0 or match["sign"] not in "()":
                raise _refused(given, match)
            continue
        name = match["marker"]
        if name not in MARKERS:
            raise UserError(
                f"Param query: there is nothing to put in the place of {quoted(match[0])}. "
                f"Allowed: {', '.join(f':{one}' for one in MARKERS)}."
            )
        pieces += [(given[end : match.start()], None), (None, name)]
        end = match.end()
    if depth:
        raise UserError(f"Param query: {quoted(given)} has a bracket that is not closed.")
    return Query((*pieces, (given[end:], None)))


def _refused(given: str, match: re.Match[str]) -> UserError:
    what = {";": "a ; that ends it, and it has to be one SELECT", ")": "a bracket that closes none"}
    fault = what.get(match["sign"], f"{match['sign']} without its end")
    return UserError(f"Param query: near {quoted(given[max(0, match.start() - 40) :][:80])} is {fault}.")


def of_table(name: str, quote: Callable[[str], str]) -> Query:
    """All of a table, whose name has passed the pattern of its param."""
    # The pattern lets letters, digits, _ and $ through, and here they stand in quotes.
    return text("SELECT * FROM " + ".".join(map(quote, name.split("."))))  # noqa: S608


def select(columns: Iterable[str], query: Query) -> Query:
    """Some columns of a query's rows; `columns` are expressions of ours."""
    # The line end closes a comment, and Oracle takes no AS before the name.
    return text("SELECT " + ", ".join(columns)) + " FROM (\n" + query + "\n) q"  # noqa: S608


def ansi(name: str) -> str:
    """A name in the standard's quotes."""
    return '"' + name.replace('"', '""') + '"'
