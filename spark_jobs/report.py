"""Make the report's tables, the lists of customers, the charts and `report.html`."""

from segmentation.report import exports
from segmentation.report.content import gather
from segmentation.report.insights import as_text
from segmentation.report.page import render
from segmentation.stage import main
from segmentation.work import Work


def build(work: Work) -> None:
    """Make the tables and lists in SQL, then draw the page from them."""
    lists = exports.register_lists(work)
    work.run_sql(until="exports")
    work.write(*[name for name in work.plan.datasets("report") if name != "report"])
    exports.write_cells(work, [each.name for each in lists])
    if "report" in work.missing:
        report = gather(work)
        charts = {f"charts/{chart.name}.svg": chart.svg for chart in report.charts}
        work.write_texts("report", {"report.html": render(report), "insights.txt": as_text(report), **charts})


if __name__ == "__main__":
    main("report", build)
