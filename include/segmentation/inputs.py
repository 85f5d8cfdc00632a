"""What a stage reads: the versions that its missing datasets are made from."""

from collections.abc import Sequence

from segmentation.datasets import STAGE_OF, dataset
from segmentation.failures import in_words
from segmentation.plan import PREVIOUS, RELEASED_BEFORE, SOURCE_VIEWS, Plan
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

# So little is read and worked through in seconds. What prepares for long work then costs more than it saves: to plan
# again after each shuffle, which makes a Spark job of every shuffle, and Java's thorough compiler.
SMALL_INPUT = 64 * 2**20


def input_manifest(plan: Plan, name: str, warehouse: Warehouse) -> Manifest:
    """The manifest of an input; `previous_` before a dataset means the month before."""
    if name == RELEASED_BEFORE:
        return warehouse.get(name.removeprefix(PREVIOUS), plan.released_before or "", plan.previous.as_of)
    plan = plan.previous if name.startswith(PREVIOUS) else plan
    name = name.removeprefix(PREVIOUS)
    return warehouse.get(name, plan.version(name), plan.as_of_for(name))


def input_manifests(plan: Plan, missing: Sequence[str], warehouse: Warehouse) -> dict[str, Manifest]:
    """The manifests of all versions that the missing datasets of a stage read, `source` among them, by name."""
    reads = sorted({read for name in missing for read in plan.reads(dataset(name))})
    names = [name for name in reads if name.removeprefix(PREVIOUS) in STAGE_OF and name not in missing]
    names = [name for name in names if plan.has(name)]
    if set(reads) & set(SOURCE_VIEWS) and "source" not in names:
        names.append("source")
    return {name: input_manifest(plan, name, warehouse) for name in names}


def bytes_to_read(plan: Plan, missing: Sequence[str], warehouse: Warehouse) -> int:
    """About how many bytes Spark reads for the missing datasets. Raises UserError where an input is not there."""
    with in_words(warehouse.root):
        return plan.bytes_to_read(missing, input_manifests(plan, missing, warehouse))
