"""The axes of plots of points: few ticks, and plain ones."""

import pytest

from segmentation.stages.charts import scales


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (1, 12, 9, [1, 2, 5, 10]),
        (0.6, 2.5, 9, [1, 2]),
        (0.05, 60, 12, [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]),
        (1, 1e6, 7, [1, 10, 100, 1e3, 1e4, 1e5, 1e6]),
        (1, 1e9, 6, [1, 100, 1e4, 1e6, 1e8]),
    ],
)
def test_log_ticks_are_few(low: float, high: float, most: int, ticks: list[float]) -> None:
    assert scales._log_ticks(low, high, most) == pytest.approx(ticks)
