"""The Airflow page "Customer segments" in the navigation: the published reports. And Spark's history server.

Airflow loads plugins in every process, so this file stays light: the page itself is built at its first request.
"""

import importlib

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


class CustomerSegmentsPlugin(AirflowPlugin):
    """Registers the pages, and an entry in the navigation."""

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
    external_views = [  # noqa: RUF012
        {
            "name": "Customer segments",
            # Relative, so that it is right also where Airflow has a base path.
            "href": "segments/",
            "destination": "nav",
            "url_route": "customer-segments",
        }
    ]
