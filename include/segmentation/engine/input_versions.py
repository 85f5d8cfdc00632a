"""What a stage reads: the versions that its missing datasets are made from."""

from collections.abc import Collection, Mapping, Sequence

from segmentation.planning.datasets import STAGE_OF, dataset
from segmentation.planning.earlier import LABELS, PREVIOUS, VIEWS, dataset_of, shown_by, view_of
from segmentation.planning.plan import SOURCE_VIEWS, Plan, months_before
from segmentation.warehouse.machine_failures import in_words
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.rows import bytes_between
from segmentation.warehouse.versions import Warehouse

# So little is read and worked through in seconds. Java's thorough compiler then costs more than it saves.
SMALL_INPUT = 64 * 2**20
# How the folders of a partition begin.
REVIEW_YEAR = "review_year="


def input_manifest(plan: Plan, name: str, warehouse: Warehouse) -> Manifest:
    """The manifest of an input; `previous_` before a dataset means the month before, and labels of what has been
    released of earlier months are inputs, too.
    """
    if name in LABELS:
        _, months = LABELS[name]
        return warehouse.get(dataset_of(name), plan.released.get(name, ""), months_before(plan.as_of, months))
    plan = plan.previous if name.startswith(PREVIOUS) else plan
    name = name.removeprefix(PREVIOUS)
    return warehouse.get(name, plan.version(name), plan.as_of_for(name))


def input_manifests(
    plan: Plan, missing: Sequence[str], warehouse: Warehouse, leave_out: Collection[str] = ()
) -> dict[str, Manifest]:
    """The manifests of all versions that the missing datasets of a stage read, `source` among them, by name."""
    reads = sorted({read for name in missing for read in plan.reads(dataset(name))})
    names = [name for name in reads if name.removeprefix(PREVIOUS) in STAGE_OF and name not in missing]
    names = [name for name in names if plan.has(name) and name not in VIEWS and name not in leave_out]
    names += [label for read in reads if read in VIEWS for label in shown_by(read, plan.released)]
    if set(reads) & set(SOURCE_VIEWS) and "source" not in names:
        names.append("source")
    return {name: input_manifest(plan, name, warehouse) for name in names}


def bytes_to_read(months: Sequence[tuple[Plan, Sequence[str]]], warehouse: Warehouse) -> int:
    """About how many bytes a job reads for the missing datasets of its months, each after the one before.

    What it makes itself of the month before is not there yet, and is small. Raises UserError where another input is
    not there.
    """
    size, made = 0, set[str]()
    with in_words(warehouse.root):
        for plan, missing in months:
            size += bytes_of(plan, missing, input_manifests(plan, missing, warehouse, made), warehouse)
            made = {f"{PREVIOUS}{name}" for name in missing}
    return size


def bytes_of(plan: Plan, missing: Sequence[str], manifests: Mapping[str, Manifest], warehouse: Warehouse) -> int:
    """About how many bytes the SQL of the missing datasets reads of their inputs, given by name.

    What only Python takes in does not count: it looks at manifests and at tables of a few rows.
    """
    read = {"source" if one in SOURCE_VIEWS else one for name in missing for one in plan.sql_reads(dataset(name))}
    # What belongs to no month reads all purchases.
    is_monthly = all(dataset(name).as_of for name in missing)
    found = [one for name, one in manifests.items() if view_of(name) in read]
    return sum(_bytes_of_month(plan, one, warehouse) if is_monthly else one.bytes for one in found)


def _bytes_of_month(plan: Plan, manifest: Manifest, warehouse: Warehouse) -> int:
    """Of `purchases` no more than the window and the last year, of `reviews` the years of the window."""
    if manifest.dataset == "purchases" and manifest.bytes > SMALL_INPUT:
        first = min(plan.window_start, months_before(plan.as_of, 12)).replace(day=1)
        return bytes_between(warehouse, manifest, "purchase_month", first, plan.as_of)
    passed = [name for name in manifest.files if _is_passed(plan, name.partition("/")[0])]
    return manifest.bytes - sum(manifest.files[name]["bytes"] for name in passed)


def _is_passed(plan: Plan, folder: str) -> bool:
    """Whether a month has no need to read a year of reviews."""
    year = folder.partition(REVIEW_YEAR)[2]
    return bool(year) and not plan.window_start.year <= int(year) <= plan.as_of.year
