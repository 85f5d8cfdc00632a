"""The sources: resolve one to an immutable source version and bring its files into the warehouse.

A source version is a version like any other, of the dataset `source`. Its files lie at
`raw/review_categories/<Category>.jsonl` and `raw/meta_categories/meta_<Category>.jsonl`, plain JSON lines.
"""

import fcntl
import gzip
import hashlib
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from segmentation.code_version import code_version
from segmentation.errors import UserError
from segmentation.paths import PROJECT
from segmentation.plan import fingerprint, text_hash
from segmentation.settings import Settings
from segmentation.versions import Manifest, Warehouse, data_files, describe_files

REVIEWS_FOLDER = "raw/review_categories"
PRODUCTS_FOLDER = "raw/meta_categories"
DEMO_SEED = 20230913
DEMO_CODE = tuple(
    sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "include/segmentation/demo").glob("*.py"))
)
COMPRESSIONS = ("", ".gz", ".zst")


@dataclass(frozen=True)
class Resolved:
    """A source before it is fetched: what identifies it, and how to bring its files into a folder."""

    identity: dict[str, Any]
    bring: Callable[[Path], None]


def fetch(settings: Settings, warehouse: Warehouse, run_id: str, report: Callable[[str], None] = print) -> Manifest:
    """Bring the run's source into the warehouse and return its manifest.

    If the source version stands already, nothing is copied. `report` takes lines for the log.
    Raises UserError naming the param or file that is wrong.
    """
    resolved = RESOLVERS[settings.source](settings, report)
    version = fingerprint({"dataset": "source", **resolved.identity})
    with warehouse.building("source", version, None):
        standing = warehouse.find("source", version, None)
        if standing and not settings.force:
            report(f"source version {version} stands")
            return standing
        attempt = warehouse.attempt("source", version, None)
        try:
            resolved.bring(attempt.folder)
            files = describe_files(attempt.folder, data_files(attempt.folder))
            _check_unchanged(files, resolved.identity)
            manifest = Manifest(
                dataset="source",
                version=version,
                as_of=None,
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                rows=len(files),
                bytes=sum(file["bytes"] for file in files.values()),
                columns={},
                files=files,
                inputs={},
                settings=resolved.identity,
                code={"version": code_version()},
                run_id=run_id,
            )
            return warehouse.publish(attempt, manifest, replace=settings.force)
        finally:
            shutil.rmtree(attempt.folder, ignore_errors=True)


def raw_files(warehouse: Warehouse, source_version: str) -> dict[str, list[Path]]:
    """The raw files of a source version: {"reviews": [...], "products": [...]}."""
    manifest = warehouse.get("source", source_version, None)
    folder = warehouse.place("source", source_version, None)
    kinds = {"reviews": REVIEWS_FOLDER, "products": PRODUCTS_FOLDER}
    return {
        kind: [folder / path for path in manifest.files if path.startswith(prefix)] for kind, prefix in kinds.items()
    }


def _file_names(category: str) -> dict[str, str]:
    return {
        "reviews": f"{REVIEWS_FOLDER}/{category}.jsonl",
        "products": f"{PRODUCTS_FOLDER}/meta_{category}.jsonl",
    }


def _resolve_demo(settings: Settings, report: Callable[[str], None]) -> Resolved:
    def bring(folder: Path) -> None:
        from segmentation import demo

        demo.generate(folder, category=settings.category, reviews=settings.demo_reviews, seed=DEMO_SEED, report=report)

    identity = {
        "source": "demo",
        "category": settings.category,
        "reviews": settings.demo_reviews,
        "seed": DEMO_SEED,
        "code": {path: text_hash(PROJECT / path) for path in DEMO_CODE},
    }
    return Resolved(identity, bring)


def _resolve_files(settings: Settings, report: Callable[[str], None]) -> Resolved:
    found = _find_files(str(settings.files_path), settings.category)
    listing = {}
    for kind, path in found.items():
        report(f"checksum of {path} ({path.stat().st_size:,} bytes)")
        with open(path, "rb") as file:
            listing[kind] = {
                "bytes": path.stat().st_size,
                "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
                "compression": path.suffix if path.suffix in COMPRESSIONS else "",
            }

    def bring(folder: Path) -> None:
        for kind, path in found.items():
            target = folder / _file_names(settings.category)[kind]
            target.parent.mkdir(parents=True, exist_ok=True)
            report(f"bringing {path}")
            _bring_file(path, target)

    return Resolved({"source": "files", "category": settings.category, "files": listing}, bring)


def _find_files(files_path: str, category: str) -> dict[str, Path]:
    if "," in files_path:
        names = [Path(part.strip()).expanduser() for part in files_path.split(",")]
        if len(names) != 2:
            raise UserError(f"Param files_path: {files_path!r} names {len(names)} files. Allowed: REVIEWS,PRODUCTS.")
        found: dict[str, Path | None] = {"reviews": names[0], "products": names[1]}
    else:
        folder = Path(files_path).expanduser()
        if not folder.is_dir():
            raise UserError(f"Param files_path: there is no folder {folder}.")
        found = {}
        for kind, name in _file_names(category).items():
            candidates = [folder / f"{name}{ending}" for ending in COMPRESSIONS]
            found[kind] = next((path for path in candidates if path.is_file()), None)
            if found[kind] is None:
                raise UserError(
                    f"Param files_path: {folder} has no {kind} file of category {category}; expected {name}, plain, "
                    f".gz or .zst. Categories found there: {', '.join(_categories_in(folder)) or 'none'}."
                )
    for kind, path in found.items():
        if path is None or not path.is_file():
            raise UserError(f"Param files_path: the {kind} file {path} does not exist or is not a file.")
    return {kind: path.resolve() for kind, path in found.items() if path}


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
            _copy(path, target)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None
    except OSError as error:
        if path.suffix not in (".gz", ".zst") or error.errno is not None:
            raise
        raise UserError(f"Param files_path: {path} cannot be unpacked: {error}.") from None


def _copy(path: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can. Not a hard link: its owner may edit the original."""
    clone = 0x40049409  # FICLONE of Linux
    with open(path, "rb") as original, open(target, "wb") as copy:
        try:
            fcntl.ioctl(copy, clone, original.fileno())
        except OSError:
            shutil.copyfileobj(original, copy, 1 << 24)


def _check_unchanged(files: dict[str, dict[str, Any]], identity: dict[str, Any]) -> None:
    """A file that is being written while it is fetched must not become a version."""
    expected = {entry["sha256"] for entry in identity.get("files", {}).values() if not entry["compression"]}
    got = {entry["sha256"] for entry in files.values()}
    if not expected <= got:
        raise UserError("Param files_path: a file changed while it was read. Run again when it is complete.")


def _resolve_huggingface(settings: Settings, report: Callable[[str], None]) -> Resolved:
    raise UserError(
        "Param source: 'huggingface' is not available in this release. Download the category's two files from the "
        "dataset McAuley-Lab/Amazon-Reviews-2023 and run with source 'files' and files_path set to their folder."
    )


RESOLVERS: dict[str, Callable[[Settings, Callable[[str], None]], Resolved]] = {
    "demo": _resolve_demo,
    "files": _resolve_files,
    "huggingface": _resolve_huggingface,
}
