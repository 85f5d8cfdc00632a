"""What a run takes from earlier months as its shop has released them: looked up once, told to all its tasks.

A view of SQL shows one or more such versions. What they are is part of what the run makes from them, by labels:
`previous_` and the dataset for the month before, `released_12_` and the dataset for twelve months before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted

PREVIOUS = "previous_"
# The month before as the shop has released it; every other `previous_` is the month before as a run makes it.
RELEASED_BEFORE = f"{PREVIOUS}customer_rfm"
YEAR = 12
_LABEL = re.compile(r"released_(\d\d)_([a-z0-9_]+)")
_PAIR = re.compile(r"([a-z0-9_]{1,80})=([0-9a-f]{12})")


def label_of(dataset: str, months: int) -> str:
    """What a version is called among the inputs of another: `released_12_customer_rfm`."""
    label = f"released_{months:02}_{dataset}"
    return RELEASED_BEFORE if label == "released_01_customer_rfm" else label


@dataclass(frozen=True)
class View:
    """What a view shows: the versions of a dataset that the releases of some earlier months name."""

    dataset: str
    months: tuple[int, ...]

    def labels(self) -> dict[str, int]:
        """The label of each version, and how many months before it is."""
        return {label_of(self.dataset, months): months for months in self.months}


VIEWS = {
    RELEASED_BEFORE: View("customer_rfm", (1,)),
    "year_ago_customer_rfm": View("customer_rfm", (YEAR,)),
    "earlier_segment_movement": View("segment_movement", tuple(range(1, YEAR))),
}
LABELS = {label: (view, months) for view, each in VIEWS.items() for label, months in each.labels().items()}


def view_of(name: str) -> str:
    """The view that shows an input; one that is no label is a view of its own."""
    return LABELS[name][0] if name in LABELS else name


def shown_by(view: str, released: Mapping[str, str]) -> dict[str, str]:
    """The versions by label that one of VIEWS has to show."""
    return {label: released[label] for label in VIEWS[view].labels() if label in released}


def dataset_of(label: str) -> str:
    """The dataset of a label; a name that is none comes back as it is."""
    found = _LABEL.fullmatch(label)
    return found[2] if found else label.removeprefix(PREVIOUS)


def as_text(released: Mapping[str, str]) -> str:
    """The versions by label, as one word of a command line."""
    return ",".join(f"{label}={version}" for label, version in sorted(released.items()))


def from_text(text: str) -> dict[str, str]:
    """The same back. Raises UserError for a text that is none."""
    released = {}
    for one in filter(None, text.split(",")):
        found = _PAIR.fullmatch(one)
        if not found or found[1] not in LABELS:
            raise UserError(f"Argument released: {quoted(one)} is no version of an earlier month.")
        released[found[1]] = found[2]
    return released
