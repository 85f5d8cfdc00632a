"""The files of the stand-in hub, quick tries, and what lies where afterwards."""

import random

from segmentation.sources.retries import RetryPolicy
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

QUICK = RetryPolicy(first_wait=0.01, longest_wait=0.05, silence=1.5, connect=5, progress_every=0.05)
REVIEWS = "raw/review_categories/Electronics.jsonl"
PRODUCTS = "raw/meta_categories/meta_Electronics.jsonl"
FILES = {REVIEWS: random.Random(1).randbytes(3_000_000), PRODUCTS: random.Random(2).randbytes(400_000)}


def landed(warehouse: Warehouse) -> list[str]:
    """What lies in the landing area."""
    return sorted(path.name for path in (warehouse.root / "_landing").glob("*"))


def contents(warehouse: Warehouse, manifest: Manifest) -> dict[str, bytes]:
    """The bytes of a version's files."""
    place = warehouse.place_of(manifest)
    return {name: (place / name).read_bytes() for name in manifest.files}
