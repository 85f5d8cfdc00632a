"""Tiles, boxes and labels: areas by size, inside their bounds, apart from each other."""

import pytest

from segmentation.stages.charts import layouts


def test_tiles_fill_their_box_without_overlap() -> None:
    sizes, box = [50, 30, 10, 5, 3, 1, 1], (10.0, 20.0, 300.0, 120.0)
    tiles = layouts.squarified(sizes, box, 2.2)
    for size, (left, top, width, height) in zip(sizes, tiles, strict=True):
        assert width * height == pytest.approx(360 * size)
        assert left >= 10 - 1e-9 and top >= 20 - 1e-9
        assert left + width <= 310 + 1e-9 and top + height <= 140 + 1e-9
    for a in tiles:
        for b in tiles:
            across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
            down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
            assert a is b or min(across, down) < 1e-9


@pytest.mark.parametrize("sizes", [[1], [3, 1], [50, 30, 15, 5], [2**place for place in range(20, 0, -1)], [1] * 50])
def test_boxes_on_shelves_have_areas_by_size_for_all_gaps(sizes: list[int]) -> None:
    rows = layouts.shelves(sizes, 420, 480, 6, 38)
    boxes = [box for row in rows for box in row]
    per_one = boxes[0][2] * boxes[0][3] / sizes[0]
    for size, (_, _, width, height) in zip(sizes, boxes, strict=True):
        assert width * height == pytest.approx(per_one * size)
    assert all(row[0][3] > 20 for row in rows), "too flat"
    for row in rows:
        assert row[-1][0] + row[-1][2] == pytest.approx(420)
    assert rows[-1][0][1] + rows[-1][0][3] == pytest.approx(480)


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ([], []),
        ([5], [5]),
        ([10, 50], [10, 50]),
        ([50, 50], [45, 55]),
        ([0, 1, 2], [0, 10, 20]),
        ([99, 100], [90, 100]),
        ([20, 21, 60], [15.5, 25.5, 60]),
    ],
)
def test_places_move_apart_as_little_as_they_can(places: list[float], found: list[float]) -> None:
    assert layouts.spread(places, 10, 0, 100) == pytest.approx(found)
