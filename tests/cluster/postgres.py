"""A Postgres of the tests' own, from the system's package."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from segmentation.engine.connect.server import free_port

OWNER = "postgres"  # who runs the server where we are root: it refuses to run as root


class Postgres:
    """A server on a port of 127.0.0.1 with the database `airflow`. Raises FileNotFoundError if it is not installed."""

    def __init__(self, folder: Path, port: int) -> None:
        self._bin = _programs()
        self._data, self._port = folder / "data", port
        self.password = secrets.token_hex(16)
        self._as_owner: dict[str, Any] = {}
        folder.mkdir()
        if not os.geteuid():
            owner = pwd.getpwnam(OWNER)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self._as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        word = folder / "password"
        word.write_text(self.password, encoding="utf-8")
        shutil.chown(word, OWNER) if self._as_owner else None
        self._run("initdb", "--auth=scram-sha-256", "--username=airflow", f"--pwfile={word}", f"--pgdata={self._data}")
        word.unlink()
        self._options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"

    @property
    def url(self) -> str:
        """As SQLAlchemy wants it."""
        return f"postgresql+psycopg2://airflow:{self.password}@127.0.0.1:{self._port}/airflow"

    def start(self) -> None:
        self._control("start", "-o", self._options)

    def create_database(self) -> None:
        words = ("--host=127.0.0.1", f"--port={self._port}", "--username=airflow", "airflow")
        self._run("createdb", *words, PGPASSWORD=self.password)

    def restart(self) -> None:
        """As after a crash: no connection is closed in order, and the log of changes is read again."""
        self._control("restart", "-m", "immediate", "-o", self._options)

    def stop(self) -> None:
        self._control("stop", "-m", "fast")

    def _control(self, *words: str) -> None:
        log = self._data.parent / "postgres.log"
        self._run("pg_ctl", words[0], "--wait", f"--pgdata={self._data}", f"--log={log}", *words[1:])

    def _run(self, program: str, *words: str, **environment: str) -> None:
        done = subprocess.run(
            [self._bin / program, *words], env=os.environ | environment, cwd="/", stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, check=False, **self._as_owner,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


@contextmanager
def running() -> Iterator[Postgres]:
    """A server that runs, with its database, until the block ends. Raises FileNotFoundError if it is not installed."""
    # Not below pytest's folder, which is for root's eyes only: the server runs as somebody else then.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "server", free_port())
        server.start()
        try:
            server.create_database()
            yield server
        finally:
            server.stop()


def _programs() -> Path:
    """The folder of the newest server that is installed; Debian does not put it on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise FileNotFoundError("Postgres is not installed. On Debian: apt-get install postgresql")
    return found[-1].parent if found else Path(on_path).parent
