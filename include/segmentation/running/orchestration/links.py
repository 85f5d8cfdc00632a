"""Links on a task's page in Airflow: to the report it made, to the manifests of all that it made, to its Spark job.

Airflow asks for the links in the task's own process when the task ends, and keeps them; its web server only shows
what was kept. So the links are on the operators and not in a plugin, where the web server would ask them itself and
find no task. They are relative: Airflow's pages name their base path, so the links are right behind any. Those to the
pages open in Airflow's frame, so that its navigation stays.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from segmentation.warehouse.manifests import Manifest

PREFIX = "segments"  # where the pages are, below Airflow's base path
ROUTE = "customer-segments"  # of the frame in which Airflow shows them
MADE = "made_versions"  # the operator's attribute that holds what its task made
SHOP = "made_for_shop"  # the one that holds the shop
APPLICATION = "spark_application"  # the one that holds the id of its Spark job
# Below Airflow's base path too: Spark's history server, which history_app.py brings behind Airflow's login.
HISTORY_PREFIX = "spark-history"
# Where Airflow's processes reach that server, if there is one.
HISTORY = "SEGMENTATION_SPARK_HISTORY"


def framed(address: str) -> str:
    """An address of a page as Airflow shows it in its frame: the frame's own, then the page's from the root on."""
    from airflow.configuration import conf

    base = urlsplit(conf.get("api", "base_url", fallback="") or "").path.strip("/")
    return "/".join(filter(None, ["plugin", ROUTE, base, PREFIX, address]))


def remember(operator: Any, manifests: "Iterable[Manifest]", shop: str) -> None:
    """Keep what a task made, and for which shop, with its operator, for the links."""
    setattr(operator, MADE, [(one.dataset, one.version, one.as_of) for one in manifests])
    setattr(operator, SHOP, shop)


def remember_application(operator: Any, application: str) -> None:
    """Keep the id of the Spark application that an operator has run, for the links."""
    setattr(operator, APPLICATION, application)


class ReportLink(BaseOperatorLink):
    """To the report that this task made or found standing."""

    name = "Report"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The report's page, or nothing for a task that has not come so far."""
        reports = [(version, as_of) for dataset, version, as_of in getattr(operator, MADE, ()) if dataset == "report"]
        shop = urlencode({"shop": getattr(operator, SHOP, "")})
        return "".join(framed(f"reports/{as_of}/{version}?{shop}") for version, as_of in reports)


class ManifestsLink(BaseOperatorLink):
    """To the versions of this task, each with its manifest and lineage."""

    name = "Manifests"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The page of the task's versions, or nothing for a task that has not come so far."""
        made = [("of", ".".join(filter(None, names))) for names in getattr(operator, MADE, ())]
        return framed(f"versions?{urlencode([('shop', getattr(operator, SHOP, '')), *made])}") if made else ""


class HistoryLink(BaseOperatorLink):
    """To the Spark job of this task in Spark's history server: its stages, its executors, its plans."""

    name = "Spark history"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The job's page, or nothing where no job ran or no history server is named."""
        application = getattr(operator, APPLICATION, "")
        return f"{HISTORY_PREFIX}/history/{application}/jobs/" if os.environ.get(HISTORY) and application else ""


LINKS = (ManifestsLink(),)


def of_stage(stage: str) -> tuple[BaseOperatorLink, ...]:
    """The links of a stage's task."""
    return (*([ReportLink()] if stage == "report" else []), ManifestsLink(), HistoryLink())
