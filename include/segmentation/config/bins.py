"""What goes with a number of bins: the edges of frequency and the segment map, chosen or checked. Stdlib only."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.paths import SEGMENT_MAPS
from segmentation.common.spelling import did_you_mean
from segmentation.config.param_values import refuse
from segmentation.config.user_input import file_named

# The presets of params.md are for so many. The form sends them along, whatever number is chosen there.
PRESET_BINS = 5
PRESET_EDGES = (2, 3, 4, 6)
PRESET_MAPS = {3: "three_bins", 4: "four_bins"}
# What is written like this and is no file can only be meant as a name.
_LIKE_A_NAME = re.compile(r"[\w.-]*")


def fitting(params: Mapping[str, Any], preset_map: str) -> dict[str, Any]:
    """The params that change with the number of bins because they are at their presets, which are for five.

    `preset_map` is the preset of segment_map. A map for numbers that none comes along for has to be given.
    """
    bins, found = params["bins"], dict[str, Any]()
    if bins == PRESET_BINS:
        return {}
    if params["frequency_edges"] == PRESET_EDGES and params["frequency_scoring"] == "edges":
        # One purchase, two, and so on; in the last bin are all who have more.
        first = 2 if params["bins_closed"] == "left" else 1
        found["frequency_edges"] = tuple(range(first, first + bins - 1))
    if params["segment_map"] == preset_map and bins in PRESET_MAPS:
        found["segment_map"] = PRESET_MAPS[bins]
    return found


def check_frequency_edges(params: Mapping[str, Any]) -> None:
    """Raise UserError unless the edges of frequency are whole, rising and as many as the bins need."""
    edges, bins, is_left = params["frequency_edges"], params["bins"], params["bins_closed"] == "left"
    if params["frequency_scoring"] == "quantiles":
        if edges != PRESET_EDGES:
            raise refuse(
                "frequency_edges", list(edges), "the preset with frequency_scoring quantiles, which takes none"
            )
        return
    if any(type(edge) is not int for edge in edges):
        raise refuse("frequency_edges", list(edges), "whole numbers")
    if len(edges) != bins - 1 or list(edges) != sorted(set(edges)) or edges[-1] > 1_000_000:
        example = list(PRESET_EDGES) if bins == PRESET_BINS and is_left else list(range(2, bins + 1))
        allowed = f"{bins - 1} rising whole numbers for {bins} bins, such as {example}"
        raise refuse("frequency_edges", list(edges), allowed)
    if edges == PRESET_EDGES and not is_left:
        # Taken as they are, one and two purchases would share a score that they never shared before.
        allowed = (
            "with bins_closed right the last number of each bin: [1, 2, 3, 5] makes the bins that the preset makes "
            "with left. Or frequency_scoring quantiles, which takes none"
        )
        raise refuse("frequency_edges", list(edges), allowed)
    if edges[0] < (2 if is_left else 1):
        allowed = f"numbers from {2 if is_left else 1}, because every customer has one purchase"
        raise refuse("frequency_edges", list(edges), allowed)


def check_segment_map(params: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise UserError for a name that no map has, and for a map that comes along but is for other bins.

    `names` are those of the maps that come along. A path, or YAML, is read later, where the map is needed.
    """
    given, bins = params["segment_map"], params["bins"]
    if given in names:
        if shipped_bins(given) != bins:
            others = [name for name in names if shipped_bins(name) == bins]
            own = f"the path or the YAML of a map with `bins: {bins}`"
            raise refuse("segment_map", given, f"for {bins} bins {', '.join([*others, own])}")
    elif _LIKE_A_NAME.fullmatch(given) and not file_named(given):
        message = str(refuse("segment_map", given, f"{', '.join(names)}, or the path or the YAML of a map of your own"))
        raise UserError(message + did_you_mean(given, names))


def shipped_bins(name: str) -> int:
    """The number of bins of a map that comes along. It is only looked up: to read all of a map takes more than that."""
    found = re.search(r"^bins: *(\d+)", (SEGMENT_MAPS / f"{name}.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) if found else PRESET_BINS
