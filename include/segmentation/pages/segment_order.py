"""The one order in which pages show segments: by group, then by spend, then by name."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from segmentation.stages.charts.palette import GROUP_COLOURS

GROUPS = tuple(GROUP_COLOURS)
One = TypeVar("One")


def by_group(
    items: Iterable[One], name: Callable[[One], str], group: Callable[[One], str], spend: Callable[[One], Decimal]
) -> list[One]:
    """The items of segments in that order; groups of one's own map come last, by the alphabet."""

    def place(item: One) -> tuple[int, str, Decimal, str]:
        known = GROUPS.index(group(item)) if group(item) in GROUPS else len(GROUPS)
        return (known, group(item), -Decimal(spend(item)), name(item))

    return sorted(items, key=place)
