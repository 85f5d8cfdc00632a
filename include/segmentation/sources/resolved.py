"""What all sources share: what a resolver is given, what it returns, and where the raw files lie in a version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from segmentation.sources.addresses import Addresses
from segmentation.sources.checksums import Checksums
from segmentation.warehouse.versions import Warehouse

REVIEWS_FOLDER = "raw/review_categories"
PRODUCTS_FOLDER = "raw/meta_categories"
ORDERS_FOLDER = "raw/orders"


def _nothing(*_: Any) -> None:
    return


@dataclass(frozen=True)
class Surroundings:
    """What a resolver may use besides the params.

    report takes lines for the log. find_token looks up the Hub's token; it is asked only when the Hub is. checksums
    knows files of the user's that have been read before. find_connection gives an Airflow connection by its id.
    find_store gives the file system that a provider has for a scheme and a connection, None where there is none. as_of
    is the run's date, where there is one already.
    """

    warehouse: Warehouse
    report: Callable[[str], None]
    find_token: Callable[[], str | None]
    checksums: Checksums
    find_connection: Callable[[str], Any]
    find_store: Callable[[str, str | None], Any] = _nothing
    as_of: date | None = None

    def addresses(self, param: str) -> Addresses:
        """What brings the files of a param that lie elsewhere."""
        return Addresses(param, self.warehouse.root, self.find_connection, self.find_store, self.report)


@dataclass(frozen=True)
class Resolved:
    """A source before it is fetched.

    identity: what the version follows from. bring: puts the files into a folder, and returns what it knows of them,
    path -> {bytes, sha256}; the others are read. check: given what was brought, raises UserError if it must not become
    a version. clear_up: called when the version stands. found: what else the version says of itself. doubts: sentences
    about it, for who reads the report. close: called in the end, whatever came of it.
    """

    identity: dict[str, Any]
    bring: Callable[[Path], dict[str, dict[str, Any]] | None]
    check: Callable[[dict[str, dict[str, Any]]], None] = _nothing
    clear_up: Callable[[], None] = _nothing
    found: dict[str, Any] = field(default_factory=dict)
    doubts: Sequence[str] = ()
    close: Callable[[], None] = _nothing


def file_names(category: str) -> dict[str, str]:
    """Where the files of a category lie, on the Hub as in a version: {"reviews": ..., "products": ...}."""
    return {
        "reviews": f"{REVIEWS_FOLDER}/{category}.jsonl",
        "products": f"{PRODUCTS_FOLDER}/meta_{category}.jsonl",
    }
