"""What a database refuses or breaks off, in words that hold nothing of its connection."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.quoting import cut
from segmentation.warehouse.addresses import HIDDEN

# Classes of SQLSTATE that a later try may mend: the connection, resources, an operator, a lock, the system.
PASSING = ("08", "40", "53", "55", "57", "58", "XX")
TIMEOUT = "57014"
# What MySQL's drivers have instead: no such table, column or right, a wrong statement or password.
MYSQL_LASTING = {1044, 1045, 1049, 1054, 1064, 1142, 1143, 1146, 1305, 1792}
# The kinds of errors of PEP 249 that a later try does not mend.
LASTING = ("ProgrammingError", "DataError", "NotSupportedError", "IntegrityError")
# What servers say before there is a SQLSTATE, and what SQLite and DuckDB say.
_REFUSED_LOGIN = re.compile(r"authentication failed|role .* does not exist|no pg_hba|access denied|no password", re.I)
_NO_DATABASE = re.compile(r"database .* does not exist|unknown database", re.I)
_NO_FILE_OF_ITS_KIND = re.compile(r"not a (valid duckdb )?database", re.I)
_PASSING_WORDS = re.compile(
    r"locked|busy|could not set lock|disk i/o|conflicting lock|closed|lost connection|gone away", re.I
)


class Secrets:
    """What a connection holds and no message may: its host, user, password and the texts of its extra."""

    def __init__(self, connection: Any) -> None:
        extra = connection.extra_dejson or {}
        held = [connection.host, connection.login, connection.password, *extra.values()]
        self._held = sorted({str(one) for one in held if one and len(str(one)) > 2}, key=len, reverse=True)

    def hidden(self, text: object) -> str:
        """A driver's words on one line without any of these."""
        said = str(text)
        for one in self._held:
            said = said.replace(one, HIDDEN)
        return cut(" ".join(said.split()))


@contextlib.contextmanager
def in_words(connection: str, secrets: Secrets, opening: bool = False) -> Iterator[None]:
    """Turn a driver's error into UserError, or into Unavailable where a later try may succeed.

    The driver's own error goes no further: a traceback would show what it says of the server.
    """
    try:
        yield
    except (UserError, Unavailable, GeneratorExit, KeyboardInterrupt, SystemExit):
        raise
    except Exception as error:
        told = _told(error, connection, secrets, opening)
        if told is None:
            raise
        raise told from None


def _told(error: Exception, connection: str, secrets: Secrets, opening: bool) -> Exception | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    # Errors with a file are of this machine's disk.
    is_theirs = names & {"Error", "DatabaseError"} or ("OSError" in names and getattr(error, "filename", None) is None)
    if not is_theirs and not opening:
        return None
    state = _state(error)
    if (state or "").startswith("28") or (state is None and _REFUSED_LOGIN.search(str(error))):
        return UserError(f"Param connection: the database of {connection} refuses the login. Mend the connection.")
    if state == "3D000" or (state is None and _NO_DATABASE.search(str(error))):
        return UserError(f"Param connection: the server of {connection} has no such database. Mend the connection.")
    if state == TIMEOUT:
        return Unavailable(f"The database of {connection} cancelled the query: {secrets.hidden(_message(error))}.")
    if opening and _NO_FILE_OF_ITS_KIND.search(str(error)):
        return UserError(f"Param connection: what {connection} leads to is no database of its type.")
    if state is None and opening:
        return Unavailable(f"The database of {connection} cannot be reached ({type(error).__name__}).")
    if _passes(error, state, names):
        return Unavailable(f"The database of {connection} broke off ({state or type(error).__name__}).")
    return UserError(f"Param query: the database of {connection} refuses it: {secrets.hidden(_message(error))}.")


def _passes(error: Exception, state: str | None, names: set[str]) -> bool:
    if state:
        return state.startswith(PASSING)
    if error.args and isinstance(error.args[0], int):
        return error.args[0] not in MYSQL_LASTING
    if type(error).__module__.partition(".")[0] in ("sqlite3", "duckdb", "_duckdb"):
        return bool(_PASSING_WORDS.search(str(error)))
    return not names & set(LASTING)


def _state(error: Exception) -> str | None:
    """The SQLSTATE, which drivers keep in different places."""
    found = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    return str(found) if found else None


def _message(error: Exception) -> str:
    """The first sentence of what the database says."""
    details = dict(getattr(error, "details", None) or ())
    if b"PG_DIAG_MESSAGE_PRIMARY" in details or "PG_DIAG_MESSAGE_PRIMARY" in details:
        found = details.get(b"PG_DIAG_MESSAGE_PRIMARY") or details["PG_DIAG_MESSAGE_PRIMARY"]
        return found.decode(errors="replace") if isinstance(found, bytes) else str(found)
    said = str(error.args[-1] if error.args else error)
    match = re.search(r"(?:ERROR|Error):\s+([^\n]+)", said)
    return (match[1] if match else said.strip().partition("\n")[0]).rstrip(".")
