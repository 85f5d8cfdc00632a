"""How a task tells its outcome to Airflow: the datasets that stand, and why it has failed, in one sentence."""

from typing import TYPE_CHECKING

from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from segmentation.common.paths import warehouse_root
from segmentation.planning.datasets import STAGES
from segmentation.running.orchestration import links

if TYPE_CHECKING:
    from airflow.sdk import Context

    from segmentation.warehouse.manifests import Manifest

ASSETS = {name: Asset(name=name, uri=f"segmentation://{name}") for names in STAGES.values() for name in names}


def outlets(stage: str) -> list[Asset]:
    """The assets of the datasets that a stage makes."""
    return [ASSETS[name] for name in STAGES[stage]]


def announce(context: "Context", manifests: "list[Manifest]", shop: str) -> None:
    """Put shop, version, as-of date, rows and path of each dataset into its asset event; keep them for the links."""
    from segmentation.engine.stage import describe
    from segmentation.warehouse.versions import Warehouse

    links.remember(context["task"], manifests, shop)
    for manifest in manifests:
        place = Warehouse(warehouse_root()).place_of(manifest)
        context["outlet_events"][ASSETS[manifest.dataset]].extra = {
            "shop": shop,
            "version": manifest.version,
            "as_of": manifest.as_of,
            "rows": manifest.rows,
            "path": str(place),
        }
        print(f"{describe(manifest, 'stands:')} in {place}", flush=True)


def dag_id_of(context: "Context") -> str:
    """The DAG of a run."""
    return str(context["dag"].dag_id) if "dag" in context else ""


def user_failure(message: str) -> AirflowFailException:
    """A failure that a retry cannot mend, with its reason as a line of its own in the task's log."""
    print(f"ERROR {message}", flush=True)
    return AirflowFailException(message)


def failure_for_now(message: str) -> AirflowException:
    """A failure that a retry may mend, told in the same way."""
    print(f"ERROR {message}", flush=True)
    return AirflowException(message)
