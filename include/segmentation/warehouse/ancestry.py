"""Which version an input of a version is, and the tree from a version down to its source."""

from dataclasses import dataclass

from segmentation.common.errors import UserError
from segmentation.planning import earlier
from segmentation.planning.plan import FROZEN_VIEW
from segmentation.warehouse.manifests import DATASET, VERSION, Manifest, is_well_formed
from segmentation.warehouse.versions import Warehouse

# The names of inputs that are not the names of datasets.
ALIASES = {FROZEN_VIEW: "rfm_edges"}

GONE, DAMAGED = "gone", "damaged"


@dataclass(frozen=True)
class Line:
    """One version in the tree. `label` is what the version above calls it; `fault` says why there is no manifest.

    again: the version stands further up already, with all that is below it.
    """

    depth: int
    label: str
    dataset: str
    version: str
    manifest: Manifest | None
    fault: str = ""
    again: bool = False


def dataset_of(label: str) -> str:
    """The dataset of an input, by its label."""
    return ALIASES.get(label, earlier.dataset_of(label))


def input_of(warehouse: Warehouse, above: Manifest, label: str, version: str) -> Manifest | None:
    """The manifest of an input, or None if it is gone. Raises UserError if it is damaged.

    Looked up by place, not by the list of datasets, so that what an older release has made can still be followed.
    """
    name = dataset_of(label)
    if not DATASET.fullmatch(name) or not VERSION.fullmatch(version):
        return None
    if label != name:
        return warehouse.find_any_month(name, version)
    same_month = warehouse.find(name, version, above.as_of_date) if above.as_of else None
    return same_month or warehouse.find(name, version, None)


def tree(warehouse: Warehouse, top: Manifest) -> list[Line]:
    """The versions that a version was made from, down to the source. What is gone or damaged is a line too.

    What was released of an earlier month is a line without those below it: they are in the tree of that month.
    """
    lines: list[Line] = []
    shown: set[tuple[str, str]] = set()

    def unfold(line: Line) -> None:
        one = line.manifest
        again = one is not None and (one.dataset, one.version) in shown
        lines.append(Line(line.depth, line.label, line.dataset, line.version, one, line.fault, again))
        if one is None or again or line.label in earlier.LABELS:
            return
        shown.add((one.dataset, one.version))
        for label, version in one.inputs.items():
            unfold(_line_below(warehouse, line, label, version))

    unfold(Line(0, top.dataset, top.dataset, top.version, top))
    return lines


def _line_below(warehouse: Warehouse, above: Line, label: str, version: str) -> Line:
    assert above.manifest is not None
    found: Manifest | None
    try:
        found, fault = input_of(warehouse, above.manifest, label, version), GONE
    except (UserError, OSError):
        found, fault = None, DAMAGED
    if found and not (is_well_formed(found) and (found.dataset, found.version) == (dataset_of(label), version)):
        found, fault = None, DAMAGED
    return Line(above.depth + 1, label, dataset_of(label), version, found, "" if found else fault)


def source_in(lines: list[Line]) -> Manifest | None:
    """The source at the bottom of a tree, if the tree could be followed so far."""
    return next((line.manifest for line in lines if line.dataset == "source" and line.manifest), None)
