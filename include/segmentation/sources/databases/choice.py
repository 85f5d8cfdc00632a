"""Which road leads to the database of a connection."""

from typing import Any

from segmentation.sources.databases.roads import Road


def road_to(connection: Any) -> Road:
    """The road for an Airflow connection: fast ones for PostgreSQL, SQLite and DuckDB, else the hook of its type."""
    kind = str(connection.conn_type or "").lower()
    if kind in ("postgres", "postgresql") and not _needs_hook(connection):
        from segmentation.sources.databases.postgres import Postgres

        return Postgres(connection)
    if kind == "sqlite":
        from segmentation.sources.databases.sqlite import Sqlite

        return Sqlite(connection)
    if kind == "duckdb":
        from segmentation.sources.databases.duck import Duck

        return Duck(connection)
    from segmentation.sources.databases.hooks import Hooked

    return Hooked(connection)


def _needs_hook(connection: Any) -> bool:
    """Whether only the hook knows how to log in, with a token of a cloud."""
    extra = connection.extra_dejson or {}
    return str(extra.get("iam", "")).lower() not in ("", "false", "0")
