"""A receiver of batches on loopback that fails when it is told to, and remembers what it was sent."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[int], int | str]


@dataclass
class Receiver:
    """answer: what the n-th request gets: a status, or `lost`, which is kept but never answered. posts: what came."""

    answer: Answer = lambda number: 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append({"path": self.path, "headers": dict(self.headers), "body": body})
                answer = receiver.answer(len(receiver.posts))
                if answer in (200, 204, "lost"):
                    # As a receiver does that goes by the key: what it has, it takes once.
                    receiver.rows.setdefault(self.headers["Idempotency-Key"], json.loads(body)["rows"])
                if answer == "lost":
                    self.connection.close()
                    return
                self.send_response(int(answer))
                if 300 <= int(answer) < 400:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def keys(self) -> list[str]:
        return [post["headers"]["Idempotency-Key"] for post in self.posts]

    def customers(self) -> list[str]:
        """Every customer in what was taken, as often as they are there."""
        return sorted(row["user_id"] for rows in self.rows.values() for row in rows)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
