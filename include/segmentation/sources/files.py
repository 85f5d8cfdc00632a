"""The source `files`: two files of the user's, plain or packed."""

import fcntl
import gzip
import os
import shutil
import zlib
from pathlib import Path
from typing import IO, Any

from segmentation.errors import UserError
from segmentation.given import given_by, path_of
from segmentation.kinds import is_address
from segmentation.quoting import cut, listed, quoted
from segmentation.settings import Settings
from segmentation.sources.addresses import Addresses
from segmentation.sources.allowed import check_allowed
from segmentation.sources.resolved import REVIEWS_FOLDER, Resolved, Surroundings, file_names

COMPRESSIONS = ("", ".gz", ".zst")
# Lines of reviews are packed 3 to 20 times. A file of zeros packs 1,000 times as gzip, and any number as zstd.
MOST_TIMES, SMALL_UNPACKED = 200, 1_000_000_000


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The files that `files_path` names. Reads them for their checksums, unless they are known."""
    report = surroundings.report
    with given_by("files_path"):
        if is_address(settings.files_path):
            found = _brought(str(settings.files_path), settings.category, surroundings.addresses("files_path"))
        else:
            found = _find_files(str(settings.files_path), settings.category)
    listing = {}
    for kind, path in found.items():
        with given_by("files_path", path):
            size = path.stat().st_size
            report(f"checksum of {path} ({size:,} bytes)")
            listing[kind] = {
                "bytes": size,
                "sha256": surroundings.sha256(path),
                "compression": path.suffix if path.suffix in COMPRESSIONS else "",
            }

    def bring(folder: Path) -> None:
        for kind, path in found.items():
            target = folder / file_names(settings.category)[kind]
            target.parent.mkdir(parents=True, exist_ok=True)
            report(f"bringing {path}")
            with given_by("files_path", path):
                _bring_file(path, target)

    def check(brought: dict[str, dict[str, Any]]) -> None:
        """A file that is being written while it is fetched must not become a version."""
        expected = {entry["sha256"] for entry in listing.values() if not entry["compression"]}
        if not expected <= {entry["sha256"] for entry in brought.values()}:
            raise UserError("Param files_path: a file changed while it was read. Run again when it is complete.")

    return Resolved({"source": "files", "category": settings.category, "files": listing}, bring, check)


def _find_files(files_path: str, category: str) -> dict[str, Path]:
    if "," in files_path:
        parts = files_path.split(",")
        if len(parts) != 2:
            raise UserError(
                f"Param files_path: {quoted(files_path)} names {len(parts)} files. Allowed: REVIEWS,PRODUCTS."
            )
        names = [path_of(part.strip()) for part in parts]
        found = {"reviews": names[0], "products": names[1]}
    else:
        folder = path_of(files_path)
        check_allowed("files_path", folder)
        if not os.path.isdir(folder):  # unlike Path.is_dir, it never raises
            raise UserError(f"Param files_path: there is no folder {cut(folder)}.")
        found = {}
        for kind, name in file_names(category).items():
            candidates = [folder / f"{name}{ending}" for ending in COMPRESSIONS]
            there = next((path for path in candidates if os.path.isfile(path)), None)
            if there is None:
                raise UserError(
                    f"Param files_path: {cut(folder)} has no {kind} file of category {category}; expected {name}, "
                    f"plain, .gz or .zst. Categories found there: {listed(_categories_in(folder)) or 'none'}."
                )
            found[kind] = there
    for kind, path in found.items():
        check_allowed("files_path", path)
        if not os.path.isfile(path):
            raise UserError(f"Param files_path: the {kind} file {cut(path)} does not exist or is not a file.")
    return {kind: Path(os.path.realpath(path)) for kind, path in found.items()}


def _brought(files_path: str, category: str, addresses: Addresses) -> dict[str, Path]:
    """The two files of an address, on this machine."""
    if "," in files_path:
        parts = [part.strip() for part in files_path.split(",")]
        if len(parts) != 2:
            raise UserError(
                f"Param files_path: {quoted(files_path)} names {len(parts)} files. Allowed: REVIEWS,PRODUCTS."
            )
        named = {"reviews": parts[0], "products": parts[1]}
    else:
        # The endings are a pattern, so that one look finds what there is of them.
        named = {kind: f"{files_path.rstrip('/')}/{name}*" for kind, name in file_names(category).items()}
    found = {}
    for kind, address in named.items():
        wanted = {f"{address.removesuffix('*')}{ending}" for ending in COMPRESSIONS}
        there = [one for one in addresses.found(address) if address[-1] != "*" or one.address in wanted]
        if len(there) != 1:
            raise UserError(
                f"Param files_path: {cut(address)} has {len(there)} {kind} files of category {category}; expected one, "
                "plain, .gz or .zst."
            )
        found[kind] = there[0]
    return {kind: addresses.bring(one) for kind, one in found.items()}


def _categories_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder / REVIEWS_FOLDER) as entries:
            return sorted({entry.name.split(".jsonl")[0] for entry in entries if ".jsonl" in entry.name})
    except OSError:
        return []


def _bring_file(path: Path, target: Path) -> None:
    """Put a file into the warehouse, unpacked: Spark could not split a packed one among its tasks."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as packed, open(target, "wb") as plain:
                unpack(packed, plain, path)
        elif path.suffix == ".zst":
            import pyarrow

            with pyarrow.input_stream(str(path), compression="zstd") as packed, open(target, "wb") as plain:
                unpack(packed, plain, path)
        else:
            copy_file(path, target)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None
    except OSError as error:
        if path.suffix not in (".gz", ".zst") or error.errno is not None:
            raise
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None


def unpack(packed: Any, plain: IO[bytes], path: Path) -> None:
    """Copy what a packed file holds. Raises UserError as soon as it is more than a file of its size should hold."""
    most, written = max(SMALL_UNPACKED, MOST_TIMES * path.stat().st_size), 0
    while block := packed.read(1 << 20):
        written += len(block)
        if written > most:
            raise UserError(
                f"Param files_path: {cut(path)} unpacks to more than {most:,} bytes, which is {MOST_TIMES} times its "
                "size, or 1 GB. If that is right, unpack it yourself and give the plain file."
            )
        plain.write(block)


def copy_file(path: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can. Not a hard link: its owner may edit the original."""
    clone = 0x40049409  # FICLONE of Linux
    with open(path, "rb") as original, open(target, "wb") as copy:
        try:
            fcntl.ioctl(copy, clone, original.fileno())
        except OSError:
            shutil.copyfileobj(original, copy, 1 << 24)
