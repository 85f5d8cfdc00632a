"""Files at addresses: buckets and web servers, by the names that Airflow's object storage paths have.

    s3://connection@bucket/exports/orders-*.csv

What comes stays in the landing area under its ETag, until clean-up finds that no run has used it for a while. So a file
that has not changed is not downloaded again, and a download that broke off goes on where it ended.
"""

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from segmentation.common.errors import Unavailable, UserError
from segmentation.common.quoting import cut, quoted
from segmentation.config.allowed import ADDRESSES, check_address
from segmentation.sources.stores import INNER, Stores, is_web
from segmentation.warehouse.landing import Landing

ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+]*)://(?:(?P<connection>[^@/]*)@)?(?P<place>.*)", re.DOTALL)
_GLOB = re.compile(r"[*?\[]")
_FOLDER = re.compile(r"([^/=]+)=([^/]*)")
BLOCK = 8 << 20
SAYS_EVERY = 5.0
# By what stores call the state of an object, the firmest first.
_STATES = (
    "ETag",
    "etag",
    "generation",
    "md5Hash",
    "content_md5",
    "LastModified",
    "last_modified",
    "updated",
    "Last-Modified",
)


@dataclass(frozen=True)
class Found:
    """An object. place: bucket and key, or host and path. state: what changes with its content; empty if unknown."""

    address: str
    place: str
    bytes: int | None
    state: str


class Addresses:
    """Finds and brings what a param names. The two finders are those of `Surroundings`."""

    def __init__(
        self,
        param: str,
        root: Path,
        find_connection: Callable[[str], Any],
        find_store: Callable[[str, str | None], Any],
        report: Callable[[str], None],
    ) -> None:
        self._param, self._landing, self._report = param, Landing(root), report
        self._stores = Stores(param, find_connection, find_store)

    def found(self, address: str) -> list[Found]:
        """The objects that an address names, in order: one, those of a folder or of a pattern; none that is hidden."""
        check_address(self._param, address)
        match = _parsed(self._param, address)
        with self._in_words(address):
            store = self._stores.at(match["scheme"], match["connection"])
            entries = self._entries(store, match)
        begin = address[: match.start("place")]
        found = [Found(begin + place, place, _size(info), _state(info)) for place, info in sorted(entries.items())]
        for one in found:
            check_address(self._param, one.address)
        return found

    def text(self, address: str, most: int) -> str:
        """What a small file holds. Raises UserError where it is larger than so many bytes, or no text."""
        check_address(self._param, address)
        match = _parsed(self._param, address)
        with self._in_words(address):
            store = self._stores.at(match["scheme"], match["connection"])
            with store.open(_path(match), "rb", block_size=BLOCK) as file:
                content = file.read(most + 1)
        if len(content) > most:
            raise UserError(f"Param {self._param}: {cut(address)} is larger than {most:,} bytes.")
        try:
            return str(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise UserError(f"Param {self._param}: {cut(address)} is no text in UTF-8.") from None

    def bring(self, one: Found) -> Path:
        """The place of an object's content on this machine: where it is already, or once it is downloaded."""
        match = _parsed(self._param, one.address)
        state = one.state or f"unknown {time.time_ns()}"
        key = hashlib.sha256(f"{one.address}\n{one.bytes}\n{state}".encode()).hexdigest()[:32]
        name = re.sub(r"[^\w.=-]", "_", PurePosixPath(one.place).name)[-100:]
        with self._landing.kept(key, name, self._report) as (path, part):
            if not path.exists():
                with self._in_words(one.address):
                    store = self._stores.at(match["scheme"], match["connection"])
                    self._download(store, one, match, part)
                os.replace(part, path)
            else:
                self._report(f"{one.address} has not changed since it was downloaded")
        return path

    def _entries(self, store: Any, match: re.Match[str]) -> dict[str, dict[str, Any]]:
        path = _path(match)
        if is_web(match["scheme"]):
            if _GLOB.search(match["place"].partition("/")[2].partition("?")[0]):
                raise UserError(f"Param {self._param}: a web server lists no files, so a pattern finds none there.")
            return {match["place"]: dict(store.info(path))}
        if _GLOB.search(path):
            return {place: info for place, info in self._listed(store.glob(path, detail=True), path)}
        info = store.info(path)
        if info["type"] == "file":
            return {path: info}
        return dict(self._listed(store.find(path, detail=True), path.rstrip("/"), below=True))

    @staticmethod
    def _listed(
        entries: dict[str, dict[str, Any]], path: str, below: bool = False
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for place, info in entries.items():
            folders = place[len(path) + 1 :].split("/")[:-1] if below else []
            is_hidden = PurePosixPath(place).name[:1] in (".", "_", "")
            if info["type"] == "file" and not is_hidden and all(map(_FOLDER.fullmatch, folders)):
                yield place, info

    def _download(self, store: Any, one: Found, match: re.Match[str], part: Path) -> None:
        said = time.monotonic()
        self._report(f"downloading {one.address} ({f'{one.bytes:,}' if one.bytes is not None else 'unknown'} bytes)")
        place = quote_place(one.place, match["scheme"])
        with open(part, "ab") as file, store.open(place, "rb", block_size=BLOCK, cache_type="readahead") as remote:
            can_seek = one.bytes is not None and remote.seekable() and bool(one.state)
            if file.tell() and can_seek:
                remote.seek(file.tell())
                self._report(f"it goes on after {file.tell():,} bytes")
            else:
                file.truncate(0)
                file.seek(0)
            while block := remote.read(BLOCK):
                file.write(block)
                if time.monotonic() - said > SAYS_EVERY:
                    said = time.monotonic()
                    self._report(f"{one.address}: {file.tell():,} bytes so far")
            size = file.tell()
        if one.bytes is not None and size != one.bytes:
            if size > one.bytes:
                part.unlink()
            raise Unavailable(f"{cut(one.address)} ended after {size:,} of {one.bytes:,} bytes.")

    @contextlib.contextmanager
    def _in_words(self, address: str) -> Iterator[None]:
        """Turn what a store refuses or breaks off into a sentence; its own words may hold keys."""
        try:
            yield
        except (UserError, Unavailable):
            raise
        except Exception as error:
            told = _told(error, self._param, cut(address))
            if told is None:
                raise
            raise told from None


def _told(error: Exception, param: str, shown: str) -> Exception | None:
    while isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # for a web server whatever goes wrong is called so
    name = type(error).__name__
    status = getattr(error, "status", None)
    if name == "FileExpired":
        return Unavailable(f"{shown} changed while it was read.")
    lasting = ""
    if isinstance(error, FileNotFoundError) or status in (404, 410):
        lasting = f"there is nothing at {shown}"
    elif isinstance(error, PermissionError) or "NoCredentials" in name or status in (401, 403):
        lasting = f"{shown} may not be read with the connection that it names"
    elif INNER in f"{error} {getattr(error, 'os_error', None)}":
        lasting = f"{shown} leads into the inner network; an operator allows it with {ADDRESSES}"
    elif status is not None and status < 500 and status not in (408, 429):
        lasting = f"{shown} is refused (status {status})"
    if lasting:
        return UserError(f"Param {param}: {lasting}.")
    module = type(error).__module__.partition(".")[0]
    if isinstance(error, (OSError, TimeoutError)) and getattr(error, "filename", None) is None:
        return Unavailable(f"{shown} cannot be read for now ({name}).")
    if module in ("botocore", "aiobotocore", "aiohttp", "s3fs", "gcsfs", "adlfs", "azure", "google", "fsspec"):
        return Unavailable(f"{shown} cannot be read for now ({name}).")
    return None


def _parsed(param: str, address: str) -> re.Match[str]:
    match = ADDRESS.match(address)
    if not match or not match["place"].strip("/"):
        raise UserError(f"Param {param}: {quoted(address)} is no address such as s3://connection@bucket/orders.csv.")
    return match


def _path(match: re.Match[str]) -> str:
    return quote_place(match["place"], match["scheme"])


def quote_place(place: str, scheme: str) -> str:
    """The place as the file system of a scheme takes it."""
    return f"{scheme}://{quote(place, safe='/%?=&:;,+~@!$()*[]')}" if is_web(scheme) else place


def _size(info: dict[str, Any]) -> int | None:
    size = info.get("size")
    return int(size) if size is not None else None


def _state(info: dict[str, Any]) -> str:
    return next((f"{name} {info[name]}" for name in _STATES if info.get(name)), "")
