"""Notes of runs: which versions a run has set out to make, and for which shop.

    <warehouse>/runs/<shop>/as_of=YYYY-MM-DD/<version of the report>[.trial].json

They say whose a version is that no release names: of a run that is still going, that failed, or that was a trial. A
trial's report is listed by its note. Nothing rests on them, and clean-up takes them by age.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.config.shops.names import is_name
from segmentation.warehouse import release_file, releases
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse, write_whole

RUNS = "runs"
TRIAL = ".trial.json"
OTHER = ".json"


def note(warehouse: Warehouse, draft: Release, trial: bool) -> None:
    """Write down what a run sets out to make. The same run again is noted anew."""
    folder = warehouse.root / RUNS / releases.check_name(draft.shop) / f"as_of={draft.as_of}"
    folder.mkdir(parents=True, exist_ok=True)
    sealed = Release(**{**vars(draft), "seal": ""})
    sealed = Release(**{**vars(sealed), "seal": release_file.seal(sealed)})
    write_whole(folder / f"{draft.versions['report']}{TRIAL if trial else OTHER}", release_file.text_of(sealed))


def shops(warehouse: Warehouse) -> list[str]:
    """The shops that have a note, by name."""
    return sorted(path.name for path in (warehouse.root / RUNS).glob("*") if is_name(path.name))


def every(warehouse: Warehouse, shop: str) -> Iterator[Release]:
    """The notes of a shop; one that cannot be read is left out."""
    for path in sorted((warehouse.root / RUNS / releases.check_name(shop)).glob(f"as_of=*/[!.]*{OTHER}")):
        with suppress(UserError, OSError):
            yield _read(path)


def trials(warehouse: Warehouse, shop: str) -> Iterator[Release]:
    """The notes of a shop's trials; whether their report has come to be is for the caller to see."""
    for path in sorted((warehouse.root / RUNS / releases.check_name(shop)).glob(f"as_of=*/[!.]*{TRIAL}")):
        with suppress(UserError, OSError):
            yield _read(path)


def stale(warehouse: Warehouse, before: datetime) -> list[Path]:
    """The notes of runs that began before then."""
    paths = (warehouse.root / RUNS).glob("*/as_of=*/*")  # with what a killed run has left half written
    return sorted(path for path in paths if path.stat().st_mtime < before.timestamp())


def _read(path: Path) -> Release:
    status = path.stat()
    return releases.remembered(str(path), (status.st_ino, status.st_mtime_ns, status.st_size))
