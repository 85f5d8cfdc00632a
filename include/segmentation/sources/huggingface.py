"""The source `huggingface`: a category's two files at a commit of Amazon Reviews 2023 on the Hugging Face Hub.

The source version is the commit plus the checksums of the files. A full commit whose files are known here is resolved
without the Hub; a branch or tag is looked up each time.
"""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Collection, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.config.settings import Settings
from segmentation.sources.copying import share
from segmentation.sources.download import HubFile, complete
from segmentation.sources.hub import REPO, Hub
from segmentation.sources.resolved import Resolved, Surroundings, file_names
from segmentation.sources.retries import Interrupted, Tries, size
from segmentation.warehouse.landing import Landing
from segmentation.warehouse.manifests import Manifest, describe_files
from segmentation.warehouse.versions import Warehouse

# The pinned revision's last reviews are of September 2023.
ENDS = date(2023, 10, 1)


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The files of the category at the revision. Raises UserError, or Unavailable if the Hub is needed and silent."""
    fetching = Fetching(settings, surroundings)
    return Resolved(fetching.identity, fetching.bring, clear_up=fetching.clear_up)


class Fetching:
    """One fetch from the Hub."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.warehouse = surroundings.warehouse
        self.report = surroundings.report
        self.landing = Landing(self.warehouse.root)
        self.hub = cache(lambda: Hub(surroundings.find_token))
        self.identity = self._known(settings) or self._asked(settings)
        self.commit: str = self.identity["commit"]
        self.files = [HubFile(**words) for words in self.identity["files"].values()]
        self.report(
            f"{REPO} at {self.commit}, {settings.category}: {len(self.files)} files, "
            f"{size(sum(file.bytes for file in self.files))}"
        )

    def bring(self, folder: Path) -> dict[str, dict[str, Any]]:
        """Put the files into a folder: from another version or the landing area where they are, else from the Hub.

        Their sha256 is right when they are there, as far as the Hub has told one.
        """
        self._check_space()
        self.landing.remember(self.identity)
        try:
            with self._disk_full_in_plain_words():
                for file in self.files:
                    self._bring_file(file, folder / file.path)
        finally:
            if not any(self.landing.size(file.checksum) for file in self.files):
                self.landing.forget(self.identity)
        return {file.path: {"bytes": file.bytes, "sha256": file.sha256} for file in self.files if file.sha256}

    def clear_up(self) -> None:
        """The version stands: what led to it may go."""
        for file in self.files:
            self.landing.drop(file.checksum)
        self.landing.forget(self.identity)

    def _known(self, settings: Settings) -> dict[str, Any] | None:
        """The identity, if a full commit is asked for and the warehouse knows its files."""
        if not re.fullmatch("[0-9a-f]{40}", settings.revision):
            return None
        wanted = {"source": "huggingface", "repo": REPO, "commit": settings.revision, "category": settings.category}
        known = [manifest.settings for manifest in _source_versions(self.warehouse)]
        known.append(self.landing.remembered(settings.revision, settings.category) or {})
        return next((one for one in known if wanted.items() <= one.items()), None)

    def _asked(self, settings: Settings) -> dict[str, Any]:
        commit, found = self._ask(settings.revision, file_names(settings.category).values())
        files = {}
        for kind, path in file_names(settings.category).items():
            if path not in found:
                raise UserError(
                    f"Param category: {settings.category!r} has no {kind} file {path} in {REPO} at revision "
                    f"{settings.revision!r} (commit {commit}). Choose another category or revision."
                )
            entry = found[path]
            checksum = {"sha256": entry.lfs.sha256} if entry.lfs else {"blob_id": entry.blob_id}
            files[kind] = HubFile(path, entry.size, **checksum).words()
        return {
            "source": "huggingface",
            "repo": REPO,
            "commit": commit,
            "category": settings.category,
            "files": files,
        }

    def _ask(self, revision: str, wanted: Collection[str]) -> tuple[str, dict[str, Any]]:
        hub = self.hub()
        tries = Tries(f"revision {revision}", self.report)
        while True:
            try:
                return hub.commit(revision, wanted)
            except Interrupted as fault:
                tries.wait_after(fault)

    def _bring_file(self, file: HubFile, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.landing.held(file.checksum, self.report) as part:
            for copy in _copies(self.warehouse, file):
                self.report(f"{file.path}: the same content is at {copy}, checking it")
                if describe_files(copy.parent, [copy])[copy.name]["sha256"] == file.sha256:
                    share(copy, target)
                    return
            complete(part, file, self.commit, self.hub, self.report)
            # It keeps its name in the landing area too, until the version stands: attempts of the dead are wiped.
            share(self.landing.part(file.checksum), target, instead=os.replace)

    def _check_space(self) -> None:
        missing = sum(
            max(file.bytes - self.landing.size(file.checksum), 0)
            for file in self.files
            if not any(True for _ in _copies(self.warehouse, file))
        )
        free = shutil.disk_usage(self.warehouse.root).free
        if missing > free:
            raise self._no_space(f"needs {size(missing)} more, and {size(free)} are free")

    @contextlib.contextmanager
    def _disk_full_in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise self._no_space("filled the disk; what has arrived is kept") from None

    def _no_space(self, what: str) -> UserError:
        return UserError(
            f"Param category: {self.identity['category']!r} {what} in {self.warehouse.root}. Free some space, let "
            "SEGMENTATION_WAREHOUSE name a folder on a larger disk, or choose a smaller category."
        )


def _source_versions(warehouse: Warehouse) -> Iterator[Manifest]:
    for folder in sorted((warehouse.root / "source").glob("version=*")):
        # A damaged manifest is no reason not to fetch something else; `make verify` names it.
        with contextlib.suppress(UserError):
            manifest = warehouse.find("source", folder.name.removeprefix("version="), None)
            if manifest:
                yield manifest


def _copies(warehouse: Warehouse, file: HubFile) -> Iterator[Path]:
    """The files of published versions whose manifest tells the same content."""
    for manifest in _source_versions(warehouse):
        for path, entry in manifest.files.items():
            place = warehouse.place_of(manifest) / path
            if file.sha256 and entry["sha256"] == file.sha256 and place.is_file():
                yield place
