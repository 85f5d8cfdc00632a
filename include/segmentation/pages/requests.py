"""What comes with a request and what goes with every answer: names that are read strictly, and strict headers."""

import re
from collections.abc import Iterable
from datetime import date

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segmentation.config.shops.names import is_name
from segmentation.pages.rendering import policy
from segmentation.warehouse.manifests import DATASET, VERSION

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def strict_headers(content_policy: str) -> dict[str, str]:
    """The headers of every answer."""
    return {
        "Content-Security-Policy": content_policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }


class StrictHeaders:
    """Puts the strict headers on every answer that has none of its own, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in strict_headers(policy()).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_strictly)


def as_day(text: object) -> date:
    """A day as YYYY-MM-DD, and nothing else that could be read as one. Raises ValueError."""
    if not isinstance(text, str) or not DAY.fullmatch(text):
        raise ValueError("not a day")
    return date.fromisoformat(text)


def named_report(text: str) -> tuple[str | None, date, str]:
    """The shop, as-of date and version of `[<shop>.]<as-of date>.<version>`. Raises HTTPException."""
    *shop, day, version = ["", *text.split(".")] if text.count(".") in (1, 2) else ("", "", "")
    name = "".join(shop) or None
    try:
        if VERSION.fullmatch(version) and (name is None or is_name(name)):
            return name, as_day(day), version
    except ValueError:
        pass
    raise HTTPException(422, "This address names no two reports.")


def named_versions(texts: Iterable[str]) -> list[tuple[str, str, date | None]]:
    """The versions of `<dataset>.<version>[.<as-of date>]`. Raises HTTPException."""
    found = []
    for text in texts:
        dataset, version, day = [*text.split("."), ""][:3] if text.count(".") in (1, 2) else ("", "", "")
        try:
            if not DATASET.fullmatch(dataset) or not VERSION.fullmatch(version):
                raise ValueError
            found.append((dataset, version, as_day(day) if day else None))
        except ValueError:
            raise HTTPException(422, "This address names no versions.") from None
    return found
