"""The chart of the page: for each stage, a bar for each contender."""

from statistics import median
from typing import Any

import matplotlib
import pandas as pd

from bench.contenders import CONTENDERS
from bench.figures import values
from bench.stages import AIRFLOW, CLEAN_AND_SCORES, RAW, SEARCH, STARTS, TOTAL
from segmentation.charts.drawing import LABELS, STYLE, draw_bars, draw_row_labels, finish, new_axes, new_figure

STAGES = (RAW, CLEAN_AND_SCORES, SEARCH, STARTS, AIRFLOW, TOTAL)
# The first four colours of the palette keep apart for the common kinds of colour blindness.
COLOURS = dict(zip(CONTENDERS, ("cluster-0", "cluster-1", "cluster-2", "cluster-3"), strict=True))
ROW, HEAD, GAP, BARS = 24, 26, 16, 470


@matplotlib.rc_context(STYLE)
def draw(results: dict[str, Any]) -> str:
    """Median seconds as SVG. Each stage has a scale of its own: the longest bar fills the width."""
    panels = [(stage, _medians(results, stage)) for stage in STAGES]
    panels = [(stage, medians) for stage, medians in panels if len(medians)]
    height = sum(HEAD + ROW * len(medians) + GAP for _, medians in panels)
    figure, top = new_figure(LABELS + 30 + BARS, height), 0
    for stage, medians in panels:
        axes = new_axes(figure, LABELS + 20, top + HEAD, BARS, ROW * len(medians), stage[0].upper() + stage[1:])
        labels = [f"{seconds:,.1f} s" for seconds in medians]
        draw_bars(axes, medians, labels, [COLOURS[name] for name in medians.index])
        draw_row_labels(axes, [CONTENDERS[name].short for name in medians.index])
        top += HEAD + ROW * len(medians) + GAP
    alt = "Bars: median seconds of each contender, by stage. The table has the same figures."
    return finish("performance", "Seconds by stage", alt, figure).svg


def _medians(results: dict[str, Any], stage: str) -> pd.Series:
    found = {name: values(results, name, stage) for name in CONTENDERS}
    return pd.Series({name: median(seconds) for name, seconds in found.items() if seconds}, dtype=float)
