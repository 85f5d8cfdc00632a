"""Runs that the pages begin: trials, for who may trigger the shop's DAG, and by a form that only these pages have."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import HTTPException

from segmentation.pages.forms import is_token, token_of

WHAT = "trigger a trial"


@dataclass(frozen=True)
class Trigger:
    """What a user may begin. token: what their forms carry. begin: triggers a DAG with params, gives the run's id."""

    may: Callable[[str], bool]
    token: str
    begin: Callable[[str, dict[str, Any]], str]

    def check(self, dag_id: str, token: str) -> None:
        """Raises HTTPException where the form is not of these pages, or the user may not trigger the DAG."""
        if not is_token(token, self.token):
            raise HTTPException(HTTPStatus.FORBIDDEN, "This form is not of these pages. Open the page again.")
        if not self.may(dag_id):
            raise HTTPException(HTTPStatus.FORBIDDEN, "You may not trigger this shop's runs.")


def the_trigger(user: GetUserDep) -> Trigger:
    """What the user of a request may begin."""
    from airflow.configuration import conf

    def may(dag_id: str) -> bool:
        details = security.DagDetails(id=dag_id, team_name=security.DagModel.get_team_name(dag_id))
        entity = security.DagAccessEntity.RUN
        manager = security.get_auth_manager()
        return bool(manager.is_authorized_dag(method="POST", access_entity=entity, details=details, user=user))

    def begin(dag_id: str, params: dict[str, Any]) -> str:
        return _begin(dag_id, params, user.get_name())

    secret = conf.get("api", "secret_key")
    return Trigger(may, token_of(secret, str(user.get_id()), WHAT), begin)


def _begin(dag_id: str, params: dict[str, Any], user: str) -> str:
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.exceptions import DagNotFound, ParamValidationError
    from airflow.utils.types import DagRunTriggeredByType

    try:
        run = trigger_dag(
            dag_id, triggered_by=DagRunTriggeredByType.UI, triggering_user_name=user, conf=params, logical_date=None
        )
    except (DagNotFound, ParamValidationError, ValueError):
        raise HTTPException(HTTPStatus.CONFLICT, "Airflow does not take this run: its form says why.") from None
    return str(run.run_id) if run else ""
