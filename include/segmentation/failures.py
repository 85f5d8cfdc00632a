"""What the machine refuses, in words: a full disk, a folder that may not be written, a clock that is wrong."""

import contextlib
import errno
import getpass
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from segmentation.errors import UserError
from segmentation.warehouse.manifests import Manifest

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)
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
        causes = list(_causes(error))
        if any(_is_full(cause) for cause in causes):
            raise UserError(_full(warehouse)) from error
        for cause in causes:
            place = _forbidden(cause, warehouse)
            if place:
                why = os.strerror(cause.errno or 0) if isinstance(cause, OSError) else cause
                raise UserError(
                    f"Cannot write to {place} ({why}). "
                    f"Let the user {_user()} write there, or set SEGMENTATION_WAREHOUSE to another folder."
                ) from error
        raise


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


def _causes(error: BaseException) -> Iterator[object]:
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
    if isinstance(cause, OSError):
        return cause.errno in FULL
    return isinstance(cause, str) and any(os.strerror(number) in cause for number in FULL)


def _full(warehouse: Path) -> str:
    places = {"the warehouse": warehouse, "temporary files": Path(tempfile.gettempdir())}
    free = ", ".join(f"{_free(place)} for {what} in {place}" for what, place in places.items())
    return f"The disk is full: there is {free}. Make room, then run this task again; nothing unfinished can be seen."


def _free(place: Path) -> str:
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    return f"{shutil.disk_usage(there).free / 1e6:,.0f} MB"


def _forbidden(cause: object, warehouse: Path) -> str | None:
    """The place in the warehouse that may not be written, if that is what went wrong."""
    if isinstance(cause, OSError):
        place = str(cause.filename or "")
        return place if cause.errno in FORBIDDEN and Path(place).is_relative_to(warehouse) else None
    if isinstance(cause, str) and str(warehouse) in cause:
        return str(warehouse) if any(os.strerror(number) in cause for number in FORBIDDEN) else None
    return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
