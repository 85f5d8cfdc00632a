"""Small charts of many months: lines, and shares stacked to the whole. Plain text, because the pages in Airflow draw
dozens of them at a request, and the libraries of the other charts take seconds to load.

Colours are classes of the page's style. There is no text in the drawings: the page writes it beside them, where it
can break into lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from markupsafe import escape

WIDTH, HEIGHT, EDGE = 300, 72, 5
DOT = 2.2
Value = float | None


@dataclass(frozen=True)
class Axis:
    """Where months stand from left to right: from the first day to the last."""

    first: date
    last: date

    def __call__(self, day: date) -> float:
        """Pixels from the left; in the middle where there is one day only."""
        span = _months(self.last) - _months(self.first)
        share = (_months(day) - _months(self.first)) / span if span else 0.5
        return EDGE + share * (WIDTH - 2 * EDGE)

    @property
    def years(self) -> list[float]:
        """Where years begin."""
        starts = [date(year, 1, 1) for year in range(self.first.year + 1, self.last.year + 1)]
        return [self(day) for day in starts if day <= self.last]


def line(days: Sequence[date], values: Sequence[Value], colour: str, alt: str, marks: Sequence[date] = ()) -> str:
    """A line from zero up, with a gap where a month or its value is missing; a month between gaps is a point.

    `days` rise. `marks`: the days at which a rule changed, drawn as dashed lines.
    """
    axis = Axis(days[0], days[-1])
    top = max((value for value in values if value is not None), default=0) or 1
    points = [
        None if value is None else (axis(day), _height(value / top)) for day, value in zip(days, values, strict=True)
    ]
    parts = []
    for run in _runs(days, values):
        drawn = [f"{x:.1f} {y:.1f}" for place in run for x, y in [points[place] or (0, 0)]]
        ends = [axis(days[run[0]]), axis(days[run[-1]])]
        if len(run) > 1:
            area = f"M{ends[0]:.1f} {HEIGHT} L{' L'.join(drawn)} L{ends[1]:.1f} {HEIGHT} Z"
            parts.append(
                f'<path class="fill-{colour} under" d="{area}"/><path class="line-{colour}" d="M{" L".join(drawn)}"/>'
            )
        else:
            parts.append(_dot(points[run[0]], colour))
    parts.append(_dot(next((point for point in reversed(points) if point), None), colour))
    return _svg([*_grid(axis), *parts, *_marks(axis, marks)], alt)


def stack(days: Sequence[date], layers: Sequence[tuple[str, Sequence[Value]]], alt: str) -> str:
    """Shares of the whole of each month, the first layer at the bottom: (colour, its values).

    A month that is missing leaves a gap, and one between gaps is a bar. Layers of one colour keep a line between them.
    """
    axis = Axis(days[0], days[-1])
    columns = [[values[place] or 0.0 for _, values in layers] for place in range(len(days))]
    known = [all(values[place] is not None for _, values in layers) for place in range(len(days))]
    wholes = [sum(column) if there else 0.0 for column, there in zip(columns, known, strict=True)]
    parts = []
    for run in _runs(days, [whole or None for whole in wholes]):
        xs = [axis(days[place]) for place in run]
        xs = xs if len(xs) > 1 else [xs[0] - DOT, xs[0] + DOT]
        floor = [0.0] * len(run)
        for number, (colour, _) in enumerate(layers):
            upper = [below + columns[place][number] / wholes[place] for below, place in zip(floor, run, strict=True)]
            parts.append(_band(xs, floor, upper, colour))
            floor = upper
    return _svg([*parts, *(f'<path class="grid" d="M{x:.1f} 0 V{HEIGHT}"/>' for x in axis.years)], alt)


def _runs(days: Sequence[date], values: Sequence[Value]) -> list[list[int]]:
    """The places of months that follow each other and have a value."""
    runs: list[list[int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        follows = place and values[place - 1] is not None and not _is_gap(days[place - 1], days[place])
        if not follows:
            runs.append([])
        runs[-1].append(place)
    return runs


def _is_gap(before: date, after: date) -> bool:
    return (after.year - before.year) * 12 + after.month - before.month > 1


def gaps(days: Sequence[date]) -> list[tuple[date, date]]:
    """The pairs of neighbouring days between which a month is missing."""
    return [(before, after) for before, after in pairwise(days) if _is_gap(before, after)]


def _months(day: date) -> float:
    return day.year * 12 + day.month - 1 + (day.day - 1) / 31


def _height(share: float) -> float:
    return HEIGHT - 1 - max(0.0, share) * (HEIGHT - 2 * EDGE - 1)


def _band(xs: list[float], lower: list[float], upper: list[float], colour: str) -> str:
    """A layer of a stack. One month alone has one value for the two ends of its bar."""
    if len(lower) < len(xs):
        lower, upper = lower * 2, upper * 2
    there = [f"{x:.1f} {HEIGHT * (1 - y):.1f}" for x, y in zip(xs, upper, strict=True)]
    back = [f"{x:.1f} {HEIGHT * (1 - y):.1f}" for x, y in zip(xs, lower, strict=True)][::-1]
    return f'<path class="fill-{colour} band" d="M{" L".join([*there, *back])} Z"/>'


def _dot(point: tuple[float, float] | None, colour: str) -> str:
    return f'<circle class="fill-{colour}" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="{DOT}"/>' if point else ""


def _grid(axis: Axis) -> list[str]:
    years = [f'<path class="grid" d="M{x:.1f} 0 V{HEIGHT}"/>' for x in axis.years]
    return [*years, f'<path class="grid" d="M0 {HEIGHT - 0.5} H{WIDTH}"/>']


def _marks(axis: Axis, marks: Sequence[date]) -> list[str]:
    return [f'<path class="mark-line" d="M{axis(day):.1f} 0 V{HEIGHT}"/>' for day in marks]


def _svg(parts: Sequence[str], alt: str) -> str:
    return (
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
        f"{''.join(parts)}</svg>"
    )
