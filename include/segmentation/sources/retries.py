"""How long a download bears with the network: tries, waits, and the progress lines in between."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from segmentation.common.errors import Unavailable


@dataclass(frozen=True)
class RetryPolicy:
    """Times in seconds. tries: how many in a row may fail without a byte before we give up."""

    tries: int = 10
    first_wait: float = 1
    longest_wait: float = 60
    longest_asked_wait: float = 900
    connect: float = 10
    silence: float = 20
    progress_every: float = 5


RETRY_POLICY = RetryPolicy()


class Interrupted(Exception):
    """A call that failed in a way that another try may mend. `asked_wait`: the seconds the server wants us to wait."""

    def __init__(self, message: str, asked_wait: float | None = None) -> None:
        super().__init__(message)
        self.asked_wait = asked_wait


class Tries:
    """Counts the failures in a row, and waits after each: twice as long each time, and never exactly as long.

    The chance in it keeps many tasks that failed together from coming back together.
    """

    def __init__(self, what: str, report: Callable[[str], None]) -> None:
        self.what = what
        self.report = report
        self.failed = 0

    def succeeded(self) -> None:
        """Something came: begin to count anew."""
        self.failed = 0

    def wait_after(self, fault: Interrupted) -> None:
        """Wait before the next try. Raises Unavailable when there have been enough."""
        self.failed += 1
        if self.failed >= RETRY_POLICY.tries:
            raise Unavailable(
                f"{self.what}: {self.failed} tries in a row have failed, the last one because {fault}. Check the "
                "network and the proxy variables, and run again; what has arrived is kept."
            )
        wait = min(RETRY_POLICY.longest_wait, RETRY_POLICY.first_wait * 2 ** (self.failed - 1)) * random.uniform(0.5, 1)  # noqa: S311
        if fault.asked_wait is not None:
            wait = min(fault.asked_wait, RETRY_POLICY.longest_asked_wait) + wait / 4
        self.report(f"{self.what}: {fault}; trying again in {wait:.0f} s ({self.failed} of {RETRY_POLICY.tries - 1})")
        time.sleep(wait)


class Progress:
    """A line for the log every few seconds: how much is here, how fast it comes, how long it will take."""

    def __init__(self, name: str, done: int, total: int, report: Callable[[str], None]) -> None:
        self.name = name
        self.done = done
        self.total = total
        self.report = report
        self.came = 0
        self.began = self.said = time.monotonic()
        self.done_when_said = done

    def add(self, count: int) -> None:
        """`count` bytes more are here."""
        self.done += count
        self.came += count
        now = time.monotonic()
        if now - self.said >= RETRY_POLICY.progress_every and self.done < self.total:
            speed = (self.done - self.done_when_said) / (now - self.said)
            mean = self.came / (now - self.began)
            left = f"{duration((self.total - self.done) / mean)} left" if mean else "waiting"
            self.report(f"{self.name}: {self._share()} of {size(self.total)}, {speed / 1e6:.1f} MB/s, {left}")
            self.said, self.done_when_said = now, self.done

    def end(self) -> None:
        """Say how it went."""
        seconds = max(time.monotonic() - self.began, 1e-3)
        self.report(
            f"{self.name}: complete, {size(self.came)} in {duration(seconds)}, {self.came / seconds / 1e6:.1f} MB/s"
        )

    def _share(self) -> str:
        # Rounded down: 100 % is said only of a complete file.
        return f"{self.done * 1000 // self.total / 10:.1f} %"


def size(count: float) -> str:
    """A number of bytes in words."""
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count:.0f} bytes"


def duration(seconds: float) -> str:
    """A time in words."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"
