"""Segment maps: YAML files that give each score cell one named segment. docs/reference/segment-maps.md has the form."""

from dataclasses import dataclass
from pathlib import Path

from segmentation.errors import UserError
from segmentation.paths import SEGMENT_MAPS
from segmentation.segment_maps.cells import resolve
from segmentation.segment_maps.claims import Claim
from segmentation.segment_maps.form import USUAL_BINS, read_form
from segmentation.settings import segment_map_names


@dataclass(frozen=True)
class Segment:
    """A named segment: its group, what it means, what to do about it, its score cells ("543"), what it claims."""

    name: str
    group: str
    meaning: str
    action: str
    cells: tuple[str, ...]
    claims: tuple[Claim, ...] = ()


def map_path(name: str) -> Path:
    """The file of a map. Raises UserError if there is none of that name."""
    if name not in segment_map_names():
        raise UserError(f"Param segment_map: no map {name!r}. Known: {', '.join(segment_map_names())}.")
    return SEGMENT_MAPS / f"{name}.yaml"


def load_map(name: str, bins: int = USUAL_BINS) -> tuple[Segment, ...]:
    """Read a map by its name, for scores from 1 to `bins`: the segments in the order of its file, `others` last.

    Raises UserError if there is no such map, or if it is faulty or for another number of bins.
    """
    path = map_path(name)
    return parse_map(_text_of(path), path.name, bins)


def map_bins(name: str) -> int:
    """The number of scores of each metric in a map. Raises UserError if there is no such map or its form is wrong."""
    path = map_path(name)
    return read_form(_text_of(path), path.name).bins


def parse_map(text: str, where: str, bins: int = USUAL_BINS) -> tuple[Segment, ...]:
    """Parse and check a map: all `bins` x `bins` x `bins` cells, each in exactly one segment.

    `where` is the file's name for messages. Raises UserError naming it and the keys, segments and cells that are wrong.
    """
    form = read_form(text, where)
    if form.bins != bins:
        raise UserError(
            f"Param bins: segment map {where} is for {form.bins} bins, and bins is {bins}. Choose a map with "
            f"{bins} bins, or set bins to {form.bins}."
        )
    return tuple(
        Segment(entry.name, entry.group, entry.meaning, entry.action, cells, entry.claims)
        for entry, cells in resolve(form, where)
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UserError(f"Segment map {path.name} is not UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        raise UserError(f"Segment map {path.name} cannot be read: {error.strerror}.") from None
