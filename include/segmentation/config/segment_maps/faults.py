"""What a map's file has that it may not have, in words."""

import re
from typing import Any

from segmentation.common.quoting import cut, quoted

LONGEST_SHOWN = 70


class Fault(Exception):
    """What is wrong and what is allowed, as a sentence without its end."""


def refuse_unknown(raw: dict[str, Any], known: tuple[str, ...], called: str) -> None:
    """Raise Fault naming the first key that is not among the known ones."""
    unknown = [key for key in raw if key not in known]
    if unknown:
        raise Fault(f"{called} has the unknown key {shown(unknown[0])}; known are {', '.join(known)}")


def whole_number(raw: Any) -> int | None:
    """The text of a whole number as one, or None."""
    return int(raw) if isinstance(raw, str) and re.fullmatch("[0-9]{1,4}", raw) else None


def shown(raw: Any) -> str:
    """What the file has there, for a message: short, and lists as YAML writes them."""
    if raw in ("", []):
        return "empty"
    is_plain = isinstance(raw, list) and all(isinstance(item, str) for item in raw)
    text = cut(f"[{', '.join(raw)}]", 1000) if is_plain else quoted(raw, 1000)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 10] + "..."
