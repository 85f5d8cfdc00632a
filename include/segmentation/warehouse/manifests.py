"""What a version says of itself: its manifest, its files, and the seal that shows an edit."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from segmentation.common.errors import UserError

MANIFEST = "_manifest.json"
MANIFEST_FORMAT = 1
# The names of datasets and of versions.
DATASET = re.compile(r"[a-z][a-z0-9_]{0,60}")
VERSION = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Manifest:
    """What a published version says of itself.

    rows: of all files together. files: path inside the version -> {rows, bytes, sha256}. inputs: {dataset:
    version}. checks and figures: name -> what was measured. rows_checksum: equal for equal sets of rows, whatever
    their order. seal: a checksum of all the rest, which shows an edited manifest.
    """

    dataset: str
    version: str
    as_of: str | None
    created_at: str
    rows: int
    bytes: int
    columns: dict[str, str]
    files: dict[str, dict[str, Any]]
    inputs: dict[str, str]
    settings: dict[str, Any]
    code: dict[str, Any]
    run_id: str
    rows_checksum: str | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = MANIFEST_FORMAT
    seal: str = ""

    @property
    def as_of_date(self) -> date | None:
        """The as-of date, if the dataset has one."""
        return date.fromisoformat(self.as_of) if self.as_of else None

    @property
    def partitions(self) -> tuple[str, ...]:
        """The columns whose values stand in the names of its folders, and not in its files."""
        parts = [part.partition("=") for part in next(iter(self.files), "").split("/")[:-1]]
        return tuple(column for column, sign, _ in parts if sign)


def parse(text: str | bytes, where: str) -> Manifest:
    """The manifest that a text holds.

    Raises UserError naming `where` if a newer release wrote it; ValueError, TypeError or KeyError if it is none.
    """
    content = json.loads(text)
    if content["format"] > MANIFEST_FORMAT:
        raise UserError(
            f"{where} was written by a newer release of this project (format {content['format']}, "
            f"this one knows {MANIFEST_FORMAT}). Use that release, or another warehouse."
        )
    return Manifest(**content)


def seal(manifest: Manifest) -> str:
    """The checksum of a manifest's content."""
    content = {key: value for key, value in asdict(manifest).items() if key != "seal"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def is_well_formed(manifest: Manifest) -> bool:
    """Whether the fields have their types. A manifest is a file, and anyone may have edited it."""
    try:
        date.fromisoformat(manifest.as_of) if manifest.as_of is not None else None
        datetime.fromisoformat(manifest.created_at)
    except (TypeError, ValueError):
        return False
    return (
        all(isinstance(part, dict) for part in (manifest.files, manifest.inputs, manifest.settings))
        and all(isinstance(text, str) for text in (manifest.dataset, manifest.version, manifest.run_id))
        and all(isinstance(version, str) for version in manifest.inputs.values())
        and all(_is_file_entry(entry) for entry in manifest.files.values())
        and isinstance(manifest.rows, int)
    )


def _is_file_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("bytes"), int)
        and isinstance(entry.get("sha256"), str)
        and isinstance(entry.get("rows"), (int, type(None)))
    )


def describe_files(
    folder: Path, paths: list[Path], known: Mapping[str, dict[str, Any]] = MappingProxyType({})
) -> dict[str, dict[str, Any]]:
    """Bytes, sha256 and, for Parquet, rows of files, by their path inside `folder`. Flushes them to disk.

    known: bytes and sha256 of files that were summed while they were written, by the same paths; the others are read.
    """
    described = {}
    for path in sorted(paths):
        entry: dict[str, Any] = {"bytes": path.stat().st_size}
        told = known.get(path.relative_to(folder).as_posix(), {})
        with open(path, "rb") as file:
            is_told = told.get("bytes") == entry["bytes"]
            entry["sha256"] = told["sha256"] if is_told else hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        if path.suffix == ".parquet":
            import pyarrow.parquet

            entry["rows"] = pyarrow.parquet.read_metadata(path).num_rows
        described[path.relative_to(folder).as_posix()] = entry
    return described


def data_files(folder: Path) -> list[Path]:
    """The files of a version or attempt: all but hidden ones and the manifest."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part[0] in "._" for part in path.relative_to(folder).parts)
    ]
