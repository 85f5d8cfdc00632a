"""Secrets that Airflow keeps: the passwords of connections."""


def password(connection: str) -> str | None:
    """The password of an Airflow connection, or None if there is no such connection."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection).password
    except AirflowNotFoundException:
        return None
