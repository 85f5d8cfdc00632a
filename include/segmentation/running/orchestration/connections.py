"""What Airflow keeps in its connections: passwords, and the ways to databases and buckets."""

from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted


def lookup(connection: str) -> Any | None:
    """An Airflow connection, or None if there is none of that id."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection)
    except AirflowNotFoundException:
        return None


def password(connection: str) -> str | None:
    """The password of an Airflow connection, or None if there is no such connection."""
    found = lookup(connection)
    return found.password if found else None


def find_connection(connection: str) -> Any:
    """An Airflow connection. Raises UserError if there is none of that id."""
    found = lookup(connection)
    if found is None:
        raise UserError(
            f"Param connection: there is no Airflow connection {quoted(connection)}. Add it in Airflow, or give "
            f"AIRFLOW_CONN_{connection.upper()} in the environment."
        )
    return found


def connection_for(what: str, connection: str) -> Any:
    """An Airflow connection that a shop's file names. Raises UserError beginning with `what` if there is none."""
    found = lookup(connection)
    if found is None:
        raise UserError(f"{what}: Airflow has no connection {connection!r}. Add it, or name another.")
    return found


def find_store(scheme: str, connection: str | None) -> Any:
    """The file system that a provider has brought for a scheme, None where there is none."""
    from airflow.sdk.io import get_fs, has_fs

    return get_fs(scheme, connection) if has_fs(scheme) else None
