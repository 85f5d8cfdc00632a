"""Who may see what: apps that Airflow serves beside its own pages, and the DAGs that a user may see."""

from collections.abc import Callable

from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag, requires_authenticated
from fastapi import Depends, FastAPI

from segmentation.common.paths import DAG_ID


def guarded_app(title: str) -> FastAPI:
    """An app that asks Airflow at every route whether the user may see the DAG for runs by hand."""
    return _app(title, requires_access_dag(method="GET", param_dag_id=DAG_ID))


def app_for_users(title: str) -> FastAPI:
    """An app for who has logged in; each of its routes asks what its user may see."""
    return _app(title, requires_authenticated())


def _app(title: str, guard: Callable[..., None]) -> FastAPI:
    """It describes itself to nobody."""
    return FastAPI(title=title, openapi_url=None, redirect_slashes=False, dependencies=[Depends(guard)])


class Viewer:
    """Which DAGs the user of a request may see, each asked of Airflow once. A DAG need not be there any more."""

    def __init__(self, asks: Callable[[str], bool]) -> None:
        self._asks = asks
        self._answers: dict[str, bool] = {}

    def may_see(self, dag_id: str) -> bool:
        """Whether the user may see a DAG, and so the pages of its shop."""
        if dag_id not in self._answers:
            self._answers[dag_id] = bool(self._asks(dag_id))
        return self._answers[dag_id]


def the_viewer(user: GetUserDep) -> Viewer:
    """The user of a request."""

    def asks(dag_id: str) -> bool:
        details = security.DagDetails(id=dag_id, team_name=security.DagModel.get_team_name(dag_id))
        return security.get_auth_manager().is_authorized_dag(method="GET", details=details, user=user)

    return Viewer(asks)
