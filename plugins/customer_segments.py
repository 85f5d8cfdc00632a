"""The Airflow page "Segments" in the navigation: the published reports. Spark's history server. The notes of runs.

Airflow loads plugins in every process, so this file stays light: the page itself is built at its first request.
"""

import importlib

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin


class _BuiltAtFirstRequest:
    """The ASGI app of a module, which is imported when somebody asks for a page."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.app = None

    async def __call__(self, scope, receive, send) -> None:
        if self.app is None:
            self.app = importlib.import_module(self.module).app
        await self.app(scope, receive, send)


class _Notes:
    """Writes what a run of this workflow has made into the run's note: also where only its delivery has failed."""

    @hookimpl
    def on_dag_run_success(self, dag_run, msg) -> None:
        self._note(dag_run)

    @hookimpl
    def on_dag_run_failed(self, dag_run, msg) -> None:
        self._note(dag_run)

    def _note(self, dag_run) -> None:
        if dag_run.dag_id.startswith("customer_segmentation"):
            importlib.import_module("segmentation.running.orchestration.run_notes").put(dag_run)


class CustomerSegmentsPlugin(AirflowPlugin):
    """Registers the pages, an entry in the navigation, and what writes notes."""

    name = "customer_segments"
    fastapi_apps = [  # noqa: RUF012
        {
            "app": _BuiltAtFirstRequest("segmentation.pages.reports_app"),
            "url_prefix": "/segments",
            "name": "Customer segments",
        },
        {
            "app": _BuiltAtFirstRequest("segmentation.pages.history_app"),
            "url_prefix": "/spark-history",
            "name": "Spark history",
        },
    ]
    listeners = [_Notes()]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            # Short: the navigation is narrow.
            "name": "Segments",
            # Relative, so that it is right also where Airflow has a base path.
            "href": "segments/",
            "destination": "nav",
            "url_route": "customer-segments",
        }
    ]
