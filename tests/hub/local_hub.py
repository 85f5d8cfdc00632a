"""A stand-in for the Hugging Face Hub on this machine: a real HTTP server, with faults on demand.

    with LocalHub() as hub:
        hub.commit({"raw/...": b"..."})          a commit on the branch main
        hub.fail("get", how="reset", at=0.5)     the next file is cut off in the middle
        os.environ["HF_ENDPOINT"] = hub.endpoint

It answers the calls that the Hub's client makes: a dataset's info, tree and paths-info, HEAD and GET of a file, there
or by a redirect to a second origin as the Hub's CDN. `hub.calls` tells what was asked and how many bytes went out.
"""

import hashlib
import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

REPO = "McAuley-Lab/Amazon-Reviews-2023"
BLOCK = 1 << 15
# How long a stalled answer lasts, in seconds, if the test does not end before.
SILENCE = 300


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a kind (api, head, get, cdn).

    status: answer with it. how: close, reset, stall (stop in the middle, at the share `at` of the answer), corrupt (a
    wrong byte), shorten (a shorter file, honestly declared).
    """

    on: str
    how: str = ""
    at: float = 0.5
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1


@dataclass
class Call:
    """One call that came in: its kind, path and headers, and the bytes of a file that went out."""

    kind: str
    path: str
    headers: dict[str, str]
    first_byte: int = 0
    sent: int = 0


class LocalHub:
    """The two servers, what they hold, and how they behave."""

    def __init__(self) -> None:
        self.commits: dict[str, dict[str, bytes]] = {}
        self.branches: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.repo = REPO
        self.tokens: set[str] = set()
        self.prefix = ""
        self.gated = self.uses_cdn = self.ignores_range = self.without_lfs = False
        self.bytes_per_second = 0.0
        self.page_size = 1000
        self.pause_at = 1.0  # the share of a body at which its sending waits for `go`
        self.go = threading.Event()
        self.answer: bytes | None = None  # to every question, instead of the truth
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.servers = {kind: self._server(kind) for kind in ("hub", "cdn")}

    def _server(self, origin: str) -> ThreadingHTTPServer:
        handler = type("Handler", (_Handler,), {"hub": self, "origin": origin})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    def __enter__(self) -> "LocalHub":
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        for server in self.servers.values():
            server.shutdown()
            server.server_close()

    def address(self, origin: str) -> str:
        return f"http://127.0.0.1:{self.servers[origin].server_port}"

    @property
    def endpoint(self) -> str:
        return self.address("hub") + self.prefix

    def commit(self, files: dict[str, bytes], branch: str = "main") -> str:
        """Make a commit on a branch; return its id."""
        sha = hashlib.sha1(f"{len(self.commits)} {sorted(files)}".encode()).hexdigest()
        self.commits[sha] = dict(files)
        self.branches[branch] = sha
        return sha

    def fail(self, on: str, **how: object) -> None:
        self.faults.append(Fault(on, **how))  # type: ignore[arg-type]

    def take_fault(self, kind: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.on == kind and fault.times:
                    fault.times -= 1
                    return fault
        return None

    def count(self, kind: str) -> int:
        return sum(call.kind == kind for call in self.calls)

    def sent(self, path: str = "") -> int:
        """The bytes of files that went out."""
        return sum(call.sent for call in self.calls if path in call.path)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: LocalHub
    origin: str

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.answer("head")

    def do_GET(self) -> None:
        self.answer("cdn" if self.origin == "cdn" else "api" if "/api/" in self.path else "get")

    def do_POST(self) -> None:
        self.answer("api")

    def answer(self, kind: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = unquote(urlsplit(self.path).path)
        self.call = Call(kind, path, {name.lower(): value for name, value in self.headers.items()})
        self.hub.calls.append(self.call)
        fault = self.hub.take_fault(kind)
        if fault and fault.status:
            self.error(fault.status, **fault.headers)
        elif fault and kind == "api":
            self.break_off("" if fault.how == "shorten" else fault.how)
        elif kind == "cdn":
            sha256 = path.removeprefix("/blob/")
            found = [data for files in self.hub.commits.values() for data in files.values() if digest(data) == sha256]
            self.send_file(found[0], fault, {"ETag": '"of-the-cdn"'})
        elif not path.startswith(self.hub.prefix + "/"):
            self.error(404)
        elif self.allowed():
            path = path.removeprefix(self.hub.prefix)
            self.api(path, body) if kind == "api" else self.resolve(path, fault)

    # Who may ask
    def allowed(self) -> bool:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        token = token if kind == "Bearer" else ""
        if token and token not in self.hub.tokens:
            self.error(401, **{"X-Error-Message": "Invalid credentials in Authorization header"})
            return False
        if self.hub.gated and not token and "/api/" not in self.path:
            self.error(403, **{"X-Error-Code": "GatedRepo"})
            return False
        return True

    def files(self, revision: str) -> tuple[str, dict[str, bytes]] | None:
        sha = self.hub.branches.get(revision, revision)
        if sha not in self.hub.commits:
            self.error(404, **{"X-Error-Code": "RevisionNotFound"})
            return None
        return sha, self.hub.commits[sha]

    # What they may ask
    def api(self, path: str, body: bytes) -> None:
        if self.hub.answer is not None:
            self.start(200, len(self.hub.answer), **{"Content-Type": "application/json"})
            self.wfile.write(self.hub.answer)
            return
        start = f"/api/datasets/{self.hub.repo}"
        if not path.startswith(start):
            self.error(404, **{"X-Error-Code": "RepoNotFound"})
            return
        what, _, rest = path.removeprefix(start).strip("/").partition("/")
        revision, _, folder = rest.partition("/")
        found = self.files(revision or "main")
        if found is None:
            return
        sha, files = found
        if what in ("", "revision"):
            blobs = "blobs" in parse_qs(urlsplit(self.path).query)
            siblings = [self.sibling(path, data) if blobs else {"rfilename": path} for path, data in files.items()]
            self.json({"id": self.hub.repo, "sha": sha, "siblings": siblings})
        elif what == "paths-info":
            wanted = parse_qs(body.decode())["paths"]
            self.json([self.entry(path, files[path]) for path in wanted if path in files])
        else:
            self.tree([self.entry(path, data) for path, data in files.items() if path.startswith(folder)])

    def tree(self, entries: list[dict]) -> None:
        at = int(parse_qs(urlsplit(self.path).query).get("cursor", ["0"])[0])
        end = at + self.hub.page_size
        link = {}
        if end < len(entries):
            link = {
                "Link": f'<{self.hub.address("hub")}{urlsplit(self.path).path}?recursive=true&cursor={end}>; rel="next"'
            }
        self.json(entries[at:end], **link)

    def lfs(self, data: bytes) -> dict | None:
        return None if self.hub.without_lfs else {"sha256": digest(data), "size": len(data), "pointerSize": 134}

    def sibling(self, path: str, data: bytes) -> dict:
        lfs = self.lfs(data)
        return {"rfilename": path, "size": len(data), "blobId": blob_id(data), **({"lfs": lfs} if lfs else {})}

    def entry(self, path: str, data: bytes) -> dict:
        lfs = {"oid": digest(data), "size": len(data), "pointerSize": 134}
        return {"type": "file", "path": path, "size": len(data), "oid": blob_id(data), "lfs": lfs}

    def resolve(self, path: str, fault: Fault | None) -> None:
        start = f"/datasets/{self.hub.repo}/resolve/"
        if not path.startswith(start):
            self.error(404, **{"X-Error-Code": "RepoNotFound"})
            return
        revision, _, name = path.removeprefix(start).partition("/")
        found = self.files(revision)
        if found is None:
            return
        sha, files = found
        if name not in files:
            self.error(404, **{"X-Error-Code": "EntryNotFound"})
            return
        data = files[name]
        linked = {"X-Repo-Commit": sha, "X-Linked-Etag": f'"{digest(data)}"', "X-Linked-Size": str(len(data))}
        if self.hub.uses_cdn:
            self.start(302, 0, **linked, Location=f"{self.hub.address('cdn')}/blob/{digest(data)}?signature=secret")
        else:
            self.send_file(data, fault, linked)

    # Answers
    def send_file(self, data: bytes, fault: Fault | None, headers: dict[str, str]) -> None:
        how = fault.how if fault else ""
        if how == "shorten":
            data = data[: len(data) // 2]
        wanted = self.headers.get("range", "")
        begin = int(wanted.removeprefix("bytes=").partition("-")[0] or 0)
        if begin and not self.hub.ignores_range:
            if begin >= len(data):
                self.error(416, **{"Content-Range": f"bytes */{len(data)}"})
                return
            headers = headers | {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"}
            body = data[begin:]
            self.call.first_byte = begin
        else:
            body = data
        if how == "corrupt":
            body = bytes([body[0] ^ 1]) + body[1:]
        self.start(206 if "Content-Range" in headers else 200, len(body), **headers)
        if self.command == "HEAD":
            return
        end = int(len(body) * fault.at) if fault and how in ("close", "reset", "stall") else len(body)
        self.send_body(body[:end])
        if end < len(body):
            self.break_off(how)

    def send_body(self, body: bytes) -> None:
        try:
            for at in range(0, len(body), BLOCK):
                block = body[at : at + BLOCK]
                self.wfile.write(block)
                self.call.sent += len(block)
                if self.call.sent >= self.hub.pause_at * len(body) and not self.hub.go.is_set():
                    self.hub.go.wait(SILENCE if self.hub.pause_at < 1 else 0)
                if self.hub.bytes_per_second:
                    time.sleep(len(block) / self.hub.bytes_per_second)
        except OSError:
            self.close_connection = True

    def break_off(self, how: str) -> None:
        """Hang up: close, reset, or say nothing more until the test is over."""
        self.close_connection = True
        if how == "stall":
            self.hub.closing.wait(SILENCE)
        if how == "reset":
            # Without lingering, closing sends RST. rfile and wfile hold the socket open, so they go first.
            time.sleep(0.05)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def json(self, content: object, **headers: str) -> None:
        body = json.dumps(content).encode()
        self.start(200, len(body), **{"Content-Type": "application/json"}, **headers)
        self.wfile.write(body)

    def error(self, status: int, **headers: str) -> None:
        self.start(status, 0, **headers)

    def start(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
