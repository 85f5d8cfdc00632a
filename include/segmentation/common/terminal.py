"""Colours and a running clock, only where a person looks at a terminal."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

TICK_SECONDS = 0.5


def _is_terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _styled(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if _is_terminal() else text


def bold(text: str) -> str:
    """The text in bold, on a terminal."""
    return _styled("1", text)


def yellow(text: str) -> str:
    """The text in yellow, on a terminal."""
    return _styled("33", text)


def dim(text: str) -> str:
    """The text in a weak colour, on a terminal."""
    return _styled("2", text)


def red(text: str) -> str:
    """The text in red, on a terminal."""
    return _styled("1;31", text)


@contextmanager
def clock(text: str | Callable[[], str]) -> Iterator[None]:
    """Show `text`, or what it gives now, with the seconds that pass, on a terminal; show nothing elsewhere."""
    if not _is_terminal():
        yield
        return
    over, began = Event(), time.monotonic()

    def tick() -> None:
        while not over.wait(TICK_SECONDS):
            shown = text if isinstance(text, str) else text()
            print(f"\r{shown} {time.monotonic() - began:4.0f} s ", end="", flush=True)

    thread = Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        print("\r\033[K", end="", flush=True)
