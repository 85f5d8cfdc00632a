"""The reviews file: one JSON line per review, those of a customer next to each other."""

from collections.abc import Iterator

import numpy as np

from segmentation.sources.demo_shop import profile
from segmentation.sources.demo_shop.catalogue import Shop
from segmentation.sources.demo_shop.customers import bought, make_habits, purchases, users
from segmentation.sources.demo_shop.draws import MILLION, REVIEWS, ladder, pick, stream
from segmentation.sources.demo_shop.texts import MOODS, Texts, make_texts
from segmentation.sources.demo_shop.times import FIRST_MS

BLOCK = 20_000  # reviews made at a time


def review_blocks(entropy: tuple[int, int], shop: Shop, reviews: int, *, long_past: bool) -> Iterator[bytes]:
    """The lines of the reviews file, with three broken ones in the first block."""
    habits, texts = make_habits(), make_texts(entropy)
    for number, first in enumerate(range(0, reviews, BLOCK)):
        rng = stream(entropy, REVIEWS, number)
        rows = min(BLOCK, reviews - first)
        copies = rows * profile.DUPLICATES // profile.REVIEWS
        bought_by = purchases(rng, habits, rows - copies, long_past=long_past)
        lines = _review_lines(rng, shop, texts, *bought_by, with_oddities=number == 0)
        times = np.bincount(rng.integers(0, len(lines), copies), minlength=len(lines)) + 1
        lines = [lines[row] for row in np.repeat(np.arange(len(lines)), times).tolist()]
        if number == 0:
            middle = len(lines) // 2
            cut = lines[middle]
            # Cut in a plain part of the line: half a letter would not be text any more.
            lines[middle:middle] = [cut[: cut.rindex('"asin"') + 14], profile.GARBAGE, cut[:-2]]
        yield ("\n".join(lines) + "\n").encode("latin-1")


def _review_lines(
    rng: np.random.Generator,
    shop: Shop,
    texts: Texts,
    owner: np.ndarray,
    kind: np.ndarray,
    moment: np.ndarray,
    *,
    with_oddities: bool,
) -> list[str]:
    """Different reviews, one line each, those of a customer next to each other."""
    rows = len(owner)
    product = bought(rng, shop, kind, moment)
    verified = rng.integers(0, profile.REVIEWS, rows) < profile.VERIFIED
    stars = np.where(
        verified,
        pick(rng, np.cumsum(profile.RATINGS_VERIFIED), rows),
        pick(rng, np.cumsum(profile.RATINGS_NOT_VERIFIED), rows),
    )
    mood = np.array(MOODS)[stars]
    votes = ladder(rng.integers(0, MILLION, rows), profile.HELPFUL_VOTES)
    variant = np.where(rng.integers(0, 1000, rows) < profile.VARIANT_PER_MILLE, rng.integers(1, 4, rows), 0)
    ratings = [f"{star + 1}.0" for star in stars.tolist()]
    titles = texts.titles.draw(rng, stars)
    parts = (texts.openings.draw(rng, mood), texts.middles.draw(rng, mood), texts.closings.draw(rng, mood))
    words = [opening + middle + closing for opening, middle, closing in zip(*parts, strict=True)]
    pictures = ["[]"] * rows
    for row in np.flatnonzero(rng.integers(0, 1000, rows) < profile.WITH_IMAGES_PER_MILLE).tolist():
        pictures[row] = _picture(int(rng.integers(0, 1 << 36)))
    if with_oddities:
        # A few of each, on different rows, whatever the size of the file.
        rare = rng.permutation(rows)
        for row in rare[0:3].tolist():
            ratings[row] = "0.0"
        votes[rare[3:7]] = (-1, -2, -3, -4)[: len(rare[3:7])]
        for row in rare[7:10].tolist():
            titles[row] = "None"
        for row in rare[10:11].tolist():
            words[row] = "N/A"
        moment[rare[11:12]] = FIRST_MS + 62_061_000
        product[rare[12:15]] = len(shop.place)
    columns = (
        ratings,
        titles,
        words,
        pictures,
        shop.codes(product, variant),
        shop.codes(product),
        users(rng, owner),
        moment.tolist(),
        votes.tolist(),
        ["true" if checked else "false" for checked in verified.tolist()],
    )
    return [
        f'{{"rating": {rating}, "title": "{title}", "text": "{text}", "images": {images}, "asin": "{asin}", '
        f'"parent_asin": "{parent}", "user_id": "{user}", "timestamp": {time}, "helpful_vote": {vote}, '
        f'"verified_purchase": {checked}}}'
        for rating, title, text, images, asin, parent, user, time, vote, checked in zip(*columns, strict=True)
    ]


def _picture(dice: int) -> str:
    link = f"https://images.example.com/I/{dice:011d}"
    return (
        f'[{{"attachment_type": "IMAGE", "large_image_url": "{link}.jpg", '
        f'"medium_image_url": "{link}._SL800_.jpg", "small_image_url": "{link}._SL256_.jpg"}}]'
    )
