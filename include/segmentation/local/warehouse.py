"""`make lineage`, `verify`, `prune`, `mirror` and `restore`: look after the warehouse of this machine."""

import json
import os
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from segmentation.datasets import STAGE_OF, dataset
from segmentation.errors import UserError
from segmentation.local.terminal import bold, red
from segmentation.paths import warehouse_root
from segmentation.warehouse import ancestry, upkeep
from segmentation.warehouse.versions import Warehouse

if TYPE_CHECKING:
    from segmentation.warehouse.mirror import Copied, Mirror

DEFAULT_DAYS = "30"


def show_lineage() -> None:
    """Print the tree from the version that LATEST names down to its source. Variables: DATASET, AS_OF."""
    name = os.environ.get("DATASET", "report")
    if name not in STAGE_OF:
        raise UserError(f"DATASET: there is no dataset {name!r}. Known: {', '.join(STAGE_OF)}.")
    as_of = day_of("AS_OF") if dataset(name).as_of else None
    warehouse = Warehouse(warehouse_root())
    manifest = warehouse.latest(name, as_of)
    if manifest is None:
        raise UserError(f"No green run has made {name}{f' as of {as_of}' if as_of else ''} in {warehouse.root} yet.")
    for line in ancestry.tree(warehouse, manifest):
        print("\n".join(_lines_of(line)))


def _lines_of(line: ancestry.Line) -> Iterator[str]:
    """A version of the tree as text; below the source, what it was."""
    one, indent = line.manifest, "  " * line.depth
    if one is None:
        yield f"{indent}{line.label}  {line.version}  {red(line.fault)}"
        return
    as_of = f" as of {one.as_of}" if one.as_of else ""
    again = "  (see above)" if line.again else ""
    yield f"{indent}{line.label}{as_of}  {one.version}  {one.rows:,} rows{again}"
    if one.dataset == "source" and not line.again:
        yield f"{indent}  {json.dumps({key: value for key, value in one.settings.items() if key != 'code'})}"


def day_of(name: str) -> date:
    """The day that an environment variable names. Raises UserError if it names none."""
    text = os.environ.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name}: {text!r} is not a date as YYYY-MM-DD.") from None


def show_faults() -> int:
    """Print what is damaged; returns 1 if anything is."""
    count, wrong = upkeep.verify(Warehouse(warehouse_root()))
    for line in wrong:
        print(red("Damaged: ") + line)
    print(bold(f"{count} versions read, {len(wrong)} faults"))
    return 1 if wrong else 0


def show_unneeded() -> None:
    """List what may go, or with APPLY=1 remove it. DAYS is the age from which an unused version may go."""
    text = os.environ.get("DAYS", DEFAULT_DAYS)
    if not text.isdigit():
        raise UserError(f"DAYS: {text!r} is not a whole number of days.")
    warehouse = Warehouse(warehouse_root())
    apply = os.environ.get("APPLY") == "1"
    for hole in upkeep.holes(warehouse):
        print(red("Gone: ") + hole)
    found = upkeep.prune(warehouse, int(text)) if apply else upkeep.unneeded(warehouse, int(text))
    for one in found:
        print(f"{'removed' if apply else 'would remove'}  {one.bytes:>14,} bytes  {one.folder}")
    size = sum(one.bytes for one in found)
    print(
        bold(f"{len(found)} versions and downloads, {size:,} bytes")
        + ("" if apply or not found else "  (APPLY=1 removes them)")
    )


def mirror() -> None:
    """Bring what LATEST reaches into the store that MIRROR names."""
    _say_copied(_store().push(Warehouse(warehouse_root())))


def restore() -> None:
    """Bring what is missing here back from the store that MIRROR names."""
    _say_copied(_store().restore(Warehouse(warehouse_root())))


def _store() -> "Mirror":
    from segmentation.warehouse.mirror import Mirror

    address = os.environ.get("MIRROR")
    if not address:
        raise UserError("MIRROR names no store. Give it an address: MIRROR=s3://bucket/folder")
    return Mirror(address)


def _say_copied(copied: "Copied") -> None:
    print(bold(f"{copied.versions} versions brought, {copied.bytes:,} bytes") + f"; {copied.standing} stood there")
