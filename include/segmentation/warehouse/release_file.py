"""What the file of a release holds, and whether it is as it was written."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from segmentation.common.errors import UserError
from segmentation.config.shops.names import is_name
from segmentation.warehouse.manifests import DATASET, VERSION

RELEASE_FORMAT = 1


class DamagedRelease(UserError):
    """A release's file that is not as it was written."""


@dataclass(frozen=True)
class Release:
    """One month of one shop: the version of every dataset, and where they come from.

    dag_id: the DAG of the run, empty where none is known. figures: what a list of months shows: customers, spend (as a
    text) and currency. note: what made it if that was no run. seal: a checksum of all the rest.
    """

    shop: str
    title: str
    as_of: str
    number: int
    versions: dict[str, str]
    run_id: str
    dag_id: str
    params: dict[str, Any]
    released_at: str
    figures: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    format: int = RELEASE_FORMAT
    seal: str = ""

    @property
    def day(self) -> date:
        """The as-of date."""
        return date.fromisoformat(self.as_of)

    def says_as(self, other: "Release") -> bool:
        """Whether it is of the same run and names the same versions: a task that is tried again finds its own."""
        return (self.run_id, self.dag_id, self.versions) == (other.run_id, other.dag_id, other.versions)


def seal(release: Release) -> str:
    """The checksum of a release's content."""
    return _seal_of(asdict(release))


def _seal_of(content: dict[str, Any]) -> str:
    rest = {key: value for key, value in content.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def text_of(release: Release) -> str:
    """A release as its file holds it."""
    return json.dumps(asdict(release), indent=2) + "\n"


def parse(text: str | bytes, where: str) -> Release:
    """The release that a text holds. Raises UserError naming `where` if it is none, or a newer program's."""
    try:
        content = json.loads(text)
        if content["format"] > RELEASE_FORMAT:
            raise UserError(
                f"{where} was written by a newer release of this project (format {content['format']}, "
                f"this one knows {RELEASE_FORMAT}). Use that one, or another warehouse."
            )
        found = Release(**content)
        if not _is_well_formed(found) or found.seal != _seal_of(content):
            raise ValueError("its content is not what its seal says")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedRelease(
            f"{where} is not a release as it was written ({error}). Restore it or remove it."
        ) from None
    return found


def _is_well_formed(one: Release) -> bool:
    date.fromisoformat(one.as_of)
    datetime.fromisoformat(one.released_at)
    texts = (one.title, one.run_id, one.dag_id, one.note)
    return (
        is_name(one.shop)
        and isinstance(one.number, int)
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(part, dict) for part in (one.params, one.figures))
        and all(DATASET.fullmatch(name) and VERSION.fullmatch(version) for name, version in one.versions.items())
    )
