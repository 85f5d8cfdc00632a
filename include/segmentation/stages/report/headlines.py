"""The three sentences on top of a report, as its text file has them."""

from functools import lru_cache

from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import Damaged, StoredFile, file_of
from segmentation.warehouse.versions import Warehouse

TEXT, BEGINNING, POINT = "insights.txt", "In short", "- "
MOST = 3
MOST_BYTES = 200_000


def headlines(warehouse: Warehouse, report: Manifest) -> list[str]:
    """The sentences of a report; none where its text is not there or not as it was published."""
    file = file_of(warehouse, report, TEXT)
    try:
        return list(_sentences(file)) if file and file.bytes <= MOST_BYTES else []
    except Damaged:
        return []


@lru_cache(maxsize=256)
def _sentences(file: StoredFile) -> tuple[str, ...]:
    with file.open() as opened:
        lines = opened.read().decode("utf-8", errors="replace").splitlines()
    if BEGINNING not in lines:
        return ()
    after = lines[lines.index(BEGINNING) + 1 :]
    end = next((place for place, line in enumerate(after) if not line.startswith(POINT)), len(after))
    return tuple(line.removeprefix(POINT) for line in after[:end])[:MOST]
