"""Which segment each cell of a map goes to, and what a map is told that leaves cells out or gives them twice."""

from itertools import accumulate

from segmentation.common.errors import UserError
from segmentation.common.quoting import listed, quoted
from segmentation.config.segment_maps.form import Entry, Form, all_cells

FAULTS_SHOWN = 5
LONGEST_FAULTS = 1_500


def resolve(form: Form, where: str) -> list[tuple[Entry, tuple[str, ...]]]:
    """Each segment with its cells, in the order of the file and `others` last. Every cell is in exactly one.

    Cells stand in the order of the list or of the rules that gain them. Raises UserError naming the file, the
    segments and the cells: those in none or in two, and what is never reached.
    """
    owners: dict[str, str] = {}
    faults: list[str] = []
    found = []
    for entry in form.entries:
        faults += _unreached(entry, owners) if form.first_wins else [*_overlaps(entry, owners), *_unreached(entry, {})]
        gained = tuple(dict.fromkeys(cell for rule in entry.rules for cell in rule.cells if cell not in owners))
        owners |= dict.fromkeys(gained, entry.name)
        found.append((entry, gained))
    rest = tuple(cell for cell in all_cells(form.bins) if cell not in owners)
    if form.others:
        found.append((form.others, rest))
    faults += _about_rest(form, rest)
    if faults:
        shown = faults[: _room(faults)]
        more = len(faults) - len(shown)
        others = "There is 1 more such fault" if more == 1 else f"There are {more} more such faults"
        said = [*shown, *([others] if more > 0 else [])]
        raise UserError(f"Segment map {where} cannot be used. {'. '.join(said)}.")
    return found


def _room(faults: list[str]) -> int:
    """How many of the faults are told: five, or fewer where the names in them are long."""
    sizes = accumulate(map(len, faults))
    return max(1, min(FAULTS_SHOWN, sum(size <= LONGEST_FAULTS for size in sizes)))


def _overlaps(entry: Entry, owners: dict[str, str]) -> list[str]:
    """The cells that a segment shares with segments before it, by segment."""
    shared: dict[str, dict[str, None]] = {}
    for cell in (cell for rule in entry.rules for cell in rule.cells if cell in owners):
        shared.setdefault(owners[cell], {})[cell] = None
    return [
        f"Cells in both {name!r} and {entry.name!r}: {listed(cells)}. Give each to one of them, or let the first "
        "have them with `overlaps: first_wins`"
        for name, cells in shared.items()
    ]


def _unreached(entry: Entry, owners: dict[str, str]) -> list[str]:
    """What of a segment never counts, because segments before it or its own rules before have all the cells."""
    taken = dict(owners)
    faults, gains = [], False
    for rule in entry.rules:
        lost = [cell for cell in rule.cells if cell in taken]
        takers = listed(dict.fromkeys(quoted(taken[cell]) for cell in lost))
        if not rule.called and lost:
            faults.append(f"Never reached: the cells {listed(lost)} of {entry.name!r}, taken before by {takers}")
        if rule.called and len(lost) == len(rule.cells):
            faults.append(f"Never reached: {rule.called} of {entry.name!r}, all its cells taken before by {takers}")
        gains = gains or len(lost) < len(rule.cells)
        taken |= dict.fromkeys((cell for cell in rule.cells if cell not in taken), entry.name)
    if gains:
        return faults
    takers = listed(dict.fromkeys(quoted(taken[cell]) for rule in entry.rules for cell in rule.cells))
    return [f"Left without any cell: {entry.name!r}, all its cells taken before by {takers}"]


def _about_rest(form: Form, rest: tuple[str, ...]) -> list[str]:
    if rest and not form.others:
        return [f"Cells in no segment: {listed(rest)}. Add them to one, or name a segment for them under `others`"]
    if form.others and not rest:
        return [f"`others` ({form.others.name!r}) is reached by no cell, for the segments have all. Remove it"]
    return []
