"""Deliver lists to a webhook: each batch is POSTed, signed, under a key of its own, until it is acknowledged.

A batch that was acknowledged is noted at once and never sent again. One whose answer got lost is sent again with the
same bytes under the same key, by which the receiver knows it.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyarrow.parquet as pq

from segmentation.common.errors import Unavailable, UserError
from segmentation.config.shops.targets import ALL, Target
from segmentation.running.deliver.records import Journal
from segmentation.running.deliver.what import Delivery
from segmentation.running.orchestration.connections import connection_for

CONNECT_SECONDS, ANSWER_SECONDS = 10, 60
# What another try may mend: a receiver that is too slow, too busy or broken for now.
PASSING = (408, 425, 429)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Batch:
    """Some rows of a list, as they are sent. number: from 1. key: the same at each try."""

    body: bytes
    key: str
    rows: int


def deliver(delivery: Delivery, target: Target, journal: Journal) -> int:
    """Send what has not been acknowledged yet; how many rows all batches have together.

    Raises UserError where the receiver or the connection will not have it, Unavailable where a retry may help.
    """
    what = f"deliver: {target.words}"
    rows = 0
    with _client(target, what) as (client, address, secret):
        for batch in batches(delivery, target, journal.origin, what):
            rows += batch.rows
            if batch.key not in journal.keys:
                _post(client, address, secret, batch, what)
                journal.add(batch.key)
    return rows


def batches(delivery: Delivery, target: Target, origin: int, what: str) -> Iterator[Batch]:
    """The batches of the lists, in order: the same for each try. `origin`: the release with which they began."""
    lists = delivery.manifest("exports")
    if lists is None:
        raise UserError(f"{what}: release {delivery.release.number} has no lists.")
    folder = delivery.warehouse.place_of(lists)
    there = sorted(name.removesuffix(".parquet") for name in lists.files if name.endswith(".parquet"))
    missing = [name for name in target.lists if name not in there]
    if missing and target.lists != ALL:
        raise UserError(f"{what}: the release has no list {missing[0]!r}. It has {', '.join(there)}.")
    for name in there if target.lists == ALL else target.lists:
        parts = pq.ParquetFile(folder / f"{name}.parquet").iter_batches(target.batch)
        for number, part in enumerate(parts, 1):
            yield _batch(delivery, target, origin, name, number, part.to_pylist())


def _batch(
    delivery: Delivery, target: Target, origin: int, name: str, number: int, rows: list[dict[str, Any]]
) -> Batch:
    release = delivery.release
    content = {
        "shop": release.shop, "as_of": release.as_of, "release_number": origin, "list": name, "batch": number,
        "rows": rows,
    }  # fmt: skip
    # Amounts as texts, because a number of JSON is no decimal.
    body = json.dumps(content, default=str, ensure_ascii=False, separators=(",", ":")).encode()
    parts = [release.shop, release.as_of, str(origin), target.id, name, str(number)]
    return Batch(body, hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32], len(rows))


def signatures(secret: str, timestamp: str, body: bytes) -> dict[str, str]:
    """The headers by which the receiver knows that a body is ours, and that it is of now."""
    of_body = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    of_both = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "X-Segmentation-Signature": f"sha256={of_body}",
        "X-Segmentation-Timestamp": timestamp,
        "X-Segmentation-Signed-Timestamp": f"sha256={of_both}",
    }


def _post(client: httpx.Client, address: str, secret: str, batch: Batch, what: str) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": batch.key}
    headers |= signatures(secret, str(int(time.time())), batch.body)
    try:
        answer = client.post(address, content=batch.body, headers=headers)
    except httpx.HTTPError as error:
        # Not its words, which name the host.
        raise Unavailable(f"{what}: there was no answer ({type(error).__name__}).") from None
    if answer.is_success:
        return
    if answer.status_code in PASSING or answer.status_code >= 500:
        raise Unavailable(f"{what}: the receiver answered {answer.status_code}.")
    if answer.is_redirect:
        raise UserError(
            f"{what}: the receiver answered {answer.status_code}, which leads elsewhere, and customers are sent "
            "nowhere but where the connection says. Name the address that is meant."
        )
    raise UserError(f"{what}: the receiver answered {answer.status_code} and so refuses what it is sent.")


@contextmanager
def _client(target: Target, what: str) -> Iterator[tuple[httpx.Client, str, str]]:
    connection = connection_for(what, target.connection)
    if not connection.password:
        raise UserError(f"{what}: the connection has no password, which is the secret that batches are signed with.")
    host = connection.host or ""
    base = host if "://" in host else f"{connection.schema or 'https'}://{host}"
    base = base.rstrip("/") + (f":{connection.port}" if connection.port else "")
    where = urlsplit(base)
    if where.scheme not in ("http", "https") or not where.hostname:
        raise UserError(f"{what}: the connection has no http or https address.")
    if where.scheme == "http" and where.hostname not in LOOPBACK:
        raise UserError(f"{what}: the connection's address is http, and customers are sent over https only.")
    limits = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(timeout=limits, follow_redirects=False) as client:
        yield client, base + target.place, connection.password
