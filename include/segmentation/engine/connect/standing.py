"""Find the Spark that stands in a folder, start it where none does, and end it.

The folder holds a note of where the server is and of the token that it asks for, for its user's eyes only; the lock
that the server keeps as long as it lives; and a lock that those share who use it.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from segmentation.common.children import end_group
from segmentation.common.errors import Unavailable
from segmentation.common.quoting import cut
from segmentation.warehouse.locks import is_free, locked

# In the extra of an Airflow connection: the folder of the Spark that it names.
EXTRA = "standing"
NOTE, LOG = "server.json", "server.log"
ALIVE, USED, STARTING = "alive.lock", "used.lock", "starting.lock"
START_SECONDS, STOP_SECONDS, LOOK_SECONDS = 180, 15, 0.05


@dataclass(frozen=True)
class Server:
    """A server that stands: its port on this machine, the token that it asks for, and its process."""

    port: int
    token: str
    pid: int

    @property
    def address(self) -> str:
        """Where it is, without the token. By this name: to a bare number Spark's client would speak TLS."""
        return f"sc://localhost:{self.port}"

    @property
    def remote(self) -> str:
        """Where it is and how to get in: for the environment of a client, and for nothing that anyone can read."""
        return f"{self.address}/;token={self.token}"


def find(folder: Path) -> Server | None:
    """The server that stands, or None."""
    if not _is_alive(folder):
        return None
    with contextlib.suppress(FileNotFoundError):
        return Server(**json.loads((folder / NOTE).read_text(encoding="utf-8")))
    return None


def note(folder: Path, server: Server) -> None:
    """Tell where a server stands, in one step and to nobody else."""
    draft = folder / f"{NOTE}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(server)), encoding="utf-8")
    draft.rename(folder / NOTE)


@contextlib.contextmanager
def using(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The server of a folder, started if none stands or starts. It stays as long as anyone uses it.

    Raises Unavailable where it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / USED, "a", encoding="utf-8") as used:
        # Given back by the kernel, however we end.
        fcntl.flock(used, fcntl.LOCK_SH)
        with locked(folder / STARTING):
            # One that lives may be starting, or just ending.
            server = _await(folder) or _started(folder, environment)
        yield server


def start(folder: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a server that ends when we do; do not wait until it stands."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(folder / STARTING):
        return _start(folder, environment, os.getpid())


def _start(folder: Path, environment: Mapping[str, str] | None, owner: int | None) -> "subprocess.Popen[bytes]":
    """Start a server, and wait until its process has the lock that says that it lives."""
    (folder / NOTE).unlink(missing_ok=True)  # of one that was killed
    (folder / LOG).touch(mode=0o600)
    command = [
        sys.executable,
        "-m",
        "segmentation.engine.connect.server",
        str(folder),
        *([str(owner)] if owner else []),
    ]
    with open(folder / LOG, "wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    while not _is_alive(folder) and process.poll() is None:
        time.sleep(LOOK_SECONDS)
    return process


def _is_alive(folder: Path) -> bool:
    return (folder / ALIVE).exists() and not is_free(folder / ALIVE)


def _await(folder: Path) -> Server | None:
    """Wait until the server that lives tells where it stands; None if none lives, or it ends."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and _is_alive(folder):
        if server := find(folder):
            return server
        time.sleep(LOOK_SECONDS)
    return None


def _started(folder: Path, environment: Mapping[str, str] | None) -> Server:
    process = _start(folder, environment, None)
    if server := _await(folder):
        return server
    end(process.pid)
    lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise Unavailable(f"Spark did not start ({cut(lines[-1]) if lines else 'without a word'}). See {folder / LOG}.")


def end(pid: int) -> None:
    """End a server and all that it has started."""
    end_group(pid, STOP_SECONDS)


def stop(folder: Path) -> bool:
    """End the server of a folder; tell whether there was one."""
    server = find(folder)
    if server:
        end(server.pid)
    return server is not None
