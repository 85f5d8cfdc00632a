"""Make the report's tables, the lists of customers, the charts and `report.html`."""

from functools import partial
from importlib import import_module
from threading import Thread

from segmentation.engine.stage import main
from segmentation.engine.stage_run import StageRun
from segmentation.stages.report import exports
from segmentation.stages.sentiment import making as sentiment

REPORT = "report"


def build(stage_run: StageRun) -> None:
    """Make the tables and lists in SQL, then draw the page from them."""
    if REPORT in stage_run.missing:
        # Spark need not wait for the libraries that draw.
        Thread(target=import_module, args=["segmentation.stages.report.making"], daemon=True).start()
    lists = exports.register_lists(stage_run)
    stage_run.run_sql(until="exports")
    later = {*sentiment.names(stage_run), REPORT}
    stage_run.write(*[name for name in stage_run.plan.datasets("report") if name not in later])
    sentiment.make(stage_run)
    write_lists = partial(exports.write_cells, stage_run, [each.name for each in lists])
    if REPORT not in stage_run.missing:
        write_lists()
    else:
        from segmentation.stages.report import making

        making.make(stage_run, write_lists)


if __name__ == "__main__":
    main("report", build)
