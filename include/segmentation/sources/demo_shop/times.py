"""When reviews are written: the days of the file, and how visits spread over them."""

import numpy as np

LAST_MS = 1694625981867  # 2023-09-13T17:26:21.867Z
FIRST_MS = 848275200000  # 1996-11-18T00:00Z
SPLIT_SECONDS_MS = 1483228800000  # 2017-01-01: earlier timestamps are whole seconds
DAY_MS = 86_400_000
# Whole years by which all visits of a customer of long ago lie earlier: the last three have none.
PAST_YEARS = range(3, 16)
SPAN = 1_000_000_000  # the calendar from the first day to the last, in shares of all visits
_BUSY_DAY = 8701  # 2020-09-14, in days since the first one
_LAST_DAY = 9795  # 2023-09-13


def make_calendar(busy_percent: dict[int, int], late_days: int) -> np.ndarray:
    """Running share of visits by day, out of ``SPAN``.

    ``busy_percent`` lifts single months; over the last ``late_days`` days reviews thin out to none. The
    curve is chosen: halfway between a straight line and a parabola it gives the published mean recency of new
    and of churned customers, and nearly the published skewness.
    """
    days = np.arange(_LAST_DAY + 1, dtype=np.int64)
    late = days - _BUSY_DAY
    # A long quiet start, two years of growth, a level stretch.
    weight = np.where(late < 0, 26_000 * days**3 // _BUSY_DAY**3 + 10, 400_000 + 600_000 * late // 729)
    weight = np.minimum(weight, 1_000_000)
    # Then the late reviews that are still missing.
    left = np.minimum(_LAST_DAY - days + 1, late_days)
    weight = weight * left * (left + late_days) // (2 * late_days**2)
    month = (np.datetime64("1996-11-18") + days).astype("datetime64[M]").astype(np.int64) % 12 + 1
    for number, percent in busy_percent.items():
        weight = np.where(month == number, weight * percent // 100, weight)
    running = np.cumsum(weight)
    return running * SPAN // running[-1]
