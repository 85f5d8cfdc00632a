"""What reviews say: titles by rating, and texts put together from phrases by mood."""

import json
from dataclasses import dataclass
from itertools import islice

import numpy as np

from segmentation.sources.demo_shop import profile
from segmentation.sources.demo_shop.draws import TEXTS, spread, stream

MOODS = (0, 0, 1, 2, 2)  # of 1 to 5 stars: bad, bad, mixed, good, good


class Words:
    """Lists of phrases to draw from, ready to be put between quotes in a JSON line."""

    def __init__(self, lists: list[list[str]]) -> None:
        # UTF-8 held as Latin-1: with one byte per letter, lines with an emoji cost no more than others.
        self._phrases = [
            json.dumps(phrase, ensure_ascii=False)[1:-1].encode().decode("latin-1")
            for phrases in lists
            for phrase in phrases
        ]
        self._size = np.array([len(phrases) for phrases in lists], dtype=np.int64)
        self._first = np.cumsum(self._size) - self._size

    def draw(self, rng: np.random.Generator, which: np.ndarray) -> list[str]:
        """A phrase for each number of a list in ``which``."""
        place = self._first[which] + rng.integers(0, 1 << 30, len(which)) % self._size[which]
        return [self._phrases[p] for p in place.tolist()]


@dataclass(frozen=True)
class Texts:
    """What reviews are made of: titles by rating, the parts of a text by mood."""

    titles: Words
    openings: Words
    middles: Words
    closings: Words


def make_texts(entropy: tuple[int, int]) -> Texts:
    """The phrases of one shop."""
    rng = stream(entropy, TEXTS)
    titles = [
        [star] * 6 + [head + tail for head in profile.TITLE_HEADS[mood] for tail in profile.TITLE_TAILS]
        for star, mood in zip(profile.STAR_TITLES, MOODS, strict=True)
    ]
    middles = []
    lengths = np.repeat(spread(profile.SENTENCES), 3).tolist()
    for patterns in profile.PATTERNS:
        sentences = [" " + pattern.format(part) for pattern in patterns for part in profile.PARTS]
        drawn = iter([sentences[s] for s in rng.integers(0, len(sentences), sum(lengths)).tolist()])
        middles.append(["".join(islice(drawn, length)) for length in lengths])
    return Texts(
        titles=Words(titles),
        openings=Words([[o + h for o in phrases for h in profile.HISTORIES] for phrases in profile.OPENINGS]),
        middles=Words(middles),
        closings=Words([list(phrases) for phrases in profile.CLOSINGS]),
    )
