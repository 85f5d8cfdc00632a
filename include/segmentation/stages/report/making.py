"""The page of a run, made from the tables that Spark has written.

What draws it takes seconds to load, so the job loads this module while Spark works.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from segmentation.common.concurrency import run_concurrently
from segmentation.config.segment_maps import own_text
from segmentation.engine.stage_run import StageRun
from segmentation.stages.report.content import draw, gather
from segmentation.stages.report.insights import as_text
from segmentation.stages.report.page import render


def make(stage_run: StageRun, write_lists: Callable[[], Any]) -> None:
    """Draw the charts while `write_lists` writes the lists of customers, then write the page."""
    drawing: list[Callable[[], Any]] = [partial(draw, stage_run), write_lists]
    report = gather(stage_run, run_concurrently(drawing)[0])
    texts = {"report.html": render(report), "insights.txt": as_text(report)}
    texts |= {f"charts/{chart.name}.svg": chart.svg for chart in report.charts}
    # A map that comes along is in the code; one of the user's own may be gone tomorrow.
    own_map = own_text(stage_run.plan.settings.segment_map)
    stage_run.write_texts("report", texts | ({"segment_map.yaml": own_map + "\n"} if own_map else {}))
