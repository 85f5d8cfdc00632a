"""`make lineage`, `verify`, `prune`, `mirror`, `restore` and `upgrade`: look after the warehouse of this machine."""

import json
import os
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from segmentation.common.errors import UserError
from segmentation.common.paths import warehouse_root
from segmentation.common.terminal import bold, red
from segmentation.planning.datasets import STAGE_OF, dataset
from segmentation.warehouse import ancestry, releases, upkeep
from segmentation.warehouse import upgrade as upgrading
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.upgrade import open_warehouse
from segmentation.warehouse.versions import Warehouse

if TYPE_CHECKING:
    from segmentation.warehouse.mirror import Copied, Mirror

DEFAULT_DAYS = "30"
KEEP = "SEGMENTATION_KEEP_RELEASES"  # the setting that KEEP= takes the place of
MOST_NAMES = 12


def show_lineage() -> None:
    """Print the tree from a version that is released down to its source. Variables: DATASET, SHOP, AS_OF."""
    name = os.environ.get("DATASET", "report")
    if name not in STAGE_OF:
        raise UserError(f"DATASET: there is no dataset {name!r}. Known: {', '.join(STAGE_OF)}.")
    warehouse = the_warehouse()
    release = asked_release(warehouse)
    version = release.versions.get(name)
    if version is None:
        raise UserError(
            f"DATASET: release {release.number} of shop {release.shop} as of {release.as_of} has no {name}. "
            f"It has {', '.join(release.versions)}."
        )
    manifest = warehouse.get(name, version, release.day if dataset(name).as_of else None)
    for line in ancestry.tree(warehouse, manifest):
        print("\n".join(_lines_of(line)))


def the_warehouse() -> Warehouse:
    """The warehouse of this machine, converted if release 0.1 has left it."""
    return open_warehouse(warehouse_root())


def asked_shop(warehouse: Warehouse) -> str:
    """The shop that SHOP names, or the only one there is. Raises UserError where it has to be named."""
    there = releases.shops(warehouse)
    text = os.environ.get("SHOP", "")
    if text and releases.check_name(text) in there:
        return text
    if not there:
        raise UserError(
            f"Nothing is released in {warehouse.root} yet. A green run that is no trial releases its month."
        )
    if not text and len(there) == 1:
        return there[0]
    shown = ", ".join(there[:MOST_NAMES]) + (f" and {len(there) - MOST_NAMES} more" if len(there) > MOST_NAMES else "")
    raise UserError(
        f"SHOP: {f'there is no release of {text}' if text else 'name one of the shops'}. There is: {shown}."
    )


def asked_release(warehouse: Warehouse) -> Release:
    """The current release that SHOP and AS_OF name; without AS_OF, of the last month."""
    shop = asked_shop(warehouse)
    as_of = day_of("AS_OF") if os.environ.get("AS_OF") else releases.months(warehouse, shop)[-1]
    found = releases.current(warehouse, shop, as_of)
    if found is None:
        months = ", ".join(map(str, releases.months(warehouse, shop)[-MOST_NAMES:]))
        raise UserError(f"AS_OF: shop {shop} has no release as of {as_of}. Its last months are: {months}.")
    return found


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
    warehouse = the_warehouse()
    count, wrong = upkeep.verify(warehouse, _one_shop(warehouse))
    for line in wrong:
        print(red("Damaged: ") + line)
    print(bold(f"{count} versions read, {len(wrong)} faults"))
    return 1 if wrong else 0


def show_unneeded() -> None:
    """List what may go, or with APPLY=1 remove it.

    DAYS is the age from which an unused version may go, KEEP how many releases of each month stay.
    """
    days, keep = _whole("DAYS", DEFAULT_DAYS, 0), _whole("KEEP", os.environ.get(KEEP) or str(upkeep.KEEP_RELEASES), 1)
    warehouse = the_warehouse()
    apply = os.environ.get("APPLY") == "1"
    for hole in upkeep.holes(warehouse):
        print(red("Gone: ") + hole)
    found = upkeep.prune(warehouse, days, keep) if apply else upkeep.unneeded(warehouse, days, keep)
    for one in found:
        print(f"{'removed' if apply else 'would remove'}  {one.bytes:>14,} bytes  {one.folder}")
    size = sum(one.bytes for one in found)
    print(
        bold(f"{len(found)} versions, releases and downloads, {size:,} bytes")
        + ("" if apply or not found else "  (APPLY=1 removes them)")
    )


def _whole(name: str, usual: str, lowest: int) -> int:
    text = os.environ.get(name) or usual
    if not (text.isascii() and text.isdigit()) or int(text) < lowest:
        raise UserError(f"{name}: {text!r} is not a whole number from {lowest}.")
    return int(text)


def _one_shop(warehouse: Warehouse) -> str | None:
    """The shop that SHOP names; None, for every shop, where it names none."""
    return asked_shop(warehouse) if os.environ.get("SHOP") else None


def mirror() -> None:
    """Bring what the releases reach into the store that MIRROR names; with SHOP those of one shop."""
    warehouse = the_warehouse()
    _say_copied(_store().push(warehouse, shop=_one_shop(warehouse)))


def restore() -> None:
    """Bring what is missing here back from the store that MIRROR names."""
    _say_copied(_store().restore(the_warehouse()))


def upgrade() -> None:
    """Convert a warehouse of release 0.1, or say that there is nothing to do."""
    root = warehouse_root()
    if upgrading.is_old(root):
        the_warehouse()
    else:
        print(f"{root} has the layout of this release: nothing to do.")


def _store() -> "Mirror":
    from segmentation.warehouse.mirror import Mirror

    address = os.environ.get("MIRROR")
    if not address:
        raise UserError("MIRROR names no store. Give it an address: MIRROR=s3://bucket/folder")
    return Mirror(address)


def _say_copied(copied: "Copied") -> None:
    print(bold(f"{copied.versions} versions brought, {copied.bytes:,} bytes") + f"; {copied.standing} stood there")
