"""Look after a warehouse: what a version rests on, whether it is whole, what is no longer needed."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.planning.datasets import STAGE_OF
from segmentation.warehouse import releases, runs
from segmentation.warehouse.holes import outputs_first, walk
from segmentation.warehouse.landing import Landing
from segmentation.warehouse.machine_failures import check_clock
from segmentation.warehouse.manifests import MANIFEST, Manifest, data_files, describe_files, seal
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.releases import RELEASES
from segmentation.warehouse.versions import ATTEMPTS, Warehouse

KEEP_RELEASES = 3


def all_versions(warehouse: Warehouse) -> Iterator[Path]:
    """The folders of all published versions."""
    for name in STAGE_OF:
        for pattern in (f"version=*/{MANIFEST}", f"as_of=*/version=*/{MANIFEST}"):
            yield from sorted(path.parent for path in (warehouse.root / name).glob(pattern))


def manifest_at(warehouse: Warehouse, folder: Path) -> Manifest:
    """The manifest of a version's folder."""
    name = folder.relative_to(warehouse.root).parts[0]
    return warehouse.get(name, folder.name.removeprefix("version="), as_of_of(folder))


def as_of_of(folder: Path) -> date | None:
    """The as-of date in a version's path, if it has one."""
    text = folder.parent.name
    return date.fromisoformat(text.removeprefix("as_of=")) if text.startswith("as_of=") else None


def released_versions(warehouse: Warehouse, kept: Iterable[Release]) -> list[Manifest]:
    """The versions that releases name, each once. Raises UserError naming one that is gone."""
    found = [one for release in kept for one in releases.manifests(warehouse, release)]
    return list({warehouse.place_of(one): one for one in found}.values())


def reachable(warehouse: Warehouse, roots: list[Manifest]) -> dict[Path, Manifest]:
    """The versions that `roots` rest on, themselves included, by folder. Raises UserError if one is gone."""
    found, holes = walk(warehouse, roots)
    if holes:
        raise UserError(holes[0])
    return found


def holes(warehouse: Warehouse) -> list[str]:
    """A sentence for each input of any version that is gone, as a removal leaves them that was stopped."""
    return walk(warehouse, [manifest_at(warehouse, folder) for folder in all_versions(warehouse)])[1]


def verify(warehouse: Warehouse, shop: str | None = None) -> tuple[int, list[str]]:
    """Read every version that the releases (of a shop) reach against its manifest: how many, and what is wrong.

    Without a shop, an input that is gone is told wherever it is missing.
    """
    roots: list[Manifest] = []
    wrong = []
    for name, as_of, number in releases.places(warehouse, shop):
        try:
            one = releases.find(warehouse, name, as_of, number)
            roots += releases.manifests(warehouse, one) if one else []
        except UserError as error:
            wrong.append(str(error))
    versions, gone = walk(warehouse, roots)
    wrong += [fault for folder, one in versions.items() for fault in faults(folder, one)]
    return len(versions), wrong + (gone if shop else holes(warehouse))


def faults(folder: Path, manifest: Manifest) -> list[str]:
    """What differs between a version's files and its manifest, a sentence each."""
    wrong = [] if manifest.seal == seal(manifest) else [f"{folder / MANIFEST} was edited after it was published"]
    present = {path.relative_to(folder).as_posix(): path for path in data_files(folder)}
    wrong += [f"{folder / name} is missing" for name in manifest.files if name not in present]
    wrong += [f"{folder / name} does not belong to the version" for name in present if name not in manifest.files]
    for name in sorted(set(present) & set(manifest.files)):
        said = manifest.files[name]
        if present[name].stat().st_size != said["bytes"]:
            wrong.append(f"{present[name]} has {present[name].stat().st_size} bytes instead of {said['bytes']}")
            continue
        try:
            (found,) = describe_files(folder, [present[name]]).values()
        except (OSError, ValueError) as error:  # pyarrow's errors are ValueErrors
            wrong.append(f"{present[name]} cannot be read: {error}")
            continue
        if found["sha256"] != said["sha256"]:
            wrong.append(f"{present[name]} has other bytes than were published")
        elif found.get("rows") != said.get("rows"):
            wrong.append(f"{present[name]} has {found.get('rows')} rows instead of {said.get('rows')}")
    return wrong


@dataclass(frozen=True)
class Unneeded:
    """A version that no release reaches and nothing that stays was made from, a release that later ones have replaced,
    or what a download, a run or a task has left.
    """

    folder: Path
    bytes: int


def unneeded(warehouse: Warehouse, days: int, keep: int = KEEP_RELEASES, now: datetime | None = None) -> list[Unneeded]:
    """The versions that may go: not reached by a release, and neither made nor used for `days` days.

    Of each month of a shop the last `keep` releases stay; an earlier one goes, before its versions, once it is older
    than `days` days. What a version that stays was made from stays too. Downloads that nobody has continued for `days`
    days may go, and unfinished work whose process is dead may go at once.
    """
    now = now or datetime.now(UTC)
    edge = now - timedelta(days=days)
    folders = {folder: manifest_at(warehouse, folder) for folder in all_versions(warehouse)}
    # By a wrong clock no age can be told.
    check_clock(folders.values(), now)
    recent = [one for folder, one in folders.items() if last_used(folder) > edge]
    replaced = replaced_releases(warehouse, keep, edge)
    staying = (one for one in releases.every(warehouse) if releases.place_of(warehouse, one) not in replaced)
    # What is gone keeps nothing: it is passed over here, and told by `holes`.
    kept, _ = walk(warehouse, released_versions(warehouse, staying) + recent)
    names = [Unneeded(path, path.stat().st_size) for path in [*replaced, *runs.stale(warehouse, edge)]]
    downloads = [Unneeded(path, path.stat().st_size) for path in Landing(warehouse.root).stale(edge)]
    unfinished = [Unneeded(folder, _size(folder)) for folder in warehouse.unfinished()]
    going = {folder: one for folder, one in folders.items() if folder not in kept}
    versions = [Unneeded(folder, going[folder].bytes) for folder in outputs_first(warehouse, going)]
    # A release goes before the versions that it names, and those before what they were made from.
    return names + versions + unfinished + downloads


def replaced_releases(warehouse: Warehouse, keep: int, before: datetime) -> list[Path]:
    """The files of releases that may go: later ones with other versions have replaced them, `keep` or more, long ago.

    Releases that name the same versions count as one, so that running a month again pushes none out.
    """
    found: list[Path] = []
    for shop in releases.shops(warehouse):
        for as_of in releases.months(warehouse, shop):
            seen: list[dict[str, str]] = []
            old = []
            for number in reversed(releases.numbers(warehouse, shop, as_of)):
                one = releases.find(warehouse, shop, as_of, number)
                if one is None:
                    continue
                if one.versions not in seen:
                    seen.append(one.versions)
                if len(seen) > keep and datetime.fromisoformat(one.released_at) < before:
                    old.append(releases.place_of(warehouse, one))
            found += reversed(old)
    return found


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def last_used(folder: Path) -> datetime:
    """When a version was made or a run last found it standing."""
    return datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC)


def prune(warehouse: Warehouse, days: int, keep: int = KEEP_RELEASES) -> list[Unneeded]:
    """Remove what is unneeded; return what went. Each version vanishes in one step, and not while it is being built.

    What was made from a version goes before it, so that a prune that is stopped leaves nothing without its inputs.
    """
    gone = []
    for one in unneeded(warehouse, days, keep):
        if one.folder.relative_to(warehouse.root).parts[0] in (RELEASES, runs.RUNS):
            # One file that nothing leads to any more; who reads a month reads its highest number.
            one.folder.unlink(missing_ok=True)
            shutil.rmtree(one.folder.with_suffix(".deliveries"), ignore_errors=True)
            gone.append(one)
            continue
        if one.folder.is_file():
            gone += [one] if Landing(warehouse.root).remove(one.folder) else []
            continue
        if one.folder.parent.name == ATTEMPTS:
            gone += [one] if warehouse.wipe(one.folder) else []
            continue
        name, version = one.folder.relative_to(warehouse.root).parts[0], one.folder.name.removeprefix("version=")
        with warehouse.building(name, version, as_of_of(one.folder)):
            # Looked at again: a run may have begun to use it since.
            if one in unneeded(warehouse, days, keep):
                aside = one.folder.parent / ATTEMPTS / f"{version}.pruned"
                one.folder.rename(aside)
                shutil.rmtree(aside)
                gone.append(one)
    return gone
