"""A stand-in for S3 (rclone's) and a web server, both on this machine."""

import http.server
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from airflow.sdk import Connection

from segmentation.engine.connect.server import free_port

KEY, SECRET = "bucketkey", "hushhushhush"  # pragma: allowlist secret
CONNECTION = "exports"


class Bucket:
    """A bucket on a disk. `stop` and `start` its server."""

    def __init__(self, folder: Path) -> None:
        self.root, self.port = folder / "s3", free_port()
        (self.root / "bucket").mkdir(parents=True)
        self._home, self._process = folder, None

    def put(self, name: str, content: bytes) -> None:
        path = self.root / "bucket" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def start(self) -> None:
        # With no time at all rclone cleans its cache without end, and nobody else gets the processor.
        words = ["serve", "s3", "--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{KEY},{SECRET}",
                 "--vfs-cache-mode", "off", "--dir-cache-time", "2ms", str(self.root)]  # fmt: skip
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("rclone"), *words], stderr=subprocess.DEVNULL, env={"HOME": str(self._home)}
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("rclone does not answer")

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def connection(self, **given: Any) -> Connection:
        extra = f'{{"endpoint_url": "http://127.0.0.1:{self.port}", "region_name": "us-east-1"}}'
        words = {"login": KEY, "password": SECRET, "extra": extra, **given}
        return Connection(conn_id=CONNECTION, conn_type="aws", **words)


@contextmanager
def web(answers: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[tuple[str, list[str]]]:
    """A web server with these answers by path; gives its address, and the requests that came."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            status, headers, body = answers.get(self.path, (404, {}, b""))
            begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
            end = (self.headers.get("Range") or "").rpartition("-")[2]
            if self.headers.get("Range") and status == 200:
                last = min(int(end), len(body) - 1) if end else len(body) - 1
                headers = {**headers, "Content-Range": f"bytes {begin}-{last}/{len(body)}"}
                status, body = 206, body[begin : last + 1]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), "Accept-Ranges": "bytes", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
