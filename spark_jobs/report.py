"""Make the report's tables, the lists of customers, the charts and `report.html`."""

from collections.abc import Callable
from functools import partial
from typing import Any

from segmentation.common.concurrency import run_concurrently
from segmentation.config.segment_maps import own_text
from segmentation.engine.stage import main
from segmentation.engine.stage_run import StageRun
from segmentation.stages.report import exports
from segmentation.stages.report.content import draw, gather
from segmentation.stages.report.insights import as_text
from segmentation.stages.report.page import render
from segmentation.stages.sentiment import making as sentiment


def build(stage_run: StageRun) -> None:
    """Make the tables and lists in SQL, then draw the page from them."""
    lists = exports.register_lists(stage_run)
    stage_run.run_sql(until="exports")
    later = {*sentiment.names(stage_run), "report"}
    stage_run.write(*[name for name in stage_run.plan.datasets("report") if name not in later])
    sentiment.make(stage_run)
    names = [each.name for each in lists]
    if "report" not in stage_run.missing:
        exports.write_cells(stage_run, names)
    else:
        drawing: list[Callable[[], Any]] = [partial(draw, stage_run), partial(exports.write_cells, stage_run, names)]
        report = gather(stage_run, run_concurrently(drawing)[0])
        texts = {"report.html": render(report), "insights.txt": as_text(report)}
        texts |= {f"charts/{chart.name}.svg": chart.svg for chart in report.charts}
        # A map that comes along is in the code; one of the user's own may be gone tomorrow.
        own_map = own_text(stage_run.plan.settings.segment_map)
        stage_run.write_texts("report", texts | ({"segment_map.yaml": own_map + "\n"} if own_map else {}))


if __name__ == "__main__":
    main("report", build)
