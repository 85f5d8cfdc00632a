"""What a user gave, as a message repeats it: some 200 characters at most, on one line, whatever it was. Stdlib only."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MOST = 200
CUT = "..."


def quoted(value: Any, most: int = MOST) -> str:
    """A value as Python writes it, in at most `most` characters. It takes no longer for a large value than for a small.

    A text that is cut says how long it is.
    """
    if isinstance(value, str):
        return _text(value, most)
    found = ""
    for piece in _pieces(value, most):
        found += piece
        if len(found) > most:
            return found[: most - len(CUT)] + CUT
    return found


def cut(text: Any, most: int = MOST) -> str:
    """A path or a word that stands in a sentence without quotes: on one line, and without its middle if it is long."""
    text = str(text)
    found = _printable(text[: most + 1])
    if len(found) <= most:
        return found
    tail = _printable(text[-(most // 3) :])[-(most // 3) :]
    return found[: most - len(CUT) - len(tail)] + CUT + tail


def listed(items: Iterable[Any], most: int = MOST, count: int = 20) -> str:
    """The items of a message, as long as there is room: "a, b and 3 more"."""
    words = [item if isinstance(item, str) else str(item) for item in items]
    shown: list[str] = []
    for word in words[:count]:
        if shown and sum(map(len, shown)) + 2 * len(shown) + len(word) > most:
            break
        shown.append(cut(word, most))
    more = len(words) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _text(text: str, most: int) -> str:
    if len(text) <= most and len(whole := repr(text)) <= most:
        return whole
    end = f"{CUT} ({len(text):,} characters)"
    room, kept = most - len(end) - 2, 0
    for character in text[:most]:
        room -= len(repr(character)) - 2
        if room < 0:
            break
        kept += 1
    return f"{text[:kept]!r}{end}"


def _pieces(value: Any, most: int) -> Iterator[str]:
    """The parts of `repr`, one after the other, so that who has read enough can stop."""
    if isinstance(value, str):
        yield _text(value, most)
    elif isinstance(value, Mapping):
        yield "{"
        for place, (key, item) in enumerate(value.items()):
            yield ", " if place else ""
            yield from _pieces(key, most)
            yield ": "
            yield from _pieces(item, most)
        yield "}"
    elif isinstance(value, (list, tuple, set, frozenset)):
        begin, end = "[]" if isinstance(value, list) else "()" if isinstance(value, tuple) else "{}"
        yield begin
        for place, item in enumerate(value):
            yield ", " if place else ""
            yield from _pieces(item, most)
        yield ("," if isinstance(value, tuple) and len(value) == 1 else "") + end
    elif isinstance(value, bytes):
        yield repr(value[:most])
    else:
        yield _plain(value, most)


def _plain(value: Any, most: int) -> str:
    try:
        return repr(value)[: most + 1]
    except ValueError:  # Python does not write out a whole number of more than 4,300 digits
        return f"a number of {int(value).bit_length():,} bits"


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
