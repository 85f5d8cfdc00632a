"""The source `files`: two files of the user's, plain or packed."""

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut, listed, quoted
from segmentation.config.allowed import check_allowed
from segmentation.config.kinds import is_address
from segmentation.config.settings import Settings
from segmentation.config.user_input import given_by, path_of
from segmentation.sources.addresses import Addresses
from segmentation.sources.checksums import state_of
from segmentation.sources.copying import GZIP, ZSTD, Copied, bring_lines
from segmentation.sources.resolved import REVIEWS_FOLDER, Resolved, Surroundings, file_names
from segmentation.warehouse.landing import Landing

COMPRESSIONS = ("", GZIP, ZSTD)
CHANGED = "Param files_path: a file changed while it was read. Run again when it is complete."


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The files that `files_path` names. What is not known of them is copied into the landing area at once."""
    with given_by("files_path"):
        if is_address(settings.files_path):
            found = _brought(str(settings.files_path), settings.category, surroundings.addresses("files_path"))
        else:
            found = find_files(str(settings.files_path), settings.category)
    return Fetching(settings.category, found, surroundings).resolved()


class Fetching:
    """One fetch of a user's files. A file is read once, whether its content is known before or not."""

    def __init__(self, category: str, found: dict[str, Path], surroundings: Surroundings) -> None:
        self.category = category
        self.found = found
        self.report = surroundings.report
        self.checksums = surroundings.checksums
        self.landing = Landing(surroundings.warehouse.root)
        self.open = contextlib.ExitStack()  # holds the drafts, as long as they may be needed
        self.drafts: dict[str, tuple[Path, Copied]] = {}

    def resolved(self) -> Resolved:
        """The source. Raises UserError if a file cannot be read or is not what it should be."""
        known = {kind: self._known(path) for kind, path in self.found.items()}
        try:
            unknown = [kind for kind, checksum in known.items() if checksum is None]
            for kind, state in zip(unknown, self._each(unknown, self._draft), strict=True):
                self.checksums.remember(self.found[kind], state, self.drafts[kind][1].sha256)
            listing = {kind: self._listed(kind, known[kind]) for kind in self.found}
        except BaseException:
            self.open.close()
            raise
        identity = {"source": "files", "category": self.category, "files": listing}
        return Resolved(identity, lambda folder: self._bring(folder, listing), close=self.open.close)

    def _each(self, kinds: list[str], do: Any) -> list[Any]:
        """For both files at once: while one waits for its disk, the other is summed."""
        with ThreadPoolExecutor(max(1, len(kinds))) as pool:
            return list(pool.map(do, kinds))

    def _known(self, path: Path) -> str | None:
        with given_by("files_path", path):
            return self.checksums.known(path)

    def _draft(self, kind: str) -> list[int]:
        """Copy a file before its checksum is known, from which its version's name follows; return its state."""
        path = self.found[kind]
        with given_by("files_path", path):
            state = state_of(path)
            self.report(f"reading {path} ({state[0]:,} bytes)")
            draft = self.open.enter_context(self.landing.draft())
            copied = bring_lines(path, draft, self.report)
            if state_of(path) != state:
                raise UserError(CHANGED)
            self.drafts[kind] = draft, copied
        return state

    def _listed(self, kind: str, known: str | None) -> dict[str, Any]:
        path = self.found[kind]
        return {
            "bytes": path.stat().st_size,
            "sha256": known or self.drafts[kind][1].sha256,
            "compression": path.suffix if path.suffix in COMPRESSIONS else "",
        }

    def _bring(self, folder: Path, listing: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Put the files into a folder; returns {bytes, sha256} of each, as it was written."""

        def bring(kind: str) -> dict[str, Any]:
            target = folder / file_names(self.category)[kind]
            target.parent.mkdir(parents=True, exist_ok=True)
            if kind in self.drafts:
                draft, copied = self.drafts[kind]
                os.replace(draft, target)
            else:
                path = self.found[kind]
                self.report(f"bringing {path}")
                with given_by("files_path", path):
                    copied = bring_lines(path, target, self.report)
                if copied.sha256 != listing[kind]["sha256"]:
                    raise UserError(CHANGED)
            return copied.entry

        kinds = list(self.found)
        entries = self._each(kinds, bring)
        return {file_names(self.category)[kind]: entry for kind, entry in zip(kinds, entries, strict=True)}


def find_files(files_path: str, category: str) -> dict[str, Path]:
    """The files of reviews and of products on this machine. Raises UserError where one is not there."""
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
