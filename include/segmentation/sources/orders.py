"""The source `orders`: CSV or Parquet files of a shop's own orders, and the mapping that says what they hold.

In a source version the files lie in `raw/orders`. CSV is brought unpacked and as UTF-8, so that Spark reads one kind.
"""

import codecs
import csv
import glob
import gzip
import io
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from segmentation.errors import UserError
from segmentation.settings import Settings
from segmentation.sources.allowed import check_allowed
from segmentation.sources.checksums import sha256
from segmentation.sources.files import copy_file
from segmentation.sources.orders_mapping import read_mapping
from segmentation.sources.resolved import ORDERS_FOLDER, Resolved, Surroundings

CSV, PARQUET = ("csv", "parquet")
ENDINGS = {".csv": CSV, ".csv.gz": CSV, ".parquet": PARQUET}
CHUNK = 1 << 20


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The files that `files_path` names, under the mapping. Reads them for their checksums, unless they are known."""
    mapping = read_mapping(str(settings.orders_mapping))
    found = _find_files(str(settings.files_path))
    listing: dict[str, dict[str, Any]] = {}
    for name, path in found.items():
        surroundings.report(f"checksum of {path} ({path.stat().st_size:,} bytes)")
        header = _parquet_header(path) if _format(path) == PARQUET else _csv_header(path, mapping)
        _check_columns(path, header["columns"], mapping)
        listing[name] = {"bytes": path.stat().st_size, "sha256": surroundings.sha256(path), **header}

    def bring(folder: Path) -> None:
        for name, path in found.items():
            target = folder / ORDERS_FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            surroundings.report(f"bringing {path}")
            if _format(path) == PARQUET:
                copy_file(path, target)
            else:
                _bring_csv(path, target, mapping["encoding"])

    def check(_: dict[str, dict[str, Any]]) -> None:
        """A file that is being written while it is fetched must not become a version."""
        for name, path in found.items():
            if sha256(path) != listing[name]["sha256"]:
                raise UserError(f"Param files_path: {path} changed while it was read. Run again when it is complete.")

    return Resolved({"source": "orders", "mapping": mapping, "files": listing}, bring, check)


def _format(path: Path) -> str | None:
    return next((kind for ending, kind in ENDINGS.items() if path.name.lower().endswith(ending)), None)


def _find_files(files_path: str) -> dict[str, Path]:
    """The files by the names they get in the version, in the order of their paths."""
    path = Path(files_path).expanduser()
    check_allowed("files_path", path)
    if path.is_file():
        paths = [path]
    elif path.is_dir():
        paths = [one for one in path.iterdir() if _format(one)]
    else:
        paths = [Path(one) for one in glob.glob(str(path), recursive=True)]
    # Hidden files are what other programs leave while they write.
    paths = sorted(one.resolve() for one in paths if one.is_file() and (one == path or one.name[0] not in "._"))
    for one in paths:
        check_allowed("files_path", one)
    if not paths:
        raise UserError(f"Param files_path: there is no file at {path}; expected {', '.join(ENDINGS)}.")
    odd = [one for one in paths if not _format(one)]
    if odd:
        raise UserError(f"Param files_path: {odd[0]} is of no kind that can be read; expected {', '.join(ENDINGS)}.")
    if len({_format(one) for one in paths}) > 1:
        raise UserError(f"Param files_path: {path} has CSV and Parquet files. Give files of one kind only.")
    named: dict[str, Path] = {}
    for one in paths:
        named[_free_name(one, named)] = one
    return named


def _free_name(path: Path, taken: dict[str, Path]) -> str:
    """The file's name without signs that Spark takes for something else; with a number where another has it."""
    plain = re.sub(r"[^\w.-]", "_", re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE))
    stem, _, ending = plain.lstrip("._").rpartition(".")
    numbered = (f"{stem or 'file'}{f'-{number}' if number else ''}.{ending}" for number in range(len(taken) + 1))
    return next(name for name in numbered if name not in taken)


def _check_columns(path: Path, columns: list[str], mapping: dict[str, Any]) -> None:
    for key, name in mapping["columns"].items():
        if columns.count(name) != 1:
            there = "no column" if name not in columns else "more than one column"
            raise UserError(
                f"Param orders_mapping: {key} is {name!r}, but {path} has {there} of that name; it has "
                f"{', '.join(map(repr, columns)) or 'none'}."
            )


def _parquet_header(path: Path) -> dict[str, list[str]]:
    """The columns of a Parquet file and their types."""
    import pyarrow
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.read_schema(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"Param files_path: {path} cannot be read as Parquet: {str(error).splitlines()[0]}") from None
    return {"columns": list(schema.names), "types": [str(kind) for kind in schema.types]}


def _csv_header(path: Path, mapping: dict[str, Any]) -> dict[str, list[str]]:
    """The columns that the first line of a CSV file names; they are all texts, so no types."""

    def read(file: io.TextIOBase) -> list[str]:
        return next(csv.reader(file, delimiter=mapping["delimiter"]), [])

    columns = _reading(path, mapping["encoding"], read)
    if not columns:
        raise UserError(f"Param files_path: {path} has no header; its first line has to name the columns.")
    return {"columns": columns, "types": []}


def _bring_csv(path: Path, target: Path, encoding: str) -> None:
    """Bring a CSV file unpacked and as UTF-8; each byte is read, so that damage shows here."""

    def copy(file: io.TextIOBase) -> None:
        with open(target, "w", encoding="utf-8", newline="") as plain:
            while text := file.read(CHUNK):
                plain.write(text)

    _reading(path, encoding, copy)


def _reading(path: Path, encoding: str, work: Callable[[io.TextIOBase], Any]) -> Any:
    """Do some work on the text of a file; what is wrong with the file becomes a sentence."""
    # A byte order mark is no part of the first column's name.
    encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    packed = path.name.lower().endswith(".gz")
    try:
        with (
            gzip.open(path, "rb") if packed else open(path, "rb") as raw,
            io.TextIOWrapper(raw, encoding=encoding, newline="") as file,
        ):
            return work(file)
    except UnicodeError as error:
        raise UserError(
            f"Param orders_mapping: encoding is {encoding.removesuffix('-sig')!r}, but {path} is not written in it "
            f"({getattr(error, 'reason', error)})."
        ) from None
    except csv.Error as error:
        raise UserError(f"Param files_path: the header of {path} cannot be read: {error}.") from None
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None
    except PermissionError:
        raise UserError(f"Param files_path: {path} may not be read by this user ({os.getuid()}).") from None
