"""Make the report's tables, the lists of customers, the charts and `report.html`."""

from collections.abc import Callable
from functools import partial
from typing import Any

from segmentation.report import exports
from segmentation.report.content import draw, gather
from segmentation.report.insights import as_text
from segmentation.report.page import render
from segmentation.segment_maps import own_text
from segmentation.sentiment import making as sentiment
from segmentation.stage import main
from segmentation.together import together
from segmentation.work import Work


def build(work: Work) -> None:
    """Make the tables and lists in SQL, then draw the page from them."""
    lists = exports.register_lists(work)
    work.run_sql(until="exports")
    later = {*sentiment.names(work), "report"}
    work.write(*[name for name in work.plan.datasets("report") if name not in later])
    sentiment.make(work)
    names = [each.name for each in lists]
    if "report" not in work.missing:
        exports.write_cells(work, names)
    else:
        drawing: list[Callable[[], Any]] = [partial(draw, work), partial(exports.write_cells, work, names)]
        report = gather(work, together(drawing)[0])
        texts = {"report.html": render(report), "insights.txt": as_text(report)}
        texts |= {f"charts/{chart.name}.svg": chart.svg for chart in report.charts}
        # A map that comes along is in the code; one of the user's own may be gone tomorrow.
        own_map = own_text(work.plan.settings.segment_map)
        work.write_texts("report", texts | ({"segment_map.yaml": own_map + "\n"} if own_map else {}))


if __name__ == "__main__":
    main("report", build)
