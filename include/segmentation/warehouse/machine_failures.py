"""What the machine refuses, in words: a full disk, a folder that may not be written, a clock that is wrong."""

import contextlib
import errno
import getpass
import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.common.paths import LOCAL
from segmentation.common.quoting import cut
from segmentation.warehouse.manifests import Manifest

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)
FORBIDDEN_WORDS = tuple(map(os.strerror, FORBIDDEN))
# A month has some fifty datasets, each of some folders and files.
FILES_OF_A_RUN = 1_000
# Its database and logs for one run.
MEGABYTES_OF_AIRFLOW = 10
# As Python, Java and SQLite say it. Python looks for a folder for temporary files by writing into it.
FULL_WORDS = (*map(os.strerror, FULL), "disk is full", "No usable temporary directory")
# Java does not say why it could not make a folder. Where we may write, there is no room for one.
_NO_FOLDER = re.compile(r"Mkdirs failed to create (?:file:)?(/[^\s(]+)")
# How far the clocks of machines that share a warehouse may be apart.
SLACK = timedelta(minutes=5)


@contextlib.contextmanager
def in_words(warehouse: Path) -> Iterator[None]:
    """Turn a refusal of the disk, from Python or from Spark, into a UserError. `warehouse`: its root folder."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        found = list(causes(error))
        if any(_is_full(cause) for cause in found):
            raise UserError(_full(_rooms(warehouse))) from error
        for cause in found:
            place, variable = _forbidden(cause, warehouse)
            if place:
                why = os.strerror(cause.errno or 0) if isinstance(cause, OSError) else cut(cause)
                raise UserError(
                    f"Cannot write to {place} ({why}). "
                    f"Let the user {_user()} write there, or set {variable} to another folder."
                ) from error
        raise


def is_full(place: Path) -> bool:
    """Whether there is no room for anything where a folder is, for who does not say so himself."""
    megabytes, files = _room(place)
    return megabytes < 1 or not files


def hardly_any_room(warehouse: Path) -> str | None:
    """What to say of a failure that gives no reason, where hardly any room is left; None where there is enough.

    SQLite, for one, only says that it cannot open its file.
    """
    room = _rooms(warehouse)
    is_scarce = any(megabytes < MEGABYTES_OF_AIRFLOW or files < FILES_OF_A_RUN for *_, (megabytes, files) in room)
    return _full(room) if is_scarce else None


def check_clock(manifests: Iterable[Manifest], now: datetime | None = None) -> None:
    """Refuse to work beside versions from the future: the clock of this machine is behind, or theirs was ahead.

    Raises UserError naming the version and both times.
    """
    now = now or datetime.now(UTC)
    for one in manifests:
        made = datetime.fromisoformat(one.created_at)
        if made > now + SLACK:
            raise UserError(
                f"The clock of this machine says {now:%Y-%m-%d %H:%M} UTC, but {one.dataset} version {one.version} was "
                f"made at {made:%Y-%m-%d %H:%M} UTC. Set the clock. If it is right, that version was made by a machine "
                "whose clock is wrong: make it again there with force."
            )


def causes(error: BaseException) -> Iterator[object]:
    """An error and what it came from; Java's errors as texts."""
    one: BaseException | None = error
    while one is not None:
        yield one
        yield str(one)
        java = getattr(one, "java_exception", None) or getattr(one, "_origin", None)
        while java is not None:
            yield java.toString()
            java = java.getCause()
        one = one.__cause__ or one.__context__


def _is_full(cause: object) -> bool:
    if isinstance(cause, OSError) and cause.errno in FULL:
        return True
    if not isinstance(cause, str):
        return False
    folder = _NO_FOLDER.search(cause)
    return any(words in cause for words in FULL_WORDS) or bool(folder and os.access(_there(Path(folder[1])), os.W_OK))


def _places(warehouse: Path) -> Iterator[tuple[str, str, Path]]:
    """Where we write: what it holds, the variable that names it, and the folder."""
    yield "the warehouse", "SEGMENTATION_WAREHOUSE", warehouse
    yield "this installation", "SEGMENTATION_LOCAL", LOCAL
    with contextlib.suppress(OSError):  # there may be none that can be written
        yield "temporary files", "TMPDIR", Path(tempfile.gettempdir())


def _rooms(warehouse: Path) -> list[tuple[str, Path, tuple[float, float]]]:
    """What each place of ours holds, the place, and the room that is left there."""
    return [(what, place, _room(place)) for what, _, place in _places(warehouse)]


def _full(room: list[tuple[str, Path, tuple[float, float]]]) -> str:
    free = ", ".join(f"{megabytes:,.0f} MB for {what} in {place}" for what, place, (megabytes, _) in room)
    # By now what was unfinished is gone, and has freed some files for the next try to use up again.
    scarce = [place for _, place, (megabytes, files) in room if megabytes >= 1 and files < FILES_OF_A_RUN]
    crowded = " and ".join(map(str, scarce))
    full = f"The disk takes hardly any more files in {crowded}: its inodes are used up, however much is free; "
    return (
        f"{full if crowded else 'The disk is full: '}there is {free}. Make room, then run this task again; "
        "nothing unfinished can be seen."
    )


def _room(place: Path) -> tuple[float, float]:
    """How many megabytes are free where a folder is or would be, and how many more files can be made there."""
    found = os.statvfs(_there(place))
    # A file system that counts no files says that it has none at all.
    return found.f_bavail * found.f_frsize / 1e6, found.f_favail if found.f_files else math.inf


def _there(place: Path) -> Path:
    """A folder, or the nearest one above it that exists."""
    return next(folder for folder in (place, *place.parents) if folder.exists())


def _forbidden(cause: object, warehouse: Path) -> tuple[str | None, str]:
    """The place of ours that may not be written, if that is what went wrong, and the variable that names its folder."""
    for _, variable, folder in _places(warehouse):
        if isinstance(cause, OSError):
            place = str(cause.filename or "")
            if cause.errno in FORBIDDEN and Path(place).is_relative_to(folder):
                return place, variable
        elif isinstance(cause, str) and str(folder) in cause and any(words in cause for words in FORBIDDEN_WORDS):
            return str(folder), variable
    return None, ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
