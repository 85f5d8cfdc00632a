"""The catalogue: price, category and popularity of every product, and its code."""

from dataclasses import dataclass

import numpy as np

from segmentation.sources.demo_shop import profile
from segmentation.sources.demo_shop.draws import CATALOGUE, MILLION, ladder, stream, strings

_BANDS = 40
# Sixteen million products, each with three variants, keep their codes apart.
_VARIANTS = 1 << 24
_CODE_STEP = 97_612_893_971  # has no factor in common with 36, so no two codes are equal
_CODES = 36**8
_BASE36 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype="S1")


@dataclass(frozen=True)
class Shop:
    """All products, as arrays over their line in the file.

    ``cheap`` and ``dear`` hold running weights of the priced products, ``unpriced`` of the others, in the
    order of ``place``. ``special`` holds the fields that make an odd product odd.
    """

    offset: int
    cents: np.ndarray  # -1 when unknown
    category: np.ndarray
    standing: np.ndarray  # how popular among its like, in millionths
    place: np.ndarray  # priced products from cheap to dear, then those without a price
    cheap: np.ndarray
    dear: np.ndarray
    unpriced: np.ndarray
    special: dict[int, dict[str, object]]

    def codes(self, product: np.ndarray, variant: np.ndarray | int = 0) -> list[str]:
        """The code of each product, or of one of its variants 1 to 3: B0 and eight letters or digits."""
        rest = ((product + variant * _VARIANTS) * _CODE_STEP + self.offset) % _CODES
        digits = np.empty((len(product), 10), dtype="S1")
        digits[:, 0], digits[:, 1] = b"B", b"0"
        for column in range(9, 1, -1):
            digits[:, column] = _BASE36[rest % 36]
            rest = rest // 36
        return strings(digits)


def make_catalogue(entropy: tuple[int, int], reviews: int) -> Shop:
    """Every product of a shop that gets so many reviews."""
    rng = stream(entropy, CATALOGUE)
    count = min(max(800, reviews // profile.REVIEWS_PER_PRODUCT), _VARIANTS // 2)
    priced = count * profile.PRICED_PER_MILLE // 1000
    place = rng.permutation(count)

    # Prices are spread evenly over the published distribution, so that even a small shop has its quartiles.
    rank = np.arange(priced, dtype=np.int64)
    by_price = ladder((2 * rank + 1) * MILLION // (2 * priced), profile.PRICES)
    charm = (rng.integers(0, 100, priced) < 60) & (by_price >= 300)
    by_price = np.where(charm, by_price // 100 * 100 + 99, by_price)
    by_price[:2] = 0, 20  # too low to count
    cents = np.full(count, -1, dtype=np.int64)
    cents[place[:priced]] = by_price

    # Popularity: a few hits in each price band. In the last band the cheapest are the hits, else one very
    # dear hit would set the mean spend.
    band = rank * _BANDS // priced
    start = np.searchsorted(band, np.arange(_BANDS))
    size = np.bincount(band, minlength=_BANDS)
    shuffled = np.lexsort((rng.integers(0, 1 << 40, priced), band))
    order = np.empty(priced, dtype=np.int64)
    order[shuffled] = rank - start[band[shuffled]]
    order = np.where(band == _BANDS - 1, rank - start[band], order)
    unpriced_order = np.arange(count - priced, dtype=np.int64)
    hits = 10**9 // (order + 3)
    total = np.bincount(band, weights=hits, minlength=_BANDS).astype(np.int64)
    hits = hits * MILLION // total[band]
    standing = np.empty(count, dtype=np.int64)
    standing[place[:priced]] = MILLION - (2 * order + 1) * MILLION // (2 * size[band])
    standing[place[priced:]] = MILLION - (2 * unpriced_order + 1) * MILLION // (2 * (count - priced))

    hit = place[:priced][np.flatnonzero(order == 0)]
    # Odd titles sit on hits, so that they reach the list of popular products; placeholders on lesser ones.
    odd: list[tuple[int, dict[str, object]]] = [
        (int(hit[6 + 2 * n]), {"title": title, "main_category": "Computers"})
        for n, title in enumerate(profile.ODD_TITLES)
    ]
    odd += [(int(hit[7 + 2 * n]), dict(fields)) for n, fields in enumerate(profile.PLACEHOLDER_FIELDS)]
    odd += [(int(place[priced + n]), {"price": price}) for n, price in enumerate(profile.ODD_PRICES)]
    unknown: dict[str, object] = {"title": "[metadata not found]", "main_category": None, "store": None}
    odd += [(int(place[priced + 8 + n]), unknown) for n in range(3)]
    return Shop(
        offset=int(rng.integers(0, _CODES)),
        cents=cents,
        category=_categories(rng, count),
        standing=standing,
        place=place,
        cheap=np.cumsum(hits * np.array(profile.CHEAP_BANDS)[band]),
        dear=np.cumsum(hits * np.array(profile.DEAR_BANDS)[band]),
        unpriced=np.cumsum(10**9 // (unpriced_order + 20)),
        special=dict(odd),
    )


def _categories(rng: np.random.Generator, count: int) -> np.ndarray:
    """A category per product: the published shares, but one product of each at least."""
    sizes = np.array([products for _, products in profile.CATEGORIES], dtype=np.int64)
    kinds = len(sizes)
    filled = np.cumsum(sizes * (count - kinds) // sizes.sum() + 1)
    # What rounding leaves over goes to the first, the largest.
    return rng.permutation(np.searchsorted(filled + (count - filled[-1]), np.arange(count), side="right"))
