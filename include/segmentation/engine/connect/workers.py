"""The Python processes of a Spark that stands.

Spark keeps a daemon, which forks workers, for the code of each session, and does not end it with the session: after
two years of months there would be dozens. One that is gone is started again when it is needed.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

# Workers that have nothing to do end after a minute.
OLD_SECONDS = 90


def end_idle_daemons(java: int) -> None:
    """End the daemons below a Java that have no worker any more. Where there is no /proc, they stay."""
    with contextlib.suppress(OSError):
        for daemon in _children(java):
            is_one = b"pyspark.daemon" in Path(f"/proc/{daemon}/cmdline").read_bytes()
            if is_one and _age(daemon) > OLD_SECONDS and not _children(daemon):
                os.kill(daemon, signal.SIGTERM)


def _children(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def _age(process: int) -> float:
    return time.time() - Path(f"/proc/{process}").stat().st_mtime
