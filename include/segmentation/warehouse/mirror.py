"""A copy of a warehouse's versions in an object store: for readers elsewhere, and to restore a lost warehouse from.

    <store>/<dataset>/[as_of=YYYY-MM-DD/]version=<id>/part-*.parquet, _manifest.json
    <store>/releases/<shop>/as_of=YYYY-MM-DD/<number>.json, <number>.deliveries/

An object store has no rename and no locks. So the guarantees rest on two things that it has: an object appears whole
or not at all, and a version whose files never change. The manifest is written after the files, and a release after all
versions that it leads to. Who finds a manifest finds all its files; who reads a release finds all that it rests on.
"""

import contextlib
import json
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from pathlib import PurePosixPath

from segmentation.common.errors import UserError
from segmentation.config.shops.names import LONGEST
from segmentation.warehouse import release_file, releases
from segmentation.warehouse.holes import outputs_first
from segmentation.warehouse.manifests import DATASET, MANIFEST, VERSION, Manifest, is_well_formed, parse, seal
from segmentation.warehouse.object_store import ObjectStore
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.releases import RELEASES
from segmentation.warehouse.upgrade import LATEST, release_reports
from segmentation.warehouse.upkeep import reachable, released_versions
from segmentation.warehouse.versions import Warehouse, say

_HOME = rf"({DATASET.pattern})/(?:as_of=(\d{{4}}-\d\d-\d\d)/)?"
_VERSION = re.compile(_HOME + rf"version=({VERSION.pattern})/{re.escape(MANIFEST)}")
_RELEASE = re.compile(rf"{RELEASES}/([a-z0-9_-]{{1,{LONGEST}}})/as_of=(\d{{4}}-\d\d-\d\d)/([1-9]\d{{0,8}})\.json")
# What was delivered, and what a webhook has acknowledged. Why a try has failed is of no use elsewhere.
_DELIVERY = re.compile(r"[a-z]+-[0-9a-f]{12}\.(json|acknowledged)")
# What release 0.1 has left in a store instead of releases.
_LATEST = re.compile(rf"report/as_of=(\d{{4}}-\d\d-\d\d)/{LATEST}")


@dataclass(frozen=True)
class Copied:
    """What a copy did. versions, bytes: that were brought; standing: versions that were there already."""

    versions: int
    bytes: int
    standing: int


class Mirror:
    """The copy under one address, such as `s3://bucket/folder`. Raises UserError if the address leads nowhere."""

    def __init__(self, address: str) -> None:
        self._store = ObjectStore(address)
        self.address = self._store.address

    def push(self, warehouse: Warehouse, report: Callable[[str], None] = say, shop: str | None = None) -> Copied:
        """Bring every version that the releases (of a shop) reach into the store, then the releases themselves."""
        wanted = list(releases.every(warehouse, shop))
        versions, size, standing = 0, 0, 0
        with self._store.in_words():
            versions_of = reachable(warehouse, released_versions(warehouse, wanted))
            # Inputs first, so that a push that breaks off leaves no version there without what it was made from.
            for folder in reversed(outputs_first(warehouse, versions_of)):
                manifest = versions_of[folder]
                place = folder.relative_to(warehouse.root).as_posix()
                if self._seal_of(place) == manifest.seal:
                    standing += 1
                    continue
                for name in manifest.files:
                    self._store.send(folder / name, f"{place}/{name}")
                self._store.send(folder / MANIFEST, f"{place}/{MANIFEST}")
                versions, size = versions + 1, size + manifest.bytes
                report(f"{place}  {manifest.bytes:,} bytes")
            for release in wanted:
                self._send_release(release)
                self._send_deliveries(warehouse, release)
        return Copied(versions, size, standing)

    def restore(self, warehouse: Warehouse, report: Callable[[str], None] = say) -> Copied:
        """Bring every version of the store that the warehouse lacks, each checked, then the releases that it lacks.

        Raises UserError naming what is not as it was published; such a version does not become visible.
        """
        versions, size, standing = 0, 0, 0
        with self._store.in_words():
            names = self._store.names()
            if not names:
                raise UserError(f"There is nothing in {self.address}. `make mirror` brings a warehouse there.")
            found = [match for name in names if (match := _VERSION.fullmatch(name))]
            for match in found:
                dataset, as_of, version = match[1], _day(match[2]), match[3]
                if warehouse.find(dataset, version, as_of):
                    standing += 1
                    continue
                manifest = self._manifest(match.string, dataset, version, as_of)
                place = match.string.removesuffix(f"/{MANIFEST}")
                with warehouse.building(dataset, version, as_of, report):
                    attempt = warehouse.attempt(dataset, version, as_of)
                    for name, entry in manifest.files.items():
                        self._store.fetch(f"{place}/{name}", attempt.folder / name, entry)
                    warehouse.publish(attempt, manifest)
                versions, size = versions + 1, size + manifest.bytes
                report(f"{place}  {manifest.bytes:,} bytes")
            for match in (match for name in names if (match := _RELEASE.fullmatch(name))):
                if self._restore_release(warehouse, match, report):
                    self._restore_deliveries(warehouse, match, names)
            latest = [match for name in names if (match := _LATEST.fullmatch(name))]
            if latest and not any(_RELEASE.fullmatch(name) for name in names):
                reports = {date.fromisoformat(match[1]): self._text(match.string) for match in latest}
                release_reports(warehouse, reports, report)
        return Copied(versions, size, standing)

    def _send_release(self, release: Release) -> None:
        """Bring a release, after all that it leads to. Another one of the same number is not replaced."""
        name = f"{RELEASES}/{release.shop}/as_of={release.as_of}/{release.number}.json"
        if self._store.size_of(name) is None:
            self._store.put(name, release_file.text_of(release).encode())
        elif release_file.parse(self._store.get(name), f"{self.address}/{name}") != release:
            raise UserError(
                f"{self.address}/{name} is another release than here: two warehouses have gone on apart. Mirror this "
                "one to a store of its own."
            )

    def _send_deliveries(self, warehouse: Warehouse, release: Release) -> None:
        """Bring what says what was delivered of a release: records stay as they are, journals only grow."""
        folder = releases.place_of(warehouse, release).with_name(releases.deliveries_name(release.number))
        for path in sorted(path for path in folder.glob("*") if _DELIVERY.fullmatch(path.name)):
            name = path.relative_to(warehouse.root).as_posix()
            if self._store.size_of(name) != path.stat().st_size:
                self._store.send(path, name)

    def _restore_deliveries(self, warehouse: Warehouse, match: re.Match[str], names: list[str]) -> None:
        """Bring back what was delivered of a release, so that a webhook does not get it again."""
        folder = f"{match.string.removesuffix('.json')}.deliveries/"
        begin = bisect_left(names, folder)
        for name in takewhile(lambda name: name.startswith(folder), names[begin:]):
            if _DELIVERY.fullmatch(name.removeprefix(folder)):
                path = warehouse.root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                releases.create_file(path, self._store.get(name).decode("utf-8", errors="replace"))

    def _restore_release(self, warehouse: Warehouse, match: re.Match[str], report: Callable[[str], None]) -> bool:
        """Bring a release back; whether it is the store's that is there now."""
        where = f"{self.address}/{match.string}"
        found = release_file.parse(self._store.get(match.string), where)
        shop, as_of, number = match[1], date.fromisoformat(match[2]), int(match[3])
        if (found.shop, found.day, found.number) != (shop, as_of, number):
            raise UserError(f"{where} is the release of another shop, month or number. Remove it from the store.")
        releases.manifests(warehouse, found)
        path = releases.place(warehouse, shop, as_of, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        if (
            not releases.create_file(path, release_file.text_of(found))
            and releases.find(warehouse, shop, as_of, number) != found
        ):
            report(f"{path} stays as it is here; the store has another release of this number")
            return False
        return True

    def _text(self, name: str) -> str:
        return self._store.get(name).decode("ascii", errors="replace").strip()

    def _manifest(self, name: str, dataset: str, version: str, as_of: date | None) -> Manifest:
        """A manifest of the store, which anyone who may write there may have written."""
        try:
            manifest = parse(self._store.get(name), f"{self.address}/{name}")
            is_right = is_well_formed(manifest) and manifest.seal == seal(manifest)
            named = (manifest.dataset, manifest.version, manifest.as_of_date)
            is_right = is_right and named == (dataset, version, as_of)
        except (ValueError, TypeError, KeyError):
            is_right = False
        if not is_right or not all(_is_inside(file) for file in manifest.files):
            raise UserError(f"{self.address}/{name} is not as it was published. Remove that version from the store.")
        return manifest

    def _seal_of(self, place: str) -> str | None:
        if self._store.size_of(f"{place}/{MANIFEST}") is None:
            return None
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return json.loads(self._store.get(f"{place}/{MANIFEST}"))["seal"]
        return None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _is_inside(name: str) -> bool:
    """Whether a file's name stays within its version's folder."""
    path = PurePosixPath(name)
    return not path.is_absolute() and all(part[0] not in "._" for part in path.parts) and bool(path.parts)
