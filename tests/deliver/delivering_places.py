"""Databases that releases are delivered to, and a look into them from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from cluster.postgres import Postgres


@dataclass
class Place:
    """A database with a connection `crm` to it. `ask` looks into it from outside."""

    kind: str
    ask: Callable[..., list[tuple]]


def postgres_place(server: Postgres, connect: Callable[..., None], **more: object) -> Place:
    where = urlsplit(server.url)

    def ask(text: str, *values: object) -> list[tuple]:
        address = server.url.replace("+psycopg2", "")
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(text, values or None)
            return cursor.fetchall() if cursor.description else []

    ask("DROP SCHEMA public CASCADE")
    ask("CREATE SCHEMA public")
    given = {"host": where.hostname, "port": where.port, "login": where.username, "password": where.password}
    connect("crm", **{"conn_type": "postgres", "schema": "airflow", **given, **more})
    return Place("postgres", ask)
