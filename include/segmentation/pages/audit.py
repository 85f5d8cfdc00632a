"""What users do on the pages that others may ask about later: written to Airflow's audit log, before it is done."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import HTTPException

Audit = Callable[[str, str, dict[str, Any]], None]


def the_audit(user: GetUserDep) -> Audit:
    """Writes an event of the user of a request: what it is, of which DAG, and the rest as JSON."""

    def write(event: str, dag_id: str, extra: dict[str, Any]) -> None:
        """Raises HTTPException where it cannot be written: what would not be known afterwards is not done."""
        from airflow.models import Log
        from airflow.utils.session import create_session
        from sqlalchemy.exc import SQLAlchemyError

        name = user.get_name()
        try:
            with create_session() as session:
                session.add(Log(event, owner=name, owner_display_name=name, dag_id=dag_id, extra=json.dumps(extra)))
        except SQLAlchemyError:
            words = "Airflow's audit log cannot be written, so this is not answered."
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, words) from None

    return write
