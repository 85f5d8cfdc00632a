"""Segment maps: YAML that gives each score cell one named segment. docs/reference/segment-maps.md has the form.

A map is given by the name of one that comes along, as the path of a file, or as the YAML itself.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.common.paths import SEGMENT_MAPS
from segmentation.common.quoting import cut, quoted
from segmentation.config.param_values import LONGEST
from segmentation.config.segment_maps.cells import resolve
from segmentation.config.segment_maps.claims import Claim
from segmentation.config.segment_maps.form import USUAL_BINS, read_form
from segmentation.config.settings import segment_map_names
from segmentation.config.user_input import Unreadable, file_named, read_bytes

# The groups of the maps that come along, of which pages and lists have something to say.
HIGH, RISK, CHURNED = "High value", "At risk", "Churned"


@dataclass(frozen=True)
class Segment:
    """A named segment: its group, what it means, what to do about it, its score cells ("543"), what it claims.

    low_spend_action: what to do instead where its customers spent less than an order comes to; may be empty.
    """

    name: str
    group: str
    meaning: str
    action: str
    cells: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    low_spend_action: str = ""


def map_path(name: str) -> Path:
    """The file of a map. Raises UserError if there is none of that name."""
    if name not in segment_map_names():
        raise UserError(f"Param segment_map: no map {quoted(name)}. Known: {', '.join(segment_map_names())}.")
    return SEGMENT_MAPS / f"{name}.yaml"


def load_map(given: str, bins: int = USUAL_BINS) -> tuple[Segment, ...]:
    """Read a map for scores from 1 to `bins`: the segments in the order of its file, `others` last.

    Raises UserError if there is no such map, or if it is faulty or for another number of bins.
    """
    text, where = _found(given)
    return parse_map(text, where, bins)


def map_bins(given: str) -> int:
    """The number of scores of each metric in a map. Raises UserError if there is no such map or its form is wrong."""
    text, where = _found(given)
    return read_form(text, where).bins


def map_hash(given: str) -> str:
    """The sha256 of a map's text: what a version rests on. The same text is the same map, wherever it stands."""
    return hashlib.sha256(_found(given)[0].encode()).hexdigest()


def settled(given: str) -> str:
    """A map as later tasks are told: by its name if it comes along, else as its text.

    A file may be changed while a run goes on, and need not be there for all who work at it.
    """
    return _name_of(given) or _found(given)[0]


def own_text(given: str) -> str:
    """The text of a map that does not come along, or nothing for one that does."""
    return "" if _name_of(given) else _found(given)[0]


def shown(given: str) -> str:
    """What a page calls a map. Not its path: the same map is the same version of the page wherever it lies."""
    return _name_of(given) or f"one of your own, sha256 {map_hash(given)[:12]}"


def _name_of(given: str) -> str:
    """The name of the map that comes along with this text, if one does: a copy of it is the same map."""
    if given in segment_map_names():
        return given
    text = _found(given)[0]
    return next((name for name in segment_map_names() if _text_of(map_path(name)) == text), "")


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
        Segment(entry.name, entry.group, entry.meaning, entry.action, cells, entry.claims, entry.low_spend_action)
        for entry, cells in resolve(form, where)
    )


def _found(given: str) -> tuple[str, str]:
    """The text of a map, and what messages call it."""
    # Imported late: the sources import the plan, which imports this.
    from segmentation.config.allowed import check_allowed

    if given in segment_map_names():
        path = map_path(given)
        return _text_of(path), path.name
    file = file_named(given)
    if file:
        check_allowed("segment_map", file)
        text, where = _text_of(file), cut(file)
    elif any(sign in given for sign in ("\n", "{", ": ")):
        text, where = _plain(given), "given as YAML"
    else:
        raise UserError(
            f"Param segment_map: there is no map and no file {quoted(given)}. Known: {', '.join(segment_map_names())}. "
            "Or give the path or the YAML of a map of your own."
        )
    if len(text) > LONGEST:
        # It goes along as a param to each task.
        raise UserError(f"Segment map {where}: it is {len(text):,} characters long; {LONGEST:,} are the most.")
    return text, where


def _text_of(path: Path) -> str:
    try:
        return _plain(read_bytes(path).decode("utf-8"))
    except UnicodeDecodeError:
        raise UserError(f"Segment map {path.name} is not UTF-8. Save it as UTF-8.") from None
    except Unreadable as fault:
        raise UserError(f"Segment map {path.name}: {fault}.") from None


def _plain(text: str) -> str:
    """A text without what editors and forms add to it: a mark at its beginning, other line ends, blank lines around."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
