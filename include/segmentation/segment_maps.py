"""Segment maps: YAML files that give each of the 125 score cells one named segment."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from segmentation.errors import UserError
from segmentation.paths import SEGMENT_MAPS
from segmentation.settings import segment_map_names

CELLS = tuple(f"{r}{f}{m}" for r in range(1, 6) for f in range(1, 6) for m in range(1, 6))
KEYS = ("name", "group", "meaning", "action", "cells")


@dataclass(frozen=True)
class Segment:
    """A named segment: its group, what it means, what to do about it, and its score cells ("543")."""

    name: str
    group: str
    meaning: str
    action: str
    cells: tuple[str, ...]


def map_path(name: str) -> Path:
    """The file of a map. Raises UserError if there is none of that name."""
    if name not in segment_map_names():
        raise UserError(f"Param segment_map: no map {name!r}. Known: {', '.join(segment_map_names())}.")
    return SEGMENT_MAPS / f"{name}.yaml"


def load_map(name: str) -> tuple[Segment, ...]:
    """Read a map by its name, in the order of its file."""
    path = map_path(name)
    return parse_map(path.read_text(encoding="utf-8"), path.name)


def parse_map(text: str, where: str) -> tuple[Segment, ...]:
    """Parse and check a map: all 125 cells, each exactly once.

    Raises UserError naming the file and the cells or keys that are wrong.
    """
    try:
        segments = tuple(
            Segment(
                **{key: str(entry[key]) for key in KEYS[:-1]},
                cells=tuple(str(cell) for cell in entry["cells"]),
            )
            for entry in yaml.safe_load(text)["segments"]
        )
    except yaml.YAMLError as error:
        raise UserError(f"Segment map {where} is not YAML: {error}") from None
    except (KeyError, TypeError) as error:
        raise UserError(f"Segment map {where}: each entry of `segments` needs {', '.join(KEYS)} ({error!r}).") from None
    _check_cover(segments, where)
    return segments


def _check_cover(segments: tuple[Segment, ...], where: str) -> None:
    names = Counter(segment.name for segment in segments)
    counts = Counter(cell for segment in segments for cell in segment.cells)
    faults = {
        "segments named twice": [name for name, times in names.items() if times > 1],
        "cells in no segment": [cell for cell in CELLS if cell not in counts],
        "cells in two segments": [cell for cell, times in counts.items() if times > 1],
        "no such cells": [cell for cell in counts if cell not in CELLS],
    }
    found = "; ".join(f"{fault}: {', '.join(items)}" for fault, items in faults.items() if items)
    if found:
        raise UserError(f"Segment map {where} must name each of the 125 cells once. {found}.")
