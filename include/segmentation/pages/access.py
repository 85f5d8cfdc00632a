"""Apps that Airflow serves beside its own pages: only for who may see the DAG."""

from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI

from segmentation.paths import DAG_ID


def guarded_app(title: str) -> FastAPI:
    """An app that asks Airflow at every route whether the user may see the DAG; it describes itself to nobody."""
    return FastAPI(
        title=title,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(requires_access_dag(method="GET", param_dag_id=DAG_ID))],
    )
