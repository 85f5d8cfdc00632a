"""Forms that are sent to the pages: read whole, within limits, and told from forms of other sites."""

import hashlib
import hmac
from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import HTTPException, Request

MOST_BYTES, MOST_FIELDS = 200_000, 1_500  # a map of ten bins has a thousand cells
FORM = "application/x-www-form-urlencoded"
Fields = dict[str, list[str]]


async def sent_form(request: Request) -> Fields:
    """The fields of a form. Raises HTTPException for what is no form, is too large, or comes from another site."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(HTTPStatus.FORBIDDEN, "This form was sent from another site.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This is no form of these pages.")
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This form is too large.")
    try:
        text = content.decode("ascii")
        return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "This is no form of these pages.") from None


def field(fields: Fields, name: str) -> str:
    """The value of a field, empty where it was not sent."""
    return fields.get(name, [""])[0]


def token_of(secret: str, user: str, what: str) -> str:
    """What a form carries that does something, so that no other site can send it: only these pages can tell it."""
    message = "\0".join((what, user)).encode()
    return hmac.new(f"customer-segments\0{secret}".encode(), message, hashlib.sha256).hexdigest()


def is_token(given: str, right: str) -> bool:
    """Whether a form carries the right one."""
    return hmac.compare_digest(given.encode(), right.encode())
