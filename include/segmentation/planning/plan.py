"""Which version of each dataset a run makes or reads, worked out before anything runs.

A version is a function of the source version, the as-of date, the settings and the rules, and of nothing
else. So a task, a retry and a backfill in any order all arrive at the same ids without asking anyone.
"""

import hashlib
import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from segmentation.common.paths import PROJECT
from segmentation.config.segment_maps import map_hash
from segmentation.config.settings import Settings
from segmentation.planning import sql_files
from segmentation.planning.datasets import STAGE_OF, STAGES, Dataset, dataset
from segmentation.planning.earlier import PREVIOUS, VIEWS, shown_by
from segmentation.planning.result_settings import RESULT_SETTINGS

# Views that a job registers itself, and what they come from.
SOURCE_VIEWS = ("raw_reviews", "raw_products", "raw_orders")
SEGMENT_MAP_VIEWS = ("segment_cells", "segments", "claims", "claim_conditions")
FROZEN_VIEW = "frozen_edges"
# What is made of the run's own month only.
OWN_MONTH = ("customer_rfm",)
CUSTOMERS = "customers"
# Settings that say nothing of customers who are summed up.
NOT_FOR_CUSTOMERS = {"window_months", "frequency_counts", "min_price", "excluded_categories", "keep_unknown_category"}
# Settings that say nothing with the scoring `seed`.
OF_EDGES = {"bins_closed", "frequency_scoring", "frequency_edges", "recency_edges", "monetary_edges"}


def fingerprint(content: Any) -> str:
    """First 12 hex digits of the sha256 of `content` as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def text_hash(path: Path) -> str:
    """The sha256 of a rule's text: a SQL file, a Python file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Plan:
    """The versions of one run: `plan.version("customer_rfm")`."""

    settings: Settings
    as_of: date
    source_version: str
    # The settings in the manifest of the source version: what a source of orders says of its calendar.
    source: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    # The versions that the shop's releases of earlier months name, by label; what is not there has not been released.
    released: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_month_before: bool = False
    _known: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def kind(self) -> str:
        """What the source holds: reviews, orders or customers, which are orders already summed up. It names the
        subfolders of SQL and the datasets that are for such sources only."""
        return CUSTOMERS if self._mapping.get("level") == "customer" else self.settings.kind

    @property
    def compares(self) -> bool:
        """Whether there may be a month before: customers who are summed up say nothing of earlier days."""
        return self.kind != CUSTOMERS

    @property
    def previous(self) -> "Plan":
        """The plan of the same run a month earlier, to compare with."""
        earlier = months_before(self.as_of, 1)
        return replace(self, as_of=earlier, released={}, is_month_before=True, _known={})

    @property
    def window_start(self) -> date:
        return months_before(self.as_of, self.settings.window_months)

    def version(self, name: str) -> str:
        """The version id of a dataset, 12 hex digits."""
        return self.source_version if name == "source" else fingerprint(self.identity(name))

    def as_of_for(self, name: str) -> date | None:
        """The as-of date in the dataset's path, or None for one that has none."""
        return self.as_of if dataset(name).as_of else None

    def identity(self, name: str) -> dict[str, Any]:
        """All that decides the rows of a dataset; its hash is the version."""
        if name not in self._known:
            self._known[name] = self._identity(dataset(name))
        return self._known[name]

    def datasets(self, stage: str) -> list[str]:
        """The datasets that a stage makes for this kind of source, in the order of STAGES."""
        left_out = OWN_MONTH if self.is_month_before else ()
        return [name for name in STAGES[stage] if self._is_made(name) and name not in left_out]

    def _is_made(self, name: str) -> bool:
        item = dataset(name)
        return item.is_for(self.kind) and (item.only_with is None or getattr(self.settings, item.only_with))

    def has(self, read: str) -> bool:
        """Whether a view of an earlier month, of those that SQL files read, has anything to show; others always do."""
        if read in VIEWS:
            return bool(shown_by(read, self.released))
        return self.compares or not read.startswith(PREVIOUS)

    def files(self, stage: str) -> dict[str, sql_files.SqlFile]:
        """The stage's SQL files under these settings."""
        return sql_files.stage_files(stage, self.settings.scoring, self.kind)

    def checks(self, stage: str) -> tuple[sql_files.SqlFile, ...]:
        """The stage's checks for this kind of source."""
        return sql_files.stage_checks(stage, self.kind)

    def needed(self, item: Dataset) -> dict[str, sql_files.SqlFile]:
        """The SQL files of its stage that a dataset rests on, up to other datasets of the stage: those are inputs."""
        views = [read for read in item.python_reads if read not in STAGE_OF]
        files = {name: f for name, f in self.files(item.stage).items() if name == item.name or name not in STAGE_OF}
        return sql_files.closure(files, (item.name, *views))

    def needed_by(self, checks: Sequence[sql_files.SqlFile]) -> dict[str, sql_files.SqlFile]:
        """The SQL files that are there for checks: views of theirs that no dataset may need."""
        files = {name: file for check in checks for name, file in self.files(STAGE_OF[check.of]).items()}
        views = {name: file for name, file in files.items() if name not in STAGE_OF}
        return sql_files.closure(views, tuple(read for check in checks for read in check.reads))

    def reads(self, item: Dataset) -> set[str]:
        """The views and datasets from outside those SQL files that a dataset takes in."""
        python = {read for read in item.python_reads if read not in STAGE_OF or self._is_made(read)}
        return (self.sql_reads(item) | python) - set(self.needed(item))

    def sql_reads(self, item: Dataset) -> set[str]:
        """All views and datasets that those SQL files read, one another included."""
        return {read for file in self.needed(item).values() for read in file.reads}

    def inputs(self, name: str) -> dict[str, str]:
        """The versions a dataset is made from, by dataset (or `previous_` and dataset)."""
        found: dict[str, str] = {}
        for read in sorted(self.reads(dataset(name))):
            if read in SOURCE_VIEWS:
                found["source"] = self.source_version
            elif not self.has(read):
                continue
            elif read in VIEWS:
                found |= shown_by(read, self.released)
            elif read.startswith(PREVIOUS):
                found[read] = self.previous.version(read.removeprefix(PREVIOUS))
            elif read == FROZEN_VIEW and self.settings.frozen_edges_from:
                found[FROZEN_VIEW] = self.settings.frozen_edges_from
            elif read in STAGE_OF:
                found[read] = self.version(read)
        return found

    def parameters(self) -> dict[str, Any]:
        """The value of every marker that SQL files use, by name."""
        return {
            "as_of": self.as_of,
            "window_start": self.window_start,
            "time_zone": self._mapping.get("time_zone", "UTC"),
            "counts_free_orders": self._counts_free_orders(),
            "min_price": self.settings.min_price,
            "excluded_categories": list(self.settings.excluded_categories),
            "keep_unknown_category": self.settings.keep_unknown_category,
            "bins": self.settings.bins,
            "bins_closed": self.settings.bins_closed,
            "frequency_edges": list(self._frequency_edges()),
            "recency_edges": [str(edge) for edge in self.settings.recency_edges],
            "monetary_edges": [str(edge) for edge in self.settings.monetary_edges],
            "frequency_counts": self._frequency_counts(),
            "sentiment_reviews": self.settings.sentiment_reviews,
        }

    @property
    def _mapping(self) -> Mapping[str, Any]:
        return self.source.get("mapping", {})

    def _counts_free_orders(self) -> bool:
        """Whether an order of 0.00 counts: where the mapping says so, and no minimum says otherwise."""
        return self._mapping.get("free_orders") == "count" and self.settings.min_price == 0

    def _frequency_edges(self) -> tuple[int, ...]:
        """The fixed edges of frequency; none where it is cut at quantiles, as recency and spend are without edges."""
        return () if self.settings.frequency_scoring == "quantiles" else self.settings.frequency_edges

    def _frequency_counts(self) -> str:
        """What frequency counts. A review is an order of one line, so counting orders is counting lines there."""
        counts = self.settings.frequency_counts
        return "lines" if (self.settings.kind, counts) == ("reviews", "orders") else counts

    def _identity(self, item: Dataset) -> dict[str, Any]:
        needed = self.needed(item)
        values = self.parameters()
        used = {marker: values[marker] for file in needed.values() for marker in file.markers}
        used |= {name: getattr(self.settings, name) for name in item.python_uses if self._matters(name)}
        if item.as_of:
            used["as_of"] = self.as_of
        if self.reads(item) & set(SEGMENT_MAP_VIEWS):
            used["segment_map"] = map_hash(self.settings.segment_map)
        return {
            "dataset": item.name,
            "schema_version": item.schema_version,
            "columns": item.columns,
            "inputs": self.inputs(item.name),
            "settings": {key: _plain(value) for key, value in sorted(used.items())},
            "session": RESULT_SETTINGS,
            "code": {
                **{str(file.path.relative_to(PROJECT)): text_hash(file.path) for file in needed.values()},
                **{path: text_hash(PROJECT / path) for path in item.code},
            },
        }

    def _matters(self, name: str) -> bool:
        """Whether a setting has a say: the range of k has none where k is given, the edges none with ntile.

        A wish for what customers say has none where it is not made, so that a run without it makes what it made before.
        """
        idle = {"k_min", "k_max"} if self.settings.k != "auto" else set()
        idle |= OF_EDGES if self.settings.scoring == "seed" else set()
        idle |= {"frequency_edges"} if self.settings.frequency_scoring == "quantiles" else set()
        idle |= set() if self.settings.sentiment else {"sentiment"}
        idle |= {"category"} if self.settings.kind == "orders" else set()
        idle |= NOT_FOR_CUSTOMERS if self.kind == CUSTOMERS else set()
        return name not in idle


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, (bool, int, list)) else str(value)
