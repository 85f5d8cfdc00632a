"""Spark's history server behind Airflow's login. It has none of its own, so nothing else should reach it.

For reading only. None of the browser's cookies go there, and none come back from there. It says in its pages where
they are reached (`X-Forwarded-Context`), so its links work below any address.
"""

import os
import ssl
from collections.abc import AsyncIterator
from functools import cache
from http import HTTPStatus

import httpx
from fastapi import HTTPException, Request
from fastapi.responses import StreamingResponse

from segmentation.pages.access import guarded_app
from segmentation.pages.head import HeadAsGet
from segmentation.running.orchestration.links import HISTORY

# The first look at a job has the server read its whole event log.
TIMEOUT = 120
ASKED = ("accept", "accept-language", "if-modified-since", "if-none-match")
ANSWERED = ("content-type", "cache-control", "last-modified", "etag", "expires")
# Its pages have scripts in them. They may load and ask nothing from elsewhere, and send no form.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)

app = guarded_app("Spark history")
app.add_middleware(HeadAsGet)


@app.get("/{path:path}")
async def forward(path: str, request: Request) -> StreamingResponse:
    """One page or file of the history server. 404 where none is named, 502 where it does not answer."""
    server = os.environ.get(HISTORY, "").rstrip("/")
    if not server:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"No history server is named: {HISTORY} is not set.")
    here = request.scope.get("root_path", "").rstrip("/")
    headers = {name: request.headers[name] for name in ASKED if name in request.headers}
    client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=_certificates())
    asked = client.build_request(
        "GET",
        httpx.URL(server).copy_with(path=f"/{path}", query=request.url.query.encode() or None),
        headers={**headers, "accept-encoding": "identity", "x-forwarded-context": here},
    )
    try:
        answer = await client.send(asked, stream=True)
    except httpx.HTTPError as error:
        await client.aclose()
        raise HTTPException(
            HTTPStatus.BAD_GATEWAY, f"The history server does not answer ({type(error).__name__})."
        ) from None

    async def content() -> AsyncIterator[bytes]:
        try:
            async for part in answer.aiter_raw():
                yield part
        finally:
            await answer.aclose()
            await client.aclose()

    back = {name: answer.headers[name] for name in ANSWERED if name in answer.headers}
    if "location" in answer.headers:
        back["location"] = _location(answer.headers["location"], server, here)
    back |= {"content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
    return StreamingResponse(content(), answer.status_code, back)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust, read once and not for each of the dozen files of a page."""
    return httpx.create_ssl_context(trust_env=False)


def _location(where: str, server: str, here: str) -> str:
    """Where the server sends the browser, as the browser reaches it. It never leads elsewhere."""
    path = where.removeprefix(server) if where.startswith(f"{server}/") else where
    parsed = httpx.URL(path)
    if parsed.is_absolute_url or not path.startswith("/") or path.startswith("//"):
        return f"{here}/"
    return path if path.startswith(f"{here}/") else f"{here}{path}"
