"""The files of a report that one can download: its lists of customers, and its charts and text."""

from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote

from segmentation.warehouse.manifests import Manifest

TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Export:
    """One list in all its formats: (ending, file name, bytes)."""

    name: str
    rows: int | None
    formats: tuple[tuple[str, str, int], ...]


def lists(exports: Manifest | None) -> list[Export]:
    """The lists of an exports version by name. `champions.csv` and `champions.parquet` are one list."""
    if exports is None:
        return []
    by_name: dict[str, list[str]] = {}
    for name in sorted(exports.files):
        by_name.setdefault(str(PurePosixPath(name).with_suffix("")), []).append(name)
    return [_export(stem, names, exports) for stem, names in by_name.items()]


def _export(stem: str, names: list[str], exports: Manifest) -> Export:
    rows = next((rows for name in names if (rows := exports.files[name].get("rows")) is not None), None)
    return Export(stem, rows, tuple((_ending(name), name, exports.files[name]["bytes"]) for name in names))


def _ending(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lstrip(".")
    return {"csv": "CSV", "parquet": "Parquet"}.get(suffix, suffix or "file")


def media_type(name: str) -> str:
    """What a download is sent as. Nothing that a browser would run."""
    return TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")


def disposition(name: str, as_of: date, shop: str) -> str:
    """The header that makes a browser keep the file, with the shop and the month in its name."""
    saved = "-".join(filter(None, [shop, str(as_of), PurePosixPath(name).name]))
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in saved)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(saved, safe='')}"
