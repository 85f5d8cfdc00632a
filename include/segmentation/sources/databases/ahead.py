"""Fetching the next rows while the last ones are written: the driver waits and decodes outside of Python's lock."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

# Batches that wait. More would only take memory.
WAITING = 2
_SECONDS = 0.5


@contextlib.contextmanager
def ahead(following: Callable[[], Any], cancel: Callable[[], None]) -> Iterator[Iterator[Any]]:
    """What `following` gives until it raises StopIteration, fetched ahead by a thread that ends with the block.

    Its error is raised where the rows are taken. `cancel` breaks off a call of `following` that still waits.
    """
    fetched: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue(WAITING)
    stopped = threading.Event()

    def put(item: tuple[Any, BaseException | None]) -> bool:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                fetched.put(item, timeout=_SECONDS)
                return True
        return False

    def work() -> None:
        try:
            while put((following(), None)):
                pass
        except BaseException as error:
            put((None, error))

    def taken() -> Iterator[Any]:
        while True:
            item, error = fetched.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item

    thread = threading.Thread(target=work, name="ahead", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        stopped.set()
        if thread.is_alive():
            with contextlib.suppress(Exception):
                cancel()
        thread.join()
