"""The charts of parts and wholes: customers by segment and by cluster, and the segments within the clusters.

Pure, as those of `segments`. Parts are numbered from the largest on, so the list below the picture names them
however small they are.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

from segmentation.common.formatting import clean, count_of, money, number, percent
from segmentation.stages.charts.drawing import (
    SMALL,
    STYLE,
    WIDTH,
    Chart,
    finish,
    new_canvas,
    new_figure,
    text_width,
    wrap_by_width,
    wrap_into,
)
from segmentation.stages.charts.layouts import Box, shelves, spread, squarified
from segmentation.stages.charts.markers import cluster_colour
from segmentation.stages.charts.palette import GROUP_COLOURS, PALETTE, group_colour
from segmentation.stages.charts.part_lists import BOLD, ROW, Part, draw_list, flow, list_height, share
from segmentation.stages.charts.segments import SEGMENT_ORDER

RADIUS, HOLE, MARGIN, GAP = 108, 66, 26, 2.0  # of the ring: outside, inside, around it, between slices
THIN = 3  # degrees; slices below it have no number of their own when there are many
HEAD, BLOCKS = 38, 480  # heights in the treemap: the name of a cluster, and all of the blocks
OTHER = "Other"
MUTED = {"color": PALETTE["muted"][0]}


@matplotlib.rc_context(STYLE)
def segment_shares(segment_summary: pd.DataFrame, order: Sequence[str] | None = None) -> Chart:
    """Customers by segment as slices of a ring, largest first, coloured by group.

    Segments without customers are left out. `order`: the segments' names in the order of their map, which
    decides between equal segments; without it, that of the map `eleven`.
    """
    places = _places(order)
    rows = segment_summary.to_dict("records")
    rows.sort(key=lambda row: (places.get(row["segment"], len(places)), row["segment"]))
    parts = [
        Part(row["segment"], int(row["customers"]), group_colour(row["segment_group"]), row["segment_group"])
        for row in rows
    ]
    return _ring("segment-shares", "Share of customers by segment", "segment", parts)


@matplotlib.rc_context(STYLE)
def cluster_shares(cluster_profile: pd.DataFrame) -> Chart:
    """Customers by cluster as slices of a ring, largest first. Clusters without customers are left out."""
    rows = cluster_profile.sort_values("cluster").to_dict("records")
    parts = [Part(row["label"], int(row["customers"]), cluster_colour(row["cluster"])) for row in rows]
    return _ring("cluster-shares", "Share of customers by cluster", "cluster", parts)


@matplotlib.rc_context(STYLE)
def segment_treemap(
    segment_cluster: pd.DataFrame, segment_groups: Mapping[str, str], order: Sequence[str] | None = None
) -> Chart:
    """Segments within clusters by size: a block for each cluster, a tile in it for each of its segments.

    `segment_groups`: the group of each segment, for the colours. `order`: as for `segment_shares`.
    """
    frame, places = segment_cluster[segment_cluster["customers"] > 0], _places(order)
    sizes = frame.groupby("cluster_label")["customers"].sum()
    clusters = [Part(name, int(size)) for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))]
    total, groups = sum(sizes), {segment_groups.get(name, OTHER) for name in frame["segment"]}
    key = sorted(groups, key=_group_rank)
    labels = ["".join(wrap_by_width(clean(group), 40, 1)) for group in key]
    spots = flow([18 + text_width(label) for label in labels], WIDTH)
    below = BLOCKS + 20 + ROW * (spots[-1][1] + 1 if key else 0)
    figure = new_figure(WIDTH, below + list_height(clusters, WIDTH) + 2)
    axes, place = new_canvas(figure), 0
    for boxes in shelves(sizes.sort_values(ascending=False).to_list(), WIDTH, BLOCKS, 6, HEAD) if clusters else []:
        _draw_heads(axes, boxes, clusters[place : place + len(boxes)], place + 1)
        for block in boxes:
            part = clusters[place]
            rows = frame[frame["cluster_label"] == part.name].groupby("segment")["customers"].sum().items()
            rows = sorted(rows, key=lambda row: (-row[1], places.get(row[0], len(places)), row[0]))
            tiles = squarified([count for _, count in rows], block, 2.2)
            for (name, count), tile in zip(rows, tiles, strict=True):
                _draw_tile(axes, tile, clean(name), percent(count, part.customers, 0), segment_groups.get(name))
            place += 1
    for group, label, (x, row) in zip(key, labels, spots, strict=True):
        y = BLOCKS + 20 + ROW * row
        _draw_frame(axes, (x, y - 6, 12, 12), group)
        axes.text(x + 18, y, label, va="center", **MUTED)
    draw_list(axes, clusters, below, WIDTH)
    alt = f"Treemap: {count_of(total, 'customer')} in {count_of(len(clusters), 'cluster')}, by segment."
    if clusters:
        first, tiles = clusters[0], frame.groupby(["segment", "cluster_label"])["customers"].sum()
        top = min(tiles.index, key=lambda pair: (-tiles[pair], pair))
        alt += (
            f" The largest cluster, {clean(first.name)}, has {number(first.customers)}"
            f" ({percent(first.customers, total)}). The largest tile: {number(tiles[top])} of {clean(top[0])}"
            f" in {clean(top[1])}."
        )
    note = "Area: customers. A block for each cluster, largest first; the percentages are of its customers."
    return finish("segment-treemap", "Segments within each cluster, by size", alt, figure, note=note)


def _ring(name: str, title: str, one: str, parts: Sequence[Part]) -> Chart:
    """A ring of parts with their numbers around it, the whole in its middle, and the list below."""
    parts = sorted((part for part in parts if part.customers > 0), key=lambda part: -part.customers)  # is stable
    total, below = sum(part.customers for part in parts), 2 * (RADIUS + MARGIN) + 12
    figure = new_figure(WIDTH, below + list_height(parts, WIDTH) + 2)
    axes, x, y = new_canvas(figure), WIDTH / 2, RADIUS + MARGIN
    whole = number(total)
    if BOLD * text_width(whole, 22) > 2 * HOLE - 8:
        whole = money(total, "", compact=True)
    axes.text(x, y - 8, whole, ha="center", va="center", fontsize=22, weight="bold")
    axes.text(x, y + 15, "customer" if total == 1 else "customers", ha="center", va="center", **MUTED)
    if not parts:
        axes.add_patch(Circle((x, y), RADIUS, fill=False, edgecolor=PALETTE["line"][0]))
    angles = np.cumsum([0, *(360 * part.customers / total for part in parts)]) - 90  # clockwise from the top
    for part, start, end in zip(parts, angles, angles[1:], strict=False):
        shape = _slice(x, y, start, end, GAP if len(parts) > 1 else 0)
        axes.add_patch(PathPatch(shape, facecolor=PALETTE[part.colour][0], linewidth=0))
    _number_slices(axes, x, y, angles)
    draw_list(axes, parts, below, WIDTH)
    top = [f"{clean(part.name)}, {number(part.customers)} ({share(part.customers, total)})" for part in parts[:3]]
    alt = f"Pie: {count_of(total, 'customer')} in {count_of(len(parts), one)}."
    alt += f" Largest: {'; '.join(top)}." if top else ""
    return finish(name, title, alt, figure)


def _number_slices(axes: Axes, x: float, y: float, angles: np.ndarray) -> None:
    """The numbers around the ring. They keep apart, with a line to the slice; the thinnest share one, as 9–12."""
    marks = [((start + end) / 2, str(place + 1)) for place, (start, end) in enumerate(pairwise(angles))]
    thin = sum(end - start < THIN for start, end in pairwise(angles))
    if thin > 2:
        first = len(marks) - thin  # the largest come first, so the thin ones are at the end
        middle = (angles[first] + angles[-1]) / 2
        marks = [*marks[:first], (middle, f"{first + 1}–{len(marks)}")]
    apart = math.degrees((30 if thin > 2 else 22) / (RADIUS + 16))
    # Where all the numbers are too many, every second, as ticks on an axis.
    marks = marks[:: max(math.ceil(len(marks) * apart / 360), 1)]
    spots = spread([middle for middle, _ in marks], apart, marks[0][0], marks[0][0] + 360 - apart) if marks else []
    for spot, (middle, text) in zip(spots, marks, strict=True):
        moved = abs(spot - middle) > 2
        axes.text(*_at(x, y, spot, RADIUS + 18 if moved else RADIUS + 14), text, ha="center", va="center",
                  weight="bold")  # fmt: skip
        if moved:
            ends = zip(_at(x, y, middle, RADIUS + 1), _at(x, y, spot, RADIUS + 9), strict=True)
            axes.plot(*ends, linewidth=1, **MUTED)


def _slice(x: float, y: float, start: float, end: float, gap: float) -> Path:
    """A piece of the ring between two angles, with straight gaps; a thin one keeps at least half its width."""
    outer, inner = (min(math.degrees(gap / 2 / radius), (end - start) / 4) for radius in (RADIUS, HOLE))
    there, back = Path.arc(start + outer, end - outer), Path.arc(start + inner, end - inner)
    points = np.concatenate([np.array(there.vertices) * RADIUS, np.array(back.vertices)[::-1] * HOLE, [(0, 0)]])
    codes = [*np.array(there.codes), Path.LINETO, *np.array(back.codes)[1:], Path.CLOSEPOLY]
    return Path(points + np.array([x, y]), codes)


def _at(x: float, y: float, angle: float, radius: float) -> tuple[float, float]:
    return x + radius * math.cos(math.radians(angle)), y + radius * math.sin(math.radians(angle))


def _draw_heads(axes: Axes, boxes: Sequence[Box], parts: Sequence[Part], first: int) -> None:
    """The clusters' numbers above a row of blocks, with their names where there is room.

    Bare numbers keep apart; a line leads from one to a block that is too narrow for it.
    """
    start = text_width(str(first + len(boxes))) * BOLD + 7
    rooms = [width - start for _, _, width, _ in boxes]
    least, apart = 8 * text_width("0", SMALL), 20
    named = sum(room >= least for room in rooms)  # the largest come first, so these do too
    while 0 < named < len(boxes) and boxes[named][0] + apart * (len(boxes) - named) > WIDTH:
        named -= 1  # the bare numbers need the place
    for place in range(named):
        left, bottom = boxes[place][0], boxes[place][1] - 9
        lines = wrap_into(parts[place].name, rooms[place], 2, SMALL) or [""]
        y = bottom - 14 * (len(lines) - 1)
        axes.text(left + 1, y, str(first + place), va="center", weight="bold")
        for row, line in enumerate(lines):
            axes.text(left + start, y + 14 * row, line, va="center", fontsize=SMALL)
    middles = [left + width / 2 for left, _, width, _ in boxes[named:]]
    low = boxes[named][0] + 10 if middles else 0
    spots = spread(middles, min(apart, (WIDTH - 10 - low) / max(len(middles) - 1, 1)), low, WIDTH - 10)
    for place, (spot, middle) in enumerate(zip(spots, middles, strict=True)):
        top = boxes[named][1]
        axes.text(spot, top - 12, str(first + named + place), ha="center", va="center", weight="bold")
        if abs(spot - middle) > 3:
            axes.plot([spot, middle], [top - 5, top - 1], linewidth=1, **MUTED)


def _draw_tile(axes: Axes, box: Box, name: str, portion: str, group: str | None) -> None:
    """A tile with its name and its share, its name alone, or neither: what fits."""
    left, top, width, height = box
    inset = min(1.0, width / 4, height / 4)
    _draw_frame(axes, (left + inset, top + inset, width - 2 * inset, height - 2 * inset), group)
    room = width - 12
    if BOLD * max(text_width(word, SMALL) for word in [*name.split(), portion]) > room:
        return
    lines = wrap_into(name, room / BOLD, 9, SMALL)
    for texts in ([*lines, portion], lines):
        if lines and 14 * len(texts) + 8 <= height:
            for row, text in enumerate(texts):
                weight = "bold" if row < len(lines) else "normal"
                axes.text(left + 6, top + 11 + 14 * row, text, va="center", fontsize=SMALL, weight=weight)
            return


def _draw_frame(axes: Axes, box: Box, group: str | None) -> None:
    """A tint that text can be read on, in an edge of the full colour."""
    left, top, width, height = box
    colour, edge = PALETTE[group_colour(group)][0], min(1.4, width / 2, height / 2)
    axes.add_patch(Rectangle((left, top), width, height, facecolor=colour, alpha=0.35, linewidth=0))
    axes.add_patch(Rectangle((left + edge / 2, top + edge / 2), width - edge, height - edge, fill=False,
                             edgecolor=colour, linewidth=edge))  # fmt: skip


def _places(order: Sequence[str] | None) -> dict[str, int]:
    return {name: place for place, name in enumerate(SEGMENT_ORDER if order is None else order)}


def _group_rank(group: str) -> tuple[int, str]:
    names = list(GROUP_COLOURS)
    return (names.index(group) if group in names else len(names), group)
