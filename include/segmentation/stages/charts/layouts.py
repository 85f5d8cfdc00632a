"""Where things go in a picture: plain geometry, without drawing."""

from collections.abc import Sequence

Box = tuple[float, float, float, float]  # left, top, width, height


def squarified(sizes: Sequence[float], box: Box, stretch: float = 1) -> list[Box]:
    """A tile for each size, the largest first, that together fill the box; a tile's area is its share.

    The tiles become as near as they can to `stretch` times as wide as high, which suits names. This is the
    algorithm of Bruls, Huizing and van Wijk: rows along the shorter side.
    """
    left, top, width, height = box
    height *= stretch  # laid out in a higher box, then pressed down
    scale = width * height / sum(sizes)
    areas, tiles = [size * scale for size in sizes], []
    while areas:
        side = min(width, height)
        count = _row(areas, side)
        depth, start = sum(areas[:count]) / side, 0.0
        for area in areas[:count]:
            length = area / depth
            if width >= height:
                tiles.append((left, top + start / stretch, depth, length / stretch))
            else:
                tiles.append((left + start, top, length, depth / stretch))
            start += length
        if width >= height:
            left, width = left + depth, width - depth
        else:
            top, height = top + depth / stretch, height - depth
        areas = areas[count:]
    return tiles


def shelves(sizes: Sequence[float], width: float, height: float, gap: float, head: float) -> list[list[Box]]:
    """A box for each size, the largest first, in rows as wide as `width`; a box's area is its share.

    There is a gap between the boxes of a row and room for a head above each row. All of it is `height` high.
    """
    rest = [size * width * height / sum(sizes) for size in sizes]
    rows: list[list[float]] = []
    while rest:
        count = _row(rest, width)
        row, rest = rest[:count], rest[count:]
        if rows and sum(row) / width < height / 10:
            rows[-1] += row  # too flat for a row of its own
        else:
            rows.append(row)
    # A row with more gaps has less width for its boxes, so it must be higher.
    rooms = [width - gap * (len(row) - 1) for row in rows]
    scale = (height - head * len(rows)) / sum(sum(row) / room for row, room in zip(rows, rooms, strict=True))
    shelved: list[list[Box]] = []
    top = 0.0
    for row, room in zip(rows, rooms, strict=True):
        top, left, boxes = top + head, 0.0, []
        for area in row:
            boxes.append((left, top, room * area / sum(row), scale * sum(row) / room))
            left += boxes[-1][2] + gap
        shelved, top = [*shelved, boxes], top + boxes[0][3]
    return shelved


def spread(places: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Rising places, moved as little as possible until they keep a distance and lie between low and high.

    There must be room for all of them.
    """
    blocks: list[list[float]] = []  # neighbours that touch move together: their mean, their number
    for count, place in enumerate(places):
        blocks.append([place - count * distance, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, ones), (two, twos) = blocks[-2:]
            blocks[-2:] = [[(one * ones + two * twos) / (ones + twos), ones + twos]]
    starts = [mean for mean, size in blocks for _ in range(int(size))]
    last = high - (len(places) - 1) * distance
    return [min(max(start, low), last) + count * distance for count, start in enumerate(starts)]


def _row(areas: Sequence[float], side: float) -> int:
    """How many of the tiles go into the first row along a side: as many as make its worst tile better."""
    count = 1
    while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
        count += 1
    return count


def _worst(areas: Sequence[float], side: float) -> float:
    """How far the tiles of a row are from squares, at the worst: 1 is a square."""
    depth = sum(areas) / side
    return max(max(depth * depth / area, area / (depth * depth)) for area in areas)
