"""A process of the cluster with all that it starts: started, stopped, killed and looked after by its process group."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

STOP_SECONDS = 30


class Member:
    """A command that runs for as long as the cluster stands. What it says goes to `<logs>/<name>.log`."""

    def __init__(self, name: str, words: list[str], environment: dict[str, str], logs: Path) -> None:
        self.name = name
        self._words = words
        self._environment = environment
        self.log = logs / f"{name}.log"
        self._process: subprocess.Popen | None = None
        self.restarts = 0

    @property
    def group(self) -> int:
        """The process group, which is the id of its first process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with open(self.log, "a", encoding="utf-8") as file:
            self._process = subprocess.Popen(
                self._words, env=self._environment, stdout=file, stderr=file, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """Kill it with all that it has started, at once, as when its machine dies."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end; kill what is left after a while."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        self.kill()

    def tend(self) -> None:
        """Start it again if it has ended, as a service manager does."""
        if self._process is not None and self._process.poll() is not None:
            self.restarts += 1
            self.start()

    def end_of_log(self) -> str:
        """Its last words."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])

    def _signal(self, number: int) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def wait_until(true: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Wait for something. Raises TimeoutError naming it."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.3)
