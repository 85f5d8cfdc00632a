"""The products file: one JSON line per product of the catalogue."""

import json
from collections.abc import Iterator

import numpy as np

from segmentation.sources.demo_shop import profile
from segmentation.sources.demo_shop.catalogue import Shop
from segmentation.sources.demo_shop.draws import MILLION, PRODUCTS, ladder, stream

_PRODUCT_BLOCK = 4_000  # products made at a time


def product_blocks(entropy: tuple[int, int], shop: Shop) -> Iterator[bytes]:
    """The lines of the products file, with two broken ones in the first block."""
    count = len(shop.cents)
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for number, first in enumerate(range(0, count, _PRODUCT_BLOCK)):
        product = np.arange(first, min(first + _PRODUCT_BLOCK, count), dtype=np.int64)
        rng = stream(entropy, PRODUCTS, number)
        columns = (
            product,
            shop.cents[product],
            shop.category[product],
            ladder(rng.integers(0, MILLION, len(product)), profile.AVERAGE_RATINGS),
            ladder(shop.standing[product], profile.RATING_NUMBERS),
            rng.integers(0, 1 << 30, len(product)),
        )
        lines = [
            encode(_product(code, shop.special.get(row[0], {}), *row[1:]))
            for code, row in zip(shop.codes(product), zip(*(c.tolist() for c in columns), strict=True), strict=True)
        ]
        if number == 0:
            lines[1:1] = [profile.GARBAGE]
            lines[5:5] = [lines[4][: len(lines[4]) // 2]]
        yield ("\n".join(lines) + "\n").encode()


def _product(
    code: str, special: dict[str, object], cents: int, kind: int, tenths: int, ratings: int, dice: int
) -> dict[str, object]:
    """One product line; ``dice`` (0 to 2**30) settles all that is only decoration."""
    category = profile.CATEGORIES[kind][0]
    things = profile.THINGS.get(category, profile.OTHER_THINGS)
    thing, unit = things[dice % len(things)].split("|")
    store = profile.STORES[dice // 7 % len(profile.STORES)]
    specs = profile.SPECS[unit]
    spec = specs[dice // 211 % len(specs)]
    features = [profile.FEATURES[(dice // 977 + n) % len(profile.FEATURES)] for n in range(dice // 31 % 5)]
    link = f"https://images.example.com/I/{code[::-1]}"
    details: dict[str, object] = {"Brand": store, "Item Weight": f"{1 + dice // 13 % 90 / 10:.1f} ounces"}
    if dice % 3:
        details["Best Sellers Rank"] = {category or "Electronics": 1 + dice % 90_000}
    if dice % 5 == 0:
        details[f"Compatible With {thing}"] = spec
    pictures = {"thumb": f"{link}_SS40_.jpg", "large": f"{link}_AC_.jpg", "variant": "MAIN", "hi_res": None}
    return {
        "main_category": category,
        "title": f"{store} {thing} {spec}",
        "average_rating": tenths / 10,
        "rating_number": ratings,
        "features": features,
        "description": [f"{thing} by {store}. {features[0]}."] if features else [],
        "price": cents / 100 if cents >= 0 else None,
        "images": [pictures],
        "videos": [],
        "store": store if dice % 168 else None,
        "categories": ["Electronics", category, f"{thing}s"] if category else [],
        "details": details,
        "parent_asin": code,
        "bought_together": None,
    } | special
