"""The demo source, profile `electronics`: a made-up shop as raw JSON lines, in the form of Amazon Reviews 2023.

Nothing here is copied from the data set. The figures are its published marginals (see
:mod:`segmentation.sources.demo_shop.profile`), each drawn on its own; names, texts and links are invented. The last 12
months (2022-09-14 to 2023-09-13) give the published result of the first notebooks again. With their settings
(``scoring=seed``, ``segment_map=seed``, products without a category dropped) each segment's share is within
1.5 points of percent and each of the four clusters' within 3, from about 150,000 reviews on; smaller shops
scatter around that. About 83 % of the customers bought once. No published segment label or count is drawn
from: the segments follow from when customers come, how often, and what they spend.

What is simplified:

- Nine tenths of the reviews lie in the last three years and about a third in the last one, so that a small
  demo has customers enough in each 12-month window from 2022 on. In reality the last year has about 7 %;
  ``long_past`` gives that, for measuring: it moves four customers of five whole years into the past.
- Reviews thin out over the last seven months, as the published recencies show (late reviews were not written
  yet when the data set was collected). So fewer customers look recent in September 2023 than a year before.
- There are four kinds of customer. Within a kind, how often, when and how dear someone buys do not depend on
  each other; the published averages by cluster set the kinds, their spread is chosen.
- The same shop is made for every category; its name only sets the file names and the random numbers.
- There are at least 800 products, also for few reviews. Every category, kept or excluded, has one at least.
- Ratings, votes and verification depend neither on the product nor on the year. Texts are put together from
  a few hundred phrases, so short ones repeat.
- Product lines are about 0.7 KB (3 KB in reality), books carry no ``subtitle`` and ``author``, and links
  point nowhere.

The oddities of the source are all there: duplicate lines, prices that are text or null, ratings of 0.0,
negative votes, placeholders, markup in titles, products that are missing, broken lines. The rare ones come a
few times per file, whatever its size.
"""

import zlib
from collections.abc import Callable
from pathlib import Path

from segmentation.sources.demo_shop.catalogue import make_catalogue
from segmentation.sources.demo_shop.files import write
from segmentation.sources.demo_shop.products import product_blocks
from segmentation.sources.demo_shop.reviews import review_blocks
from segmentation.sources.demo_shop.times import LAST_MS

__all__ = ["BROKEN_PRODUCT_LINES", "BROKEN_REVIEW_LINES", "LAST_MS", "generate"]

# Broken lines are written on top of the reviews asked for and the products made.
BROKEN_REVIEW_LINES = 3
BROKEN_PRODUCT_LINES = 2


def _silent(message: str) -> None:
    pass


def generate(
    folder: Path,
    *,
    category: str,
    reviews: int,
    seed: int,
    long_past: bool = False,
    report: Callable[[str], None] = _silent,
) -> dict[str, Path]:
    """Write the two raw files of a made-up shop under ``folder`` and return their paths.

    Makes ``raw/review_categories/<category>.jsonl``: ``reviews`` lines, exact duplicates among them, and
    ``BROKEN_REVIEW_LINES`` on top. Makes ``raw/meta_categories/meta_<category>.jsonl``: a line per product
    (one for each 27 reviews, 800 at least) and ``BROKEN_PRODUCT_LINES`` on top. A review line is about 500
    bytes long.

    The same category, reviews and seed give the same bytes on every machine: all that is drawn or computed
    is an integer. Lines are made in blocks, so memory grows by about 200 bytes per product and by nothing
    else. A file gets its name only when it is whole.

    Returns ``{"reviews": path, "products": path}``. ``report`` is given a line of progress now and then.
    Raises ValueError if ``reviews`` is below 1, ``seed`` is negative, or ``category`` is not a plain name.
    """
    if reviews < 1:
        raise ValueError(f"reviews must be 1 or more, not {reviews}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, not {seed}")
    if not category.replace("_", "").isalnum():
        raise ValueError(f"category must be a name of letters, digits and underscores, not {category!r}")
    entropy = (seed, zlib.crc32(category.encode()))
    shop = make_catalogue(entropy, reviews)
    products_path = folder / "raw" / "meta_categories" / f"meta_{category}.jsonl"
    reviews_path = folder / "raw" / "review_categories" / f"{category}.jsonl"
    write(products_path, product_blocks(entropy, shop), "products", report)
    write(reviews_path, review_blocks(entropy, shop, reviews, long_past=long_past), "reviews", report)
    return {"reviews": reviews_path, "products": products_path}
