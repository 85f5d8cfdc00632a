"""Slices that stand in versions of the source, so that they need not be fetched again."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.sources.resolved import ORDERS_FOLDER
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse


@dataclass(frozen=True)
class Kept:
    """A slice of another version. noted: what that version says of it. sha256: of its file there."""

    path: Path
    sha256: str
    noted: dict[str, Any]


def kept_slices(warehouse: Warehouse, key: str) -> dict[str, Kept]:
    """The newest slices of a query, by name. key: what has to be equal for slices to be of the same query."""
    manifests = []
    for folder in (warehouse.root / "source").glob("version=*"):
        # A damaged manifest is no reason not to fetch; `make verify` names it.
        with contextlib.suppress(UserError):
            manifest = warehouse.find("source", folder.name.removeprefix("version="), None)
            if manifest and manifest.settings.get("slices_of") == key:
                manifests.append(manifest)
    found: dict[str, Kept] = {}

    def made(manifest: Manifest) -> tuple[str, int]:
        # Of two in the same second the folder says which came later.
        return manifest.created_at, (warehouse.place_of(manifest) / ORDERS_FOLDER).stat().st_mtime_ns

    for manifest in sorted(manifests, key=made):
        for name, noted in manifest.settings["slices"].items():
            file = f"{ORDERS_FOLDER}/{name}.parquet"
            path = warehouse.place_of(manifest) / file
            if file in manifest.files and path.is_file():
                found[name] = Kept(path, manifest.files[file]["sha256"], noted)
    return found
