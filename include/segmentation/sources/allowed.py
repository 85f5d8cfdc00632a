"""Where files named by a param may lie. Who may trigger runs is not always who may read every file of the machine."""

import os
from pathlib import Path

from segmentation.errors import UserError

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
