"""Misspelt names: which known one somebody may have meant. Stdlib only."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import takewhile

# Below this likeness two names are two names: WINDOW is still like WINDOW_MONTHS, and MONTHS is not like MIN_PRICE.
LIKE = 0.6
LONGEST = 100


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, whatever its case and underscores; None if none is like it."""
    plain = _plain(name[:LONGEST])
    likeness = {each: SequenceMatcher(None, plain, _plain(each)).ratio() for each in known}
    best = max(likeness, key=lambda each: likeness[each], default=None)
    return best if best is not None and likeness[best] >= LIKE else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What a message ends with: " Did you mean frequency_edges?", or nothing where no known name is like this one."""
    best = nearest(name, known)
    return f" Did you mean {best}?" if best else ""


def is_slip(name: str, right: str) -> bool:
    """Whether a name differs from the right one by one slip only: an underscore, or one letter missing, too many,
    wrong, or two of them swapped."""
    if name == right:
        return False
    if name.replace("_", "") == right.replace("_", ""):
        return True
    start = _alike(name, right)
    name, right = name[start:], right[start:]
    end = _alike(name[::-1], right[::-1])
    name, right = name[: len(name) - end], right[: len(right) - end]
    return max(len(name), len(right)) <= 1 or (len(name) == 2 and name == right[::-1])


def _alike(one: str, other: str) -> int:
    """How many letters two names begin with together."""
    together = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in together)


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
