"""The files that `files_path` names for the source `orders`, and their texts. CSV has many endings, may be packed."""

import codecs
import glob
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut
from segmentation.config.allowed import check_allowed
from segmentation.config.kinds import is_address
from segmentation.config.user_input import Unreadable, path_of
from segmentation.sources.addresses import Addresses

CSV, PARQUET = ("csv", "parquet")
ENDINGS = {".csv": CSV, ".csv.gz": CSV, ".tsv": CSV, ".tsv.gz": CSV, ".txt": CSV, ".txt.gz": CSV, ".parquet": PARQUET}
CHUNK = 1 << 20
# No line of a shop is longer; one that is comes of a file that is no CSV, or whose line ends are lost.
LONGEST_LINE = 1 << 24
# Orders pack to a tenth or a thirtieth. What unpacks to so many times its size is made to fill a disk.
MOST_UNPACKED, RATIO_FROM = 250, 1 << 28
# What a program packs of nothing is no larger, its file's name included.
MOST_OF_NOTHING = 400
_FOLDER = re.compile(r"([^/=]+)=([^/]*)")


@dataclass(frozen=True)
class OrderFile:
    """A file of the user's. name: what it is called in the version. folder: column -> what its folder says. address:
    where it came from, if not from this machine.
    """

    name: str
    path: Path
    format: str
    folder: dict[str, str] = field(default_factory=dict)
    address: str | None = None

    @property
    def shown(self) -> str | Path:
        """What messages call it."""
        return self.address or self.path


def find_files(files_path: str, addresses: Addresses | None = None) -> list[OrderFile]:
    """The files in the order of their paths. Raises UserError where there is none, or one of no known kind.

    addresses: brings what lies elsewhere.
    """
    if is_address(files_path):
        if addresses is None:
            raise UserError(f"Param files_path: {cut(files_path)} is an address, which only a run can look at.")
        return _brought(files_path, addresses)
    try:
        path = path_of(files_path)
    except Unreadable as error:
        raise UserError(f"Param files_path: {error}.") from None
    check_allowed("files_path", path)
    if path.is_file():
        paths = [path]
    elif path.is_dir():
        paths = [one for one in _below(path) if _format(one.name)]
    else:
        paths = [Path(one) for one in glob.glob(str(path), recursive=True)]
    # Hidden files are what other programs leave while they write.
    paths = sorted(one for one in paths if one.is_file() and (one == path or one.name[0] not in "._"))
    for one in paths:
        check_allowed("files_path", one)
    _check_kinds(cut(path), paths)
    names = _names([one.resolve() for one in paths])
    return [
        OrderFile(name, one.resolve(), str(_format(one.name)), _folder(one))
        for name, one in zip(names, paths, strict=True)
    ]


def _brought(address: str, addresses: Addresses) -> list[OrderFile]:
    """The files at an address, on this machine."""
    found = addresses.found(address)
    places = [Path(one.place.partition("?")[0]) for one in found]
    if len(found) > 1:
        # A folder holds other things, too.
        found = [one for one, place in zip(found, places, strict=True) if _format(place.name)]
        places = [place for place in places if _format(place.name)]
    _check_kinds(cut(address), places)
    return [
        OrderFile(name, addresses.bring(one), str(_format(place.name)), _folder(place), one.address)
        for name, one, place in zip(_names(places), found, places, strict=True)
    ]


def _check_kinds(shown: str, paths: list[Path]) -> None:
    if not paths:
        raise UserError(f"Param files_path: there is no file at {shown}; expected {', '.join(ENDINGS)}.")
    odd = next((one for one in paths if not _format(one.name)), None)
    if odd:
        hint = " Save the sheet as CSV." if odd.suffix.lower() in (".xls", ".xlsx", ".ods") else ""
        raise UserError(
            f"Param files_path: {cut(odd)} is of no kind that can be read; expected {', '.join(ENDINGS)}.{hint}"
        )
    if len({_format(one.name) for one in paths}) > 1:
        raise UserError(f"Param files_path: {shown} has CSV and Parquet files. Give files of one kind only.")


def _below(folder: Path) -> Iterator[Path]:
    """The files of a folder, and of those of its folders that name a column, such as day=2023-06-01."""
    for one in os.scandir(folder):
        if one.is_dir():
            if _FOLDER.fullmatch(one.name):
                yield from _below(Path(one.path))
        else:
            yield Path(one.path)


def _folder(path: Path) -> dict[str, str]:
    from urllib.parse import unquote

    return {unquote(match[1]): unquote(match[2]) for part in path.parts[:-1] if (match := _FOLDER.fullmatch(part))}


def _format(name: str) -> str | None:
    return next((kind for ending, kind in ENDINGS.items() if name.lower().endswith(ending)), None)


def _names(paths: list[Path]) -> list[str]:
    """The files' names without signs that programs take for something else; with a number where another has it."""
    names: list[str] = []
    taken: set[str] = set()
    used: dict[str, int] = {}
    for path in paths:
        plain = re.sub(r"[^\w.-]", "_", re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE))
        stem, _, ending = plain.lstrip("._").rpartition(".")
        number, name = used.get(plain, 0), ""
        while not name or name in taken:
            name, number = f"{stem or 'file'}{f'-{number}' if number else ''}.{ending}", number + 1
        used[plain] = number
        taken.add(name)
        names.append(name)
    return names


def is_empty(file: OrderFile) -> bool:
    """Whether a file has no bytes, packed or not, as the parts that a program writes for nothing."""
    size = file.path.stat().st_size
    if size == 0 or not file.path.name.lower().endswith(".gz") or size > MOST_OF_NOTHING:
        return size == 0
    try:
        with gzip.open(file.path, "rb") as packed:
            return not packed.read(1)
    except (OSError, zlib.error, EOFError):  # reading it will say so
        return False


@contextmanager
def opened(given: OrderFile, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The text of a CSV file; what is wrong with the file becomes a sentence."""
    path, shown = given.path, cut(given.shown)
    # A byte order mark is no part of the first column's name.
    encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    packed = path.name.lower().endswith(".gz")
    try:
        with (
            gzip.open(path, "rb") if packed else open(path, "rb") as raw,
            io.TextIOWrapper(raw, encoding=encoding, newline="") as file,
        ):
            yield file
    except UnicodeError as error:
        raise UserError(
            f"Param orders_mapping: encoding is {encoding.removesuffix('-sig')!r}, but {shown} is not written in "
            f"it ({getattr(error, 'reason', error)})."
        ) from None
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UserError(f"Param files_path: {shown} cannot be unpacked: {error}.") from None
    except PermissionError:
        raise UserError(f"Param files_path: {shown} may not be read by this user ({os.getuid()}).") from None


def bring_csv(file: OrderFile, target: Path, encoding: str) -> None:
    """Bring a CSV file unpacked and as UTF-8; each byte is read, so that damage shows here."""
    packed = file.path.stat().st_size if file.path.name.lower().endswith(".gz") else None

    written = since = 0
    with opened(file, encoding) as text, open(target, "w", encoding="utf-8", newline="") as plain:
        while part := text.read(CHUNK):
            end = max(part.rfind("\n"), part.rfind("\r"))
            since = since + len(part) if end < 0 else len(part) - end
            written += len(part)
            if since > LONGEST_LINE:
                raise _too_long(file.shown)
            if packed is not None and written > max(RATIO_FROM, MOST_UNPACKED * packed):
                raise UserError(
                    f"Param files_path: {cut(file.shown)} unpacks to more than {MOST_UNPACKED} times its size, which "
                    "no orders do. Unpack it yourself if it is right."
                )
            plain.write(part)


def _too_long(path: str | Path) -> UserError:
    return UserError(
        f"Param files_path: {cut(path)} has a line of more than {LONGEST_LINE:,} characters, so it is no CSV file, or "
        "its line ends are lost."
    )
