"""What a released month would be with another map, other bins or edges, or another window.

A map needs the counts of the cells, edges the values of all customers, which are counted at once. A window needs
other purchases, so it is for a run: a trial, which releases nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from segmentation.common.errors import UserError
from segmentation.config import settings as params_of_runs
from segmentation.config.segment_maps import Segment, map_path, parse_map
from segmentation.config.segment_maps.form import read_form
from segmentation.config.settings import FIELDS, Settings, segment_map_names
from segmentation.config.shops.files import json_value
from segmentation.pages import tables, whatif_counts
from segmentation.pages.moving import Moves
from segmentation.pages.segment_order import by_group
from segmentation.pages.whatif_counts import Counts, Scoring, hundredths
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.published import Damaged, data_of, input_of_month
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

# What can be asked for besides the map, and what of it changes the scores.
LISTS = ("frequency_edges", "recency_edges", "monetary_edges")
OF_SCORES = ("bins", "bins_closed", "frequency_scoring", *LISTS)
ASKED = (*OF_SCORES, "window_months")
WHERE = "as written"
# Stands for a map while the other params are checked: no text of a request is ever taken for a path.
NO_MAP = "segments:"
LONGEST_MAP = 20_000


@dataclass(frozen=True)
class Line:
    """A segment now and then: customers and spend. None where one of the two maps does not have it."""

    name: str
    group: str
    customers: tuple[int, int]
    spend: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Outcome:
    """What would be. lines: each segment of both maps. cells: customers and spend by cell. moves: from now to then."""

    lines: list[Line]
    cells: Mapping[str, int]
    moves: Moves


@dataclass(frozen=True)
class Question:
    """What is asked: the fields as texts, the map as YAML, and what follows from them.

    problem: a sentence where something in it is wrong. needs_run: why it cannot be counted here, or empty.
    """

    asked: Mapping[str, str]
    map_text: str
    settings: Settings | None = None
    segments: tuple[Segment, ...] = ()
    problem: str = ""
    needs_run: str = ""
    changed: bool = False

    @property
    def bins(self) -> int:
        """How many scores the cells have."""
        return self.settings.bins if self.settings else params_of_runs.json_default("bins")


@cache
def shipped_maps() -> dict[str, str]:
    """The texts of the maps that come along, by name."""
    return {name: map_path(name).read_text(encoding="utf-8").strip("\n") for name in segment_map_names()}


def text_of_map(release: Release) -> str:
    """The YAML of the map that a month was made with, as far as it is known."""
    given = str(release.params.get("segment_map", ""))
    return shipped_maps().get(given, given)


def fields_of(release: Release) -> dict[str, str]:
    """The form's fields as a month has them."""
    return {name: _written(release.params.get(name, params_of_runs.json_default(name))) for name in ASKED}


def _written(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def ask(release: Release, asked: Mapping[str, str], map_text: str) -> Question:
    """Read what was asked for. Whatever is wrong with it is one sentence."""
    question = Question(dict(asked), map_text)
    try:
        own = _parsed(release.params)
        new = _parsed({**release.params, **{name: _given(name, asked[name]) for name in ASKED if name in asked}})
        if len(map_text) > LONGEST_MAP:
            raise UserError(f"The map is {len(map_text):,} characters long; {LONGEST_MAP:,} are the most.")
        segments = parse_map(map_text, WHERE, new.bins)
    except UserError as error:
        return replace(question, problem=str(error))
    new = replace(new, segment_map=_named(map_text))
    changed = [name for name in ASKED if getattr(new, name) != getattr(own, name)]
    return replace(
        question,
        asked={name: _written(getattr(new, name)) for name in ASKED},
        settings=new,
        segments=segments,
        needs_run=_why_run(own, changed),
        changed=bool(changed) or map_text.strip("\n") != text_of_map(release).strip("\n"),
    )


def with_problem(question: Question, problem: str) -> Question:
    """The same question with what is wrong with it."""
    return replace(question, problem=problem)


def _why_run(own: Settings, changed: list[str]) -> str:
    if "window_months" in changed:
        return "Another window counts other purchases, which takes a run."
    if own.scoring != "edges" and changed:
        return "The scores of this month come from ranks, so other edges take a run."
    if own.frozen_edges_from and changed:
        return "The edges of this month are those of another version, so other ones take a run."
    return ""


def _given(name: str, text: str) -> Any:
    if name not in LISTS:
        return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [int(part) if part.isascii() and part.isdigit() and len(part) < 12 else part for part in parts]


def _parsed(raw: Mapping[str, Any]) -> Settings:
    known = {name: value for name, value in raw.items() if name in FIELDS}
    return params_of_runs.parse({**known, "segment_map": NO_MAP})


def _named(map_text: str) -> str:
    """A map as a run is told: by its name where it comes along, else as its text."""
    text = map_text.strip("\n")
    return next((name for name, shipped in shipped_maps().items() if shipped == text), text)


def normal(text: str) -> str:
    """A text of a form, which ends its lines as the web does."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").strip("\n")


def outcome(warehouse: Warehouse, release: Release, report: Manifest, question: Question) -> Outcome:
    """Count what would be. Raises Damaged, one of tables.ERRORS, or UserError."""
    rfm = input_of_month(warehouse, report, "customer_rfm")
    if rfm is None or question.settings is None:
        raise Damaged(f"The table customer_rfm as of {release.as_of} is gone.")
    own = _parsed(release.params)
    files = data_of(warehouse, rfm)
    same = all(getattr(own, name) == getattr(question.settings, name) for name in OF_SCORES)
    found = (
        whatif_counts.counts(files) if same else whatif_counts.counts(files, _scoring(own), _scoring(question.settings))
    )
    return _outcome(found, question.segments, _groups(warehouse, report))


def _scoring(settings: Settings) -> Scoring:
    quantiles = settings.frequency_scoring == "quantiles"
    return Scoring(
        bins=settings.bins,
        closed=settings.bins_closed,
        recency=hundredths(settings.recency_edges) or None,
        frequency=None if quantiles else hundredths(settings.frequency_edges),
        monetary=hundredths(settings.monetary_edges) or None,
    )


def _groups(warehouse: Warehouse, report: Manifest) -> dict[str, str]:
    found = input_of_month(warehouse, report, "segment_summary")
    rows = tables.rows(data_of(warehouse, found), tables.SUMMARY_COLUMNS) if found else ()
    return {row["segment"]: row["segment_group"] for row in rows}


def _outcome(found: Counts, segments: tuple[Segment, ...], groups_now: dict[str, str]) -> Outcome:
    goes_to = {cell: segment.name for segment in segments for cell in segment.cells}
    groups = {**groups_now, **{segment.name: segment.group for segment in segments}}
    moves: dict[tuple[str, str], int] = {}
    cells: dict[str, int] = {}
    sums: dict[tuple[str, int], list[Any]] = {(name, side): [0, Decimal(0)] for name in groups for side in (0, 1)}
    for one in found:
        then = goes_to.get(one.cell)
        if then is None:
            raise Damaged(f"The month has customers of the cell {one.cell}, which the map does not have.")
        moves[(one.segment, then)] = moves.get((one.segment, then), 0) + one.customers
        cells[one.cell] = cells.get(one.cell, 0) + one.customers
        for key in ((one.segment, 0), (then, 1)):
            both = sums.setdefault(key, [0, Decimal(0)])
            both[0] += one.customers
            both[1] += one.spend
    nothing = [0, Decimal(0)]
    lines = [
        Line(name, groups.get(name, ""), (now[0], then[0]), (now[1], then[1]))
        for name in dict.fromkeys([*groups, *(one.segment for one in found)])
        for now, then in [(sums.get((name, 0), nothing), sums.get((name, 1), nothing))]
    ]
    ordered = by_group(lines, name=lambda one: one.name, group=lambda one: one.group, spend=lambda one: one.spend[1])
    counted = tuple((now, then, customers) for (now, then), customers in moves.items())
    return Outcome(ordered, cells, Moves(counted, tuple(one.name for one in ordered), ("would move", "are")))


def trial_params(question: Question, release: Release) -> dict[str, Any]:
    """The params of a run that tries what is asked and releases nothing. Raises UserError where it is wrong."""
    if question.settings is None:
        raise UserError(question.problem or "There is nothing to try.")
    wanted = {name: json_value(getattr(question.settings, name)) for name in FIELDS}
    return {**wanted, "as_of": release.as_of, "shop": release.shop, "trial": True, "force": False}


def bins_of(map_text: str) -> int | None:
    """The number of scores that a map is for; None where its form is wrong."""
    try:
        return read_form(map_text, WHERE).bins
    except UserError:
        return None
