"""Where files named by a param may lie. Who may trigger runs is not always who may read every file of the machine."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut

# The folder to stay in; where it is not set, any file will do that the tasks may read.
FILES_ROOT = "SEGMENTATION_FILES_ROOT"


def check_allowed(param: str, path: Path) -> None:
    """Raise UserError if a file or folder lies outside, be it through `..` or a link."""
    root = os.environ.get(FILES_ROOT)
    if root and not _is_inside(path, Path(root)):
        raise UserError(f"Param {param}: {path} lies outside of {root}, where files are taken from ({FILES_ROOT}).")


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (ValueError, OSError, RuntimeError):  # no path at all, or links in a circle
        return False


# The addresses that files may be taken from, with a blank between them, each up to a / : s3://connection@bucket/exports/
ADDRESSES = "SEGMENTATION_ADDRESSES"


def check_address(param: str, address: str) -> None:
    """Raise UserError if an address lies outside of those that an operator has named.

    Where files are confined to a folder and no addresses are named, there are none. Plain http is taken only where it
    is named.
    """
    prefixes = _prefixes()
    begin = address.partition("{")[0]
    if ".." in begin.split("/") or "\\" in begin:
        raise UserError(f"Param {param}: {cut(address)} climbs, which no address may.")
    if prefixes or os.environ.get(FILES_ROOT):
        if not any(begin.startswith(prefix) for prefix in prefixes):
            raise UserError(
                f"Param {param}: {cut(address)} is none of the addresses that files are taken from ({ADDRESSES})."
            )
    elif begin.startswith("http://"):
        raise UserError(f"Param {param}: {cut(address)} would come unprotected. Allowed: https ({ADDRESSES}).")


def allowed_hosts() -> set[str]:
    """The hosts of web servers that an operator has named, which may be of the inner network."""
    web = [prefix for prefix in _prefixes() if prefix.startswith(("http://", "https://"))]
    return {host for prefix in web if (host := urlsplit(prefix).hostname)}


def _prefixes() -> list[str]:
    """Up to a slash, so that bucket is not the beginning of bucket-of-others."""
    return [one if one.endswith("/") else f"{one}/" for one in os.environ.get(ADDRESSES, "").split()]
