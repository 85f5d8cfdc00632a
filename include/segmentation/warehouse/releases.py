"""Releases: which versions make up a shop's month. The only place that writes, numbers or finds them.

    <warehouse>/releases/<shop>/as_of=YYYY-MM-DD/<number>.json, <number>.deliveries/

A release is one small file that names the version of every dataset of a run. It appears whole, under the next free
number, and is never replaced; the highest number is the current one. So a reader who has read one file sees a month
wholly old or wholly new.
"""

import contextlib
import errno
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.config.shops.names import RULE, is_name
from segmentation.warehouse.locks import locked
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.release_file import DamagedRelease, Release, parse, seal, text_of
from segmentation.warehouse.versions import Warehouse, sync_folder

RELEASES = "releases"
REMEMBERED = 8192
_NUMBER = re.compile(r"([1-9][0-9]{0,8})\.json")
_DAY = re.compile(r"as_of=(\d{4}-\d\d-\d\d)")
# Where a file system has no second names for a file.
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


# Where they are


def check_name(shop: str, word: str = "SHOP") -> str:
    """The name itself. Raises UserError with the rule if it may be none."""
    if not is_name(shop):
        shown = repr(shop) if len(shop) <= 60 else f"{shop[:60]!r}... ({len(shop)} characters)"
        raise UserError(f"{word}: {shown} is not allowed as a shop's name. Allowed: {RULE}.")
    return shop


def home(warehouse: Warehouse, shop: str, as_of: date) -> Path:
    """The folder of a shop's releases of one as-of date."""
    return Path(home_text(warehouse, shop, as_of))


def home_text(warehouse: Warehouse, shop: str, as_of: date) -> str:
    """The same as a text: pages ask for thousands of them, and paths take their time."""
    return f"{warehouse.root}/{RELEASES}/{check_name(shop)}/as_of={as_of.isoformat()}"


def place(warehouse: Warehouse, shop: str, as_of: date, number: int) -> Path:
    """Where a release stands, or would stand."""
    return home(warehouse, shop, as_of) / f"{number}.json"


def deliveries_name(number: int) -> str:
    """The name of the folder that says what was delivered of a release."""
    return f"{number}.deliveries"


def place_of(warehouse: Warehouse, release: Release) -> Path:
    """Where a release stands."""
    return place(warehouse, release.shop, release.day, release.number)


def shops(warehouse: Warehouse) -> list[str]:
    """The shops that have a release, by name."""
    return sorted(name for name in names_in(warehouse.root / RELEASES) if is_name(name))


def months(warehouse: Warehouse, shop: str) -> list[date]:
    """The as-of dates of which a shop has a release, the earliest first."""
    return list(last_numbers(warehouse, shop))


def numbers(warehouse: Warehouse, shop: str, as_of: date) -> list[int]:
    """The numbers of a month's releases, the lowest first."""
    return sorted(
        int(found[1]) for name in names_in(home(warehouse, shop, as_of)) if (found := _NUMBER.fullmatch(name))
    )


def find(warehouse: Warehouse, shop: str, as_of: date, number: int) -> Release | None:
    """A release, or None if there is none of that number. Raises DamagedRelease if it is not as it was written."""
    path = f"{home_text(warehouse, shop, as_of)}/{number}.json"
    try:
        status = os.stat(path)
        found = remembered(path, (status.st_ino, status.st_mtime_ns, status.st_size))
    except (FileNotFoundError, NotADirectoryError):
        return None
    if (found.shop, found.as_of, found.number) != (shop, as_of.isoformat(), number):
        raise DamagedRelease(f"{path} is the release of another shop, month or number. Restore it or remove it.")
    return found


@lru_cache(maxsize=REMEMBERED)
def remembered(path: str, signature: tuple[int, ...]) -> Release:
    """A release, read only when its file has changed."""
    with open(path, "rb") as file:
        return parse(file.read(), path)


def last_numbers(warehouse: Warehouse, shop: str) -> dict[date, int]:
    """The number of the current release of each of a shop's months, the earliest month first."""
    home_of_all = f"{warehouse.root}/{RELEASES}/{check_name(shop)}"
    found: dict[date, int] = {}
    for name in sorted(names_in(home_of_all)):
        if day := _DAY.fullmatch(name):
            taken = [int(number[1]) for one in names_in(f"{home_of_all}/{name}") if (number := _NUMBER.fullmatch(one))]
            with contextlib.suppress(ValueError):
                found |= {date.fromisoformat(day[1]): max(taken)} if taken else {}
    return found


def current(warehouse: Warehouse, shop: str, as_of: date) -> Release | None:
    """The release that readers use: the one of the highest number, or None if there is none."""
    found = numbers(warehouse, shop, as_of)
    return find(warehouse, shop, as_of, found[-1]) if found else None


def newest(warehouse: Warehouse, shop: str) -> Release | None:
    """The current release of a shop's last month."""
    found = months(warehouse, shop)
    return current(warehouse, shop, found[-1]) if found else None


def places(warehouse: Warehouse, shop: str | None = None) -> Iterator[tuple[str, date, int]]:
    """Shop, as-of date and number of all releases of a shop, or of every shop, in that order."""
    for name in shops(warehouse) if shop is None else [check_name(shop)]:
        for as_of in months(warehouse, name):
            for number in numbers(warehouse, name, as_of):
                yield name, as_of, number


def every(warehouse: Warehouse, shop: str | None = None) -> Iterator[Release]:
    """All releases of a shop, or of every shop: by shop, month and number. Raises DamagedRelease."""
    for name, as_of, number in places(warehouse, shop):
        found = find(warehouse, name, as_of, number)
        if found:  # clean-up may have removed it meanwhile
            yield found


def manifests(warehouse: Warehouse, release: Release) -> list[Manifest]:
    """The manifests of all versions that a release names. Raises UserError naming one that is gone."""
    found = []
    for name, version in release.versions.items():
        one = warehouse.find(name, version, release.day) or warehouse.find(name, version, None)
        if one is None:
            raise UserError(
                f"Release {release.number} of shop {release.shop} as of {release.as_of} names {name} {version}, "
                "which is gone."
            )
        found.append(one)
    return found


# How they come to be


def create(warehouse: Warehouse, draft: Release) -> Release:
    """Make a draft the next release of its shop and month, in one step; return the release that stands.

    A run that has released these versions last, and is only tried again, gets the number that it has.
    """
    folder = home(warehouse, draft.shop, draft.day)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock"):
        for left in folder.glob(".draft.*"):  # of a run that was killed right here
            left.unlink(missing_ok=True)
        while True:
            taken = numbers(warehouse, draft.shop, draft.day)
            last = _readable(warehouse, draft, taken[-1]) if taken else None
            if last and last.says_as(draft):
                return last
            release = replace(draft, number=taken[-1] + 1 if taken else 1, seal="")
            release = replace(release, seal=seal(release))
            # Not only the lock says that the number is free: machines may share the folder without sharing locks.
            if create_file(place(warehouse, draft.shop, draft.day, release.number), text_of(release)):
                return release


def create_file(path: Path, text: str) -> bool:
    """Write a file that appears whole, and only where there is none; tell whether it is ours."""
    draft = path.with_name(f".draft.{uuid.uuid4().hex[:8]}")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        return _name(draft, path)
    finally:
        draft.unlink(missing_ok=True)
        sync_folder(path.parent)


def _name(draft: Path, path: Path) -> bool:
    """Give the draft its name, which fails where the name is taken; a rename would take the other's place."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():
            return False
        os.rename(draft, path)  # under the folder's lock
    return True


def _readable(warehouse: Warehouse, draft: Release, number: int) -> Release | None:
    try:
        return find(warehouse, draft.shop, draft.day, number)
    except DamagedRelease:
        return None


def names_in(folder: Path | str) -> list[str]:
    """What lies in a folder, by name; nothing where there is no such folder."""
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
