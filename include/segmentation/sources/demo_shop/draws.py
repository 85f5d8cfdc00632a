"""Drawing with integers only, so that every machine draws the same: streams, tables, ladders, weights."""

import numpy as np

MILLION = 1_000_000
# Each part of the shop draws from streams of its own.
CATALOGUE, PRODUCTS, REVIEWS, TEXTS = range(4)


def stream(entropy: tuple[int, int], *key: int) -> np.random.Generator:
    """Random numbers for one part of the shop (and one block of it)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy, spawn_key=key)))


def spread(parts: tuple[tuple[int, int], ...]) -> np.ndarray:
    """A table of 1,000 values to draw from, out of (value, parts of 1,000)."""
    return np.repeat([value for value, _ in parts], [part for _, part in parts]).astype(np.int64)


def ladder(share: np.ndarray, steps: tuple[tuple[int, int], ...]) -> np.ndarray:
    """The value at each share (millionths) of a distribution given by a few of its points."""
    shares, values = np.array(steps, dtype=np.int64).T
    low = np.clip(np.searchsorted(shares, share, side="right") - 1, 0, len(shares) - 2)
    return values[low] + (values[low + 1] - values[low]) * (share - shares[low]) // (shares[low + 1] - shares[low])


def pick(rng: np.random.Generator, running: np.ndarray, size: int) -> np.ndarray:
    """Draw positions by weight; ``running`` are the running totals of the integer weights."""
    return np.searchsorted(running, rng.integers(0, int(running[-1]), size), side="right")


def strings(letters: np.ndarray) -> list[str]:
    """One string per row of a matrix of single letters."""
    width = letters.shape[1]
    text = letters.tobytes().decode("ascii")
    return [text[start : start + width] for start in range(0, len(text), width)]
