"""The chart of the page: for each journey, a bar for each contender."""

from statistics import median
from typing import Any

import matplotlib
import pandas as pd

from bench.contenders import CONTENDERS
from bench.figures import walls
from bench.journeys import JOURNEYS
from segmentation.stages.charts.drawing import LABELS, STYLE, draw_bars, draw_row_labels, finish, new_axes, new_figure

# The first four colours of the palette keep apart for the common kinds of colour blindness.
COLOURS = dict(zip(CONTENDERS, ("cluster-0", "cluster-1", "cluster-2", "cluster-3"), strict=True))
ROW, HEAD, GAP, BARS = 24, 26, 16, 470


@matplotlib.rc_context(STYLE)
def draw(results: dict[str, Any]) -> str:
    """Median seconds as SVG. Each journey has a scale of its own: the longest bar fills the width."""
    panels = [(journey.title, _medians(results, name)) for name, journey in JOURNEYS.items()]
    panels = [(title, medians) for title, medians in panels if len(medians)]
    height = sum(HEAD + ROW * len(medians) + GAP for _, medians in panels)
    figure, top = new_figure(LABELS + 30 + BARS, height), 0
    for title, medians in panels:
        axes = new_axes(figure, LABELS + 20, top + HEAD, BARS, ROW * len(medians), title)
        labels = [f"{seconds:,.1f} s" for seconds in medians]
        draw_bars(axes, medians, labels, [COLOURS[name] for name in medians.index])
        draw_row_labels(axes, [CONTENDERS[name].short for name in medians.index])
        top += HEAD + ROW * len(medians) + GAP
    alt = "Bars: median seconds of each contender, by journey. The table has the same figures."
    return finish("performance", "Seconds by journey", alt, figure).svg


def _medians(results: dict[str, Any], journey: str) -> pd.Series:
    found = {name: walls(results, name, journey) for name in CONTENDERS}
    return pd.Series({name: median(seconds) for name, seconds in found.items() if seconds}, dtype=float)
