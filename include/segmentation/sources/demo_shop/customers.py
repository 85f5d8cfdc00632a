"""Who buys what and when: kinds of customers, their visits and baskets, their user ids."""

from dataclasses import dataclass

import numpy as np

from segmentation.sources.demo_shop import profile
from segmentation.sources.demo_shop.catalogue import Shop
from segmentation.sources.demo_shop.draws import pick, spread, strings
from segmentation.sources.demo_shop.times import (
    DAY_MS,
    FIRST_MS,
    LAST_MS,
    PAST_YEARS,
    SPAN,
    SPLIT_SECONDS_MS,
    make_calendar,
)

_BASE32 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", dtype="S1")


@dataclass(frozen=True)
class Habits:
    """The tables of customers as arrays: a row per kind of customer, 1,000 values to draw from."""

    kinds: np.ndarray
    visits: np.ndarray
    baskets: np.ndarray
    calendars: list[np.ndarray]


def make_habits() -> Habits:
    """The habits of the published one-year customers."""
    return Habits(
        kinds=spread(profile.KINDS),
        visits=np.stack([spread(parts) for parts in profile.VISITS]),
        baskets=np.stack([spread(parts) for parts in profile.BASKETS]),
        calendars=[make_calendar(*habit) for habit in zip(profile.SEASONS, profile.LATE_DAYS, strict=True)],
    )


def purchases(
    rng: np.random.Generator, habits: Habits, rows: int, *, long_past: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers until they fill ``rows`` reviews: owner (0, 1, ...), kind of customer and time (ms) of each.

    Rows of an owner stand together, in no order of time. With ``long_past`` four customers of five are of long ago.
    """
    kind = habits.kinds[rng.integers(0, 1000, rows)]  # a customer for each review is more than enough
    visits = habits.visits[kind, rng.integers(0, 1000, rows)]
    owner = np.repeat(np.arange(rows), visits)
    shortest, longest = np.array(profile.GAPS, dtype=np.int64)[kind[owner]].T * (SPAN // 1000)
    gap = shortest + (longest - shortest) * rng.integers(0, 1000, len(owner)) // 1000
    # Time is walked in shares of the calendar, so that later visits follow its seasons too.
    first = np.cumsum(visits) - visits
    gap[first] = 0
    walked = np.cumsum(gap)
    share = rng.integers(0, SPAN, rows)[owner] + walked - walked[first][owner]
    seen = share < SPAN  # a visit after the end of the file is not in it
    owner, share = owner[seen], share[seen]
    day = np.choose(kind[owner], [np.searchsorted(days, share, side="right") for days in habits.calendars])
    if long_past:
        years = rng.integers(PAST_YEARS.start, PAST_YEARS.stop, rows) * (rng.integers(0, 5, rows) > 0)
        day = np.maximum(day - years[owner] * 365, 0)
    moment = FIRST_MS + day * DAY_MS + rng.integers(0, DAY_MS, len(owner))
    basket = habits.baskets[kind[owner], rng.integers(0, 1000, len(owner))]
    owner = np.repeat(owner, basket)[:rows]
    # The reviews of one visit are written minutes apart.
    moment = np.repeat(moment, basket)[:rows] + rng.integers(0, 40 * 60_000, rows)
    moment = np.where(moment > LAST_MS, 2 * LAST_MS - moment, moment)
    moment = np.where(moment < SPLIT_SECONDS_MS, moment // 1000 * 1000, moment)
    shuffled = np.lexsort((rng.integers(0, 1 << 40, rows), owner))
    return owner, kind[owner], moment[shuffled]


def bought(rng: np.random.Generator, shop: Shop, kind: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """The line of each review's product; one after the last line is a product that the file does not have."""
    rows = len(kind)
    priced = len(shop.cheap)
    is_dear = rng.integers(0, 1000, rows) < np.array(profile.DEAR_PER_MILLE)[kind]
    place = np.where(is_dear, pick(rng, shop.dear, rows), pick(rng, shop.cheap, rows))
    years = np.minimum((LAST_MS - moment) // (365 * DAY_MS), len(profile.UNPRICED_PER_MILLE) - 1)
    is_unpriced = rng.integers(0, 1000, rows) < np.array(profile.UNPRICED_PER_MILLE)[years]
    place = np.where(is_unpriced, priced + pick(rng, shop.unpriced, rows), place)
    is_missing = rng.integers(0, 1000, rows) < profile.MISSING_PRODUCT_PER_MILLE
    missing = len(shop.place) + rng.integers(0, len(shop.place) // 50, rows)
    return np.where(is_missing, missing, shop.place[place])


def users(rng: np.random.Generator, owner: np.ndarray) -> list[str]:
    """A user id per review: 28 letters of base 32, as in the source."""
    people = int(owner[-1]) + 1
    letters = _BASE32[rng.integers(0, 32, (people, 28))]
    letters[:, 0] = b"A"
    letters[:, 1] = _BASE32[rng.integers(4, 8, people)]
    letters[:, 27] = _BASE32[rng.integers(0, 2, people) * 16]  # the last letter holds a single bit
    names = strings(letters)
    return [names[person] for person in owner.tolist()]
