"""The Airflow page "Customer segments": the published reports, in the navigation.

Airflow loads plugins in every process, so this file stays light: the page itself is built at its first request.
"""

from airflow.plugins_manager import AirflowPlugin


class _BuiltAtFirstRequest:
    """An ASGI app that is imported when somebody asks for a page."""

    def __init__(self) -> None:
        self.app = None

    async def __call__(self, scope, receive, send) -> None:
        if self.app is None:
            from segmentation.reports_app import app

            self.app = app
        await self.app(scope, receive, send)


class CustomerSegmentsPlugin(AirflowPlugin):
    """Registers the page and its entry in the navigation."""

    name = "customer_segments"
    fastapi_apps = [{"app": _BuiltAtFirstRequest(), "url_prefix": "/segments", "name": "Customer segments"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "Customer segments",
            # Relative, so that it is right also where Airflow has a base path.
            "href": "segments/",
            "destination": "nav",
            "url_route": "customer-segments",
        }
    ]
