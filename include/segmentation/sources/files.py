"""The source `files`: two files of the user's, plain or packed."""

import fcntl
import gzip
import shutil
import zlib
from pathlib import Path
from typing import Any

from segmentation.errors import UserError
from segmentation.settings import Settings
from segmentation.sources.allowed import check_allowed
from segmentation.sources.resolved import REVIEWS_FOLDER, Resolved, Surroundings, file_names

COMPRESSIONS = ("", ".gz", ".zst")


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The files that `files_path` names. Reads them for their checksums, unless they are known."""
    report = surroundings.report
    found = _find_files(str(settings.files_path), settings.category)
    listing = {}
    for kind, path in found.items():
        report(f"checksum of {path} ({path.stat().st_size:,} bytes)")
        listing[kind] = {
            "bytes": path.stat().st_size,
            "sha256": surroundings.sha256(path),
            "compression": path.suffix if path.suffix in COMPRESSIONS else "",
        }

    def bring(folder: Path) -> None:
        for kind, path in found.items():
            target = folder / file_names(settings.category)[kind]
            target.parent.mkdir(parents=True, exist_ok=True)
            report(f"bringing {path}")
            _bring_file(path, target)

    def check(brought: dict[str, dict[str, Any]]) -> None:
        """A file that is being written while it is fetched must not become a version."""
        expected = {entry["sha256"] for entry in listing.values() if not entry["compression"]}
        if not expected <= {entry["sha256"] for entry in brought.values()}:
            raise UserError("Param files_path: a file changed while it was read. Run again when it is complete.")

    return Resolved({"source": "files", "category": settings.category, "files": listing}, bring, check)


def _find_files(files_path: str, category: str) -> dict[str, Path]:
    if "," in files_path:
        names = [Path(part.strip()).expanduser() for part in files_path.split(",")]
        if len(names) != 2:
            raise UserError(f"Param files_path: {files_path!r} names {len(names)} files. Allowed: REVIEWS,PRODUCTS.")
        found = {"reviews": names[0], "products": names[1]}
    else:
        folder = Path(files_path).expanduser()
        check_allowed("files_path", folder)
        if not folder.is_dir():
            raise UserError(f"Param files_path: there is no folder {folder}.")
        found = {}
        for kind, name in file_names(category).items():
            candidates = [folder / f"{name}{ending}" for ending in COMPRESSIONS]
            there = next((path for path in candidates if path.is_file()), None)
            if there is None:
                raise UserError(
                    f"Param files_path: {folder} has no {kind} file of category {category}; expected {name}, plain, "
                    f".gz or .zst. Categories found there: {', '.join(_categories_in(folder)) or 'none'}."
                )
            found[kind] = there
    for kind, path in found.items():
        check_allowed("files_path", path)
        if not path.is_file():
            raise UserError(f"Param files_path: the {kind} file {path} does not exist or is not a file.")
    return {kind: path.resolve() for kind, path in found.items()}


def _categories_in(folder: Path) -> list[str]:
    return sorted({path.name.split(".jsonl")[0] for path in (folder / REVIEWS_FOLDER).glob("*.jsonl*")})


def _bring_file(path: Path, target: Path) -> None:
    """Put a file into the warehouse, unpacked: Spark could not split a packed one among its tasks."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as packed, open(target, "wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
        elif path.suffix == ".zst":
            import pyarrow

            with pyarrow.input_stream(str(path), compression="zstd") as packed, open(target, "wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
        else:
            copy_file(path, target)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None
    except OSError as error:
        if path.suffix not in (".gz", ".zst") or error.errno is not None:
            raise
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None


def copy_file(path: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can. Not a hard link: its owner may edit the original."""
    clone = 0x40049409  # FICLONE of Linux
    with open(path, "rb") as original, open(target, "wb") as copy:
        try:
            fcntl.ioctl(copy, clone, original.fileno())
        except OSError:
            shutil.copyfileobj(original, copy, 1 << 24)
