"""The Hugging Face Hub: what a commit holds, and the bytes of a file, with its errors in plain words.

Everything goes through the Hub's own client, so that its headers, proxies and redirects are right. No message repeats
what a server said or where it sent us: that could hold the token or a signed address.
"""

import logging
import math
import os
import re
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted
from segmentation.config.settings import PINNED_REVISION
from segmentation.sources import answers, retries
from segmentation.sources.retries import Interrupted
from segmentation.warehouse.addresses import shown

REPO = "McAuley-Lab/Amazon-Reviews-2023"
PAGE = f"https://huggingface.co/datasets/{REPO}"
CONNECTION = "huggingface_default"
TOKEN_PLACE = f"the Airflow connection {CONNECTION} (its password) or the variable HF_TOKEN"


class Hub:
    """The Hub at HF_ENDPOINT, asked with the token of `find_token`, else with the client's own (HF_TOKEN)."""

    def __init__(self, find_token: Callable[[], str | None]) -> None:
        # Read by the client when it is first imported. Without it the client asks the Hub for more than we want.
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        import httpx2
        from huggingface_hub import HfApi, get_session, get_token

        # It logs every address, also those that the Hub has signed.
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        self.endpoint = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
        if not re.match(r"https?://[^/]", self.endpoint):
            raise UserError(
                f"Variable HF_ENDPOINT: {quoted(shown(self.endpoint))} is no address. Begin it with https://."
            )
        token = (find_token() or get_token() or "").strip()
        if not re.fullmatch("[!-~]*", token):
            # The client would put it into its error message.
            raise UserError(f"The Hub's token in {TOKEN_PLACE} holds a space or sign that no token has. Copy it again.")
        try:
            get_session()
        except (ValueError, ImportError, httpx2.InvalidURL):
            raise UserError(
                "One of the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY holds no proxy that can be used. "
                "Write it as http://host:port."
            ) from None
        self.api = HfApi(self.endpoint, token=token or False, library_name="customer-segmentation")

    @property
    def name(self) -> str:
        """The host, for messages. The whole endpoint could hold a password."""
        return re.sub(r"^https?://([^/@]*@)?", "", self.endpoint).split("/")[0]

    def commit(self, revision: str, wanted: Collection[str]) -> tuple[str, dict[str, Any]]:
        """The commit that a revision means now, and its files by path; of those `wanted`, size and checksum are right.

        Raises UserError, or Interrupted where another try may help.
        """
        from huggingface_hub.hf_api import DatasetInfo
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        url = f"{self.endpoint}/api/datasets/{REPO}/revision/{quote(revision, safe='')}"
        headers = build_hf_headers(token=self.api.token, library_name=self.api.library_name)
        options: Any = {"params": {"blobs": True}, "timeout": retries.RETRY_POLICY.silence, "follow_redirects": True}
        with (
            self._plain_words(revision),
            # Not the client's own call, which reads whatever comes to its end.
            get_session().stream("GET", url, headers=headers, **options) as response,
        ):
            hf_raise_for_status(response)
            try:
                make: Any = DatasetInfo
                info = make(**answers.read_json(response.iter_bytes()))
                commit, files = answers.checked(info.sha, info.siblings or ())
                for path, entry in files.items():
                    if path in wanted:
                        answers.check_file(entry)
                return commit, files
            except answers.Strange as strange:
                raise Interrupted(str(strange)) from None
            except (TypeError, KeyError, AttributeError, ValueError):
                raise Interrupted("the answer is not what the Hub sends") from None

    def blocks(self, commit: str, path: str, sha256: str | None, start: int, total: int) -> Generator[bytes]:
        """The bytes of a file from `start` on; an empty block where nothing new has come.

        May end early. Raises UserError, or Interrupted where another try may help.
        """
        import httpx2
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        url = hf_hub_url(REPO, path, repo_type="dataset", revision=commit, endpoint=self.endpoint)
        headers = build_hf_headers(token=self.api.token, library_name=self.api.library_name)
        # A packed answer cannot be continued. Each try asks the Hub, not the address it led to last time: that expires.
        headers |= {"accept-encoding": "identity", **({"range": f"bytes={start}-"} if start else {})}
        timeout = httpx2.Timeout(retries.RETRY_POLICY.silence, connect=retries.RETRY_POLICY.connect)
        with (
            self._plain_words(commit, path),
            get_session().stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as response,
        ):
            hf_raise_for_status(response)
            at = _first_byte(response, sha256, start, total)
            for block in response.iter_bytes():
                # A server that does not continue sends all again: pass over what is here.
                yield block[max(start - at, 0) : max(total - at, 0)]
                at += len(block)

    @contextmanager
    def _plain_words(self, revision: str, path: str = "") -> Iterator[None]:
        import httpx2
        from huggingface_hub import errors

        try:
            yield
        except errors.OfflineModeIsEnabled:
            raise UserError(
                f"Param revision: {revision!r} needs the Hub, and the variable HF_HUB_OFFLINE forbids to ask it. "
                "Unset it, or give the full commit of files that are in the warehouse."
            ) from None
        except errors.HfHubHTTPError as error:
            raise self._answer(error, revision, path) from None
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL):
            raise UserError(f"Variable HF_ENDPOINT: the address of {self.name} is not valid.") from None
        except httpx2.RequestError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise UserError(
                    f"The certificate of {self.name} is not trusted here. If a proxy of yours signs it, let the "
                    "variable SSL_CERT_FILE name a file with its certificate."
                ) from None
            raise Interrupted(_fault(error)) from None

    def _answer(self, error: Any, revision: str, path: str) -> Exception:
        """What an answer of 4xx or 5xx means: Interrupted where another try may help, else a UserError."""
        response, status = error.response, error.response.status_code
        if status in (408, 425, 429) or status >= 500:
            return Interrupted(f"{response.url.host} answered {status}", _asked_wait(response))
        if response.history and response.history[0].url.netloc != response.url.netloc:
            return Interrupted(f"{response.url.host}, where the Hub led us, answered {status}")
        if status == 416:
            return Interrupted(f"{self.name} has fewer bytes of {path} than it promised")
        return UserError(self._refusal(error, revision, path))

    def _refusal(self, error: Any, revision: str, path: str) -> str:
        from huggingface_hub import errors

        status = error.response.status_code
        asked = "with the token of" if self.api.token else "without a token; one can stand in"
        if isinstance(error, errors.GatedRepoError):
            return (
                f"Param source: the dataset {REPO} wants its terms accepted first. Accept them at {PAGE}, and give the "
                f"token of that account in {TOKEN_PLACE}."
            )
        if isinstance(error, errors.RevisionNotFoundError):
            return (
                f"Param revision: {revision!r} is no commit, branch or tag of {REPO}. See {PAGE}/commits/main; "
                f"the default is {PINNED_REVISION}."
            )
        if isinstance(error, errors.RemoteEntryNotFoundError):
            return f"Param category: {REPO} has no file {path} at revision {revision!r}. Choose another category."
        if status in (401, 403):
            return (
                f"Param source: 'huggingface': {self.name} refused access to {REPO} ({status}). We asked {asked} "
                f"{TOKEN_PLACE}. Give a valid token that may read it; for a public dataset none is needed."
            )
        if isinstance(error, (errors.RepositoryNotFoundError, errors.DisabledRepoError)):
            return (
                f"Param source: 'huggingface': {self.name} has no dataset {REPO}, or does not show it to us. We asked "
                f"{asked} {TOKEN_PLACE}. Check the variable HF_ENDPOINT and that token."
            )
        if status == 407:
            return "The proxy wants a login. Put it into the variable: HTTPS_PROXY=http://user:password@host."
        return (
            f"Param source: 'huggingface': {self.name} answered {status} for {REPO}. Check that the variable "
            "HF_ENDPOINT names the Hub or a mirror of it, and the params revision and category."
        )


def _first_byte(response: Any, sha256: str | None, start: int, total: int) -> int:
    """The place in the file of the first byte of an answer. Raises Interrupted if it is of another file."""
    first = response.history[0] if response.history else response
    etag = (first.headers.get("x-linked-etag") or first.headers.get("etag") or "").removeprefix("W/").strip('"')
    if sha256 and re.fullmatch("[0-9a-f]{64}", etag) and etag != sha256:
        raise Interrupted("the server offers another file than the Hub has listed")
    at, length = 0, response.headers.get("content-length")
    if response.status_code == 206:
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", "").strip())
        if not match or _number(match[1]) > start:
            raise Interrupted("the server sent another part of the file than we asked for")
        at, length = int(match[1]), match[2].replace("*", "")
    # A packed answer tells its packed length.
    if length and "content-encoding" not in response.headers and _number(length) != total:
        raise Interrupted(f"the server offers {_number(length):,.0f} bytes instead of {total:,}")
    return at


def _number(text: str) -> float:
    """A number of a header; where it is none, or longer than any, more than any."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else math.inf


def _asked_wait(response: Any) -> float | None:
    """How long the server asks us to wait: Retry-After as seconds or date, or the Hub's rate limit."""
    from huggingface_hub.utils import parse_ratelimit_headers

    try:
        limit = parse_ratelimit_headers(response.headers)
    except (ValueError, TypeError, ArithmeticError):
        limit = None
    if response.status_code == 429 and limit and not limit.remaining:
        return limit.reset_in_seconds
    text = response.headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]+", text):
        return _number(text)
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0)
    except (ValueError, TypeError):
        return None


def _fault(error: Exception) -> str:
    words = {"ReadTimeout": "nothing came any more", "ConnectTimeout": "no connection came about"}
    name = type(error).__name__
    return words.get(name) or f"the connection failed ({name}: {error})".replace(": )", ")")
