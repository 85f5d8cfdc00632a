"""A program that ends with us: whoever stops us stops it, and all that it has started."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import NoReturn

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Spark ends in a second or two. Airflow does not end while a task runs: it waits to try that again.
GRACE_SECONDS = 5


class Stopped(SystemExit):
    """We were told to stop. `code` is 128 and the signal's number, as shells have it."""

    code: int


@contextmanager
def stops_raise() -> Iterator[None]:
    """Raise Stopped within, where Ctrl-C or a signal tells us to stop."""

    def stop(number: int, frame: object) -> NoReturn:
        # Once is enough: a second one would break off the ending.
        for one in STOPS:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(128 + number)

    # What is ignored stays so: `nohup` sees to it that a closed terminal stops nothing.
    before = {one: signal.signal(one, stop) for one in STOPS if signal.getsignal(one) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def group_of(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start a program whose output we read; if anything is raised within, it and all that it has started end first.

    It gets a process group of its own, which can be ended whole: Airflow starts Spark, Spark a Java, and that a Python.
    """
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        process_group=0,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            with _outlived_by_none(process.pid):
                yield process
        except BaseException:
            # Read on: who writes into a full pipe never ends.
            Thread(target=process.stdout.read, daemon=True).start()
            end_group(process.pid, GRACE_SECONDS)
            raise


@contextmanager
def _outlived_by_none(group: int) -> Iterator[None]:
    """Have a group killed if we are killed within, which leaves us no time to do it: a shell waits for our end."""
    waits = ["sh", "-c", 'read _; kill -s KILL -- "-$0"', str(group)]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as guard:
        try:
            yield
        finally:
            guard.kill()


def end_group(group: int, seconds: float) -> None:
    """End all processes of a group: kindly, and after so many seconds at once."""
    _tell(group, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while group_alive(group) and time.monotonic() < deadline:
        time.sleep(0.2)
    _tell(group, signal.SIGKILL)


def group_alive(group: int) -> bool:
    """Whether any process of the group still runs."""
    # A child of ours that has ended stays in its group until it is asked for.
    with suppress(ChildProcessError):
        os.waitpid(-group, os.WNOHANG)
    return _tell(group, 0) and not _all_have_ended(group)


def _all_have_ended(group: int) -> bool:
    """Whether only the ends of a group's processes are left, for which nobody has asked: in a container without an
    init, that is how orphans stay. Only Linux tells."""
    states = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group, *_ = file.read_text(errors="replace").rpartition(")")[2].split()
            if its_group == str(group):
                states.append(state)
    return bool(states) and set(states) <= {"Z", "X"}


def _tell(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True
