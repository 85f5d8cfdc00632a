"""A webhook on this machine that keeps what it gets."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Listens from the start. got: what was sent, in order. answer: the status that it answers with."""

    def __init__(self) -> None:
        receiver = self
        self.got: list[dict[str, str]] = []
        self.answer = 200

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(receiver.answer)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def connection(self) -> str:
        """The Airflow connection that leads here."""
        address = f"http://127.0.0.1:{self._server.server_port}/hooks/secret"
        return json.dumps({"conn_type": "generic", "password": address})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
