"""Change which cells go to which segment of a map, and write it as YAML again."""

from collections.abc import Collection
from typing import Any

import yaml

from segmentation.common.errors import UserError
from segmentation.config.segment_maps import Segment
from segmentation.config.segment_maps.form import USUAL_BINS, all_cells
from segmentation.config.user_input import Unreadable, load_yaml

LINE = 120


class _Dumper(yaml.SafeDumper):
    """Lists of cells stay on their lines, and nothing is said twice by an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def with_cells(text: str, segments: tuple[Segment, ...], bins: int, cells: Collection[str], name: str) -> str:
    """The YAML of a map in which these cells go to the segment of this name, and the others stay where they are.

    text: the map's YAML, which is right and says `segments`. Texts and claims of segments stay; rules become lists of
    cells. A segment that is left without any cell goes. Raises UserError for a cell or a segment that is none.
    """
    if name not in {segment.name for segment in segments}:
        raise UserError("The cells are given to a segment that the map does not have. Choose one of its segments.")
    if set(cells) - set(all_cells(bins)):
        raise UserError(f"A cell that does not exist was ticked. Cells are three scores from 1 to {bins}.")
    owners = {cell: segment.name for segment in segments for cell in segment.cells} | dict.fromkeys(cells, name)
    raw = _raw(text)
    written = []
    for segment in segments:
        own = [cell for cell in reversed(all_cells(bins)) if owners[cell] == segment.name]
        if own:
            rest = {key: value for key, value in raw[segment.name].items() if key not in ("cells", "rules")}
            written.append({**rest, "cells": own})
    content = {**({"bins": bins} if bins != USUAL_BINS else {}), "segments": written}
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=LINE, default_flow_style=None)


def _raw(text: str) -> dict[str, dict[str, Any]]:
    """What the YAML says of each segment, by its name as it is read."""
    try:
        content = load_yaml(text, as_texts=True)
    except Unreadable as fault:
        raise UserError(f"The map: {fault}.") from None
    entries = [*content["segments"], *([content["others"]] if "others" in content else [])]
    return {entry["name"].strip(" "): entry for entry in entries}
