"""Addresses of stores, which may hold a key: as messages may show them, and words of others without the key."""

import re
from urllib.parse import unquote

HIDDEN = "***"
SECRET = re.compile("key|secret|token|pass|sig|cred", re.IGNORECASE)


def shown(address: str) -> str:
    """An address without user, key and options. A key may hold any sign, so all up to the last `@` counts as one."""
    plain = address.partition("?")[0]
    scheme, _, rest = plain.rpartition("://") if "://" in plain else ("", "", plain)
    # Only what stands before the first slash can be a key, and a key can hold slashes.
    if "@" in rest and (":" in rest.partition("/")[0] or "@" in rest.partition("/")[0]):
        rest = f"{HIDDEN}@{rest.rpartition('@')[2]}"
    return f"{scheme}://{rest}" if scheme else rest


def without_secrets(text: object, address: str) -> str:
    """What a library says, with nothing of the address that is a key or an option, in whatever spelling."""
    said = str(text).replace(address, shown(address))
    for secret in sorted(_secrets(address), key=len, reverse=True):
        said = said.replace(secret, HIDDEN)
    return said


def _secrets(address: str) -> set[str]:
    plain, _, options = address.partition("?")
    before = plain.rpartition("@")[0].rpartition("://")[2]
    parts = {before, *before.split(":")}
    # The others, such as the endpoint, are what one wants to read where it does not answer.
    parts |= {
        option.partition("=")[2] for option in re.split("[&;]", options) if SECRET.search(option.partition("=")[0])
    }
    # A word of three letters would be cut out of others.
    return {one for part in parts for one in (part, unquote(part)) if len(one) > 3}
