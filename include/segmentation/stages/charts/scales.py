"""The axes of plots of points: where a value goes, and which ticks there are, `most` of them at most."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from matplotlib.ticker import MaxNLocator

from segmentation.common.formatting import clean, money, number
from segmentation.stages.charts.drawing import SMALL, text_width

SPREAD = 0.4  # whole numbers are drawn spread by so much up and down, so they do not meet


@dataclass(frozen=True)
class Scale:
    """A measure along an axis: its name, where it begins and ends, its ticks, and how they are written."""

    title: str
    low: float
    high: float
    ticks: Sequence[float]
    form: Callable[[float], str]
    logarithmic: bool = True

    @property
    def heading(self) -> str:
        """The name as it is written at the axis."""
        return self.title + " (log scale)" * self.logarithmic

    def __call__(self, value: float) -> float:
        """The place of a value between 0 and 1."""
        f = math.log if self.logarithmic else float
        return (f(value) - f(self.low)) / (f(self.high) - f(self.low))


def days(values: pd.Series, most: int) -> Scale:
    """Days from zero on."""
    high = max(values.max(), 1) if len(values) else 1
    found = MaxNLocator(most - 2, integer=True, steps=[1, 2, 3, 5, 10]).tick_values(0, high)
    ticks = [tick for tick in found if 0 <= tick <= high]
    return Scale("Days since last", 0, high, ticks, number, logarithmic=False)


def counts(counted: str) -> Callable[[pd.Series, int], Scale]:
    """A scale for whole numbers from one on. `counted`: what they count."""

    def scale(values: pd.Series, most: int) -> Scale:
        high = max(values.max() + 0.5, 2.5) if len(values) else 2.5
        label = text_width(number(high), SMALL + 1) + 14
        ticks = _log_ticks(1 - SPREAD, high, min(most, 300 / label))  # side by side they need their width
        return Scale(clean(counted).capitalize(), 1 - SPREAD, high, ticks, number)

    return scale


def spend(currency: str) -> Callable[[pd.Series, int], Scale]:
    """A scale for amounts above zero."""

    def form(value: float) -> str:
        return money(value, currency, 0 if value >= 1 else 2, compact=value >= 1e6)

    def scale(values: pd.Series, most: int) -> Scale:
        low, high = (values.min(), values.max()) if len(values) else (1, 1)
        wider = max(2 / math.sqrt(high / low), 1)  # at least from a half to the double, to have ticks
        low, high = low / wider, high * wider
        return Scale("Spend", low, high, _log_ticks(low, high, most), form)

    return scale


def _log_ticks(low: float, high: float, most: float) -> list[float]:
    """1, 2, 5, 10 and so on between two values, or only each tenfold, or fewer, where `most` are too close."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps, every in (((1, 2, 5), 1), ((1,), 1), ((1,), 2), ((1,), 3)):
        ticks = [step * 10.0**e for e in exponents if e % every == 0 for step in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if all(tick / before >= (high / low) ** (1 / most) for before, tick in pairwise(ticks)):
            break
    return ticks
