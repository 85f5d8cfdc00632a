"""Inputs that begin as what people write and are bent at random, and what every reader has to make of them."""

import random
import resource
from collections.abc import Callable, Iterator

from hostile_values import TEXTS

from segmentation.common.errors import UserError

SIGNS = ":-[]{}&*!|>'\"%@`,#?~=<\n\t \\/.;\0\x07\u202e\ud800é😀0123456789eE+_"
MOST_LETTERS, MOST_MEMORY = 2_000, 500_000  # kB
# Those that are long are tried once each; bending them takes its time and finds nothing new.
HOSTILE = tuple(text for text in TEXTS if len(text) < 400)


def bent(seeds: list[str], count: int, seed: int = 1) -> Iterator[str]:
    """So many texts, each a seed bent in one to six places; the same ones each time."""
    dice = random.Random(seed)
    yield from TEXTS
    for _ in range(count - len(TEXTS)):
        text = dice.choice(seeds)
        for _ in range(dice.randint(1, 6)):
            text = _bend(text, dice, seeds)
        yield text


def _bend(text: str, dice: random.Random, seeds: list[str]) -> str:
    at, end = sorted(dice.randrange(len(text) + 1) for _ in range(2))
    piece = text[at:end][:200]
    return dice.choice(
        [
            lambda: text[:at] + text[at + len(piece) :],  # left out
            lambda: text[:at] + piece + text[at:],  # twice
            lambda: text[:at] + piece * dice.choice([3, 30]) + text[at:],
            lambda: text[:at] + dice.choice(SIGNS) + text[at + 1 :],  # another sign
            lambda: text[:at] + dice.choice(SIGNS) * dice.randint(1, 40) + text[at:],
            lambda: text[:at] + dice.choice(HOSTILE) + text[at:],
            lambda: text[:at] + dice.choice(HOSTILE) + text[at + len(piece) :],
            lambda: text[:at] + dice.choice(seeds)[at:end],  # of another
        ]
    )()


def check(read: Callable[[str], object], texts: Iterator[str]) -> tuple[int, int]:
    """Read each text: it is taken, or refused by one short line. Returns how many were taken and how many refused."""
    before, taken, refused = _memory(), 0, 0
    for text in texts:
        try:
            read(text)
            taken += 1
        except UserError as error:
            refused += 1
            message = str(error)
            assert len(message) <= MOST_LETTERS, message
            assert "\n" not in message, message
            assert "Traceback" not in message
            message.encode()
        except Exception as error:
            raise AssertionError(f"{type(error).__name__} where one sentence was due: {text!r:.500}") from error
    assert _memory() - before < MOST_MEMORY
    return taken, refused


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
