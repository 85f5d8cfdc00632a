"""Links on a task's page in Airflow: to the report it made, and to the manifests of all that it made.

Airflow asks for the links in the task's own process when the task ends, and keeps them; its web server only shows
what was kept. So the links are on the operators and not in a plugin, where the web server would ask them itself and
find no task. They are relative: Airflow's pages name their base path, so the links are right behind any.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from segmentation.manifests import Manifest

PREFIX = "segments"  # where the pages are, below Airflow's base path
MADE = "made_versions"  # the operator's attribute that holds what its task made


def remember(operator: Any, manifests: "Iterable[Manifest]") -> None:
    """Keep what a task made with its operator, for the links."""
    setattr(operator, MADE, [(one.dataset, one.version, one.as_of) for one in manifests])


class ReportLink(BaseOperatorLink):
    """To the report that this task made or found standing."""

    name = "Report"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The report's page, or nothing for a task that has not come so far."""
        reports = [(version, as_of) for dataset, version, as_of in getattr(operator, MADE, ()) if dataset == "report"]
        return "".join(f"{PREFIX}/reports/{as_of}/{version}" for version, as_of in reports)


class ManifestsLink(BaseOperatorLink):
    """To the versions of this task, each with its manifest and lineage."""

    name = "Manifests"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The page of the task's versions, or nothing for a task that has not come so far."""
        made = [("of", ".".join(filter(None, names))) for names in getattr(operator, MADE, ())]
        return f"{PREFIX}/versions?{urlencode(made)}" if made else ""


LINKS = (ManifestsLink(),)
REPORT_LINKS = (ReportLink(), ManifestsLink())
