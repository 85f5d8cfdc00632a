"""What a shop is called: the rule for names, and the name and title of a run that gives none. Stdlib only."""

import os
import re
from pathlib import PurePath

from segmentation.common.paths import DAG_ID
from segmentation.config.kinds import is_address, is_of_orders

LONGEST = 40
# No large letters, so no two names differ by case only; nothing that a path, an address or SQL would take for its own.
NAME_PATTERN = rf"^(?=.{{1,{LONGEST}}}$)[a-z][a-z0-9]*([_-][a-z0-9]+)*$"
RULE = f"1 to {LONGEST} small letters a to z, digits and single _ or - between them, beginning with a letter"
NAME = re.compile(NAME_PATTERN)
DEMO = "demo"
LONGEST_TITLE = 80
_ENDINGS = re.compile(r"(\.csv|\.gz|\.parquet)+$", re.IGNORECASE)
# What a path has of each month.
_DATED = re.compile(r"[-_. ]?\{as_of[^}]*\}")
_GLOB = re.compile(r"[*?\[]")


def is_name(text: str) -> bool:
    """Whether a text may be a shop's name."""
    # fullmatch, because $ would let a line end pass.
    return NAME.fullmatch(text) is not None


def dag_of(shop: str) -> str:
    """The id of a shop's DAG."""
    return f"{DAG_ID}_{shop}"


def derived_name(source: str, category: str, files: str | None) -> str:
    """The shop of a run that names none: the category's name, or that of what holds the orders (`Settings.named_by`).

    The demo that nobody has given a category is `demo`: made-up customers do not belong to a category's shop.
    """
    if is_of_orders(source):
        words = re.sub(r"[^a-z0-9]+", "_", stem_of(files or "").lower()).strip("_")
        named = words if words[:1].isalpha() else f"orders_{words}"
        return named[:LONGEST].strip("_")
    return DEMO if (source, category) == ("demo", "Electronics") else category.lower()


def derived_title(source: str, category: str, files: str | None) -> str:
    """What people read for such a shop."""
    if is_of_orders(source):
        return stem_of(files or "")[:LONGEST_TITLE] or "Orders"
    return "Demo" if (source, category) == ("demo", "Electronics") else category.replace("_", " ")


def stem_of(files: str) -> str:
    """The last part of a path or glob that has a name, without its ending."""
    files = _DATED.sub("", files)
    if is_address(files):
        files = files.partition("://")[2].rpartition("@")[2].partition("?")[0]
    parts = [part for part in PurePath(os.path.expanduser(files)).parts if not _GLOB.search(part)]
    return _ENDINGS.sub("", parts[-1]).strip("/") if parts else ""
