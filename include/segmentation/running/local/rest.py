"""Airflow's REST API on this machine, asked as the user that `make up` prints."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError

PAGE = 100  # as many as Airflow gives at once
TIMEOUT = 600  # seconds; the database may be busy, and the machine too


def login(passwords: Path) -> tuple[str, str]:
    """User and password, from the file that Airflow keeps them in."""
    ((user, password),) = json.loads(passwords.read_text(encoding="utf-8")).items()
    return user, password


class Refused(UserError):
    """Airflow's refusal of a call, with the status of its answer."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Rest:
    """One login at the Airflow of `address`."""

    def __init__(self, address: str, passwords: Path) -> None:
        self.address = address
        self._token = ""
        try:
            user, password = login(passwords)
        except FileNotFoundError:
            raise UserError(f"Airflow has not run at {address} yet. `make up` starts it.") from None
        self._token = self.ask("/auth/token", {"username": user, "password": password})["access_token"]

    def ask(self, path: str, content: Any = None, method: str | None = None) -> Any:
        """One call of the API; with `content` it is a POST. Raises Refused with Airflow's words."""
        return json.loads(self.read(path, content, method))

    def read(self, path: str, content: Any = None, method: str | None = None) -> bytes:
        """As `ask`, but what comes back as it is: a page, for instance."""
        request = urllib.request.Request(  # noqa: S310
            self.address + path,
            method=method or ("GET" if content is None else "POST"),
            data=None if content is None else json.dumps(content).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, f"Airflow refuses {path.partition('?')[0]}: {_reason(error)}") from None
        except OSError as error:  # an URLError, or a silence while the answer is read
            why = getattr(error, "reason", None) or error
            raise UserError(f"Airflow does not answer at {self.address} ({why}). `make up` starts it.") from None

    def runs(self, dag_id: str, query: str = "") -> Iterator[dict[str, Any]]:
        """The runs of a DAG, as the API gives them: dag_run_id, state, start_date ..."""
        found, total = 0, 1
        while found < total:
            page = self.ask(f"/api/v2/dags/{dag_id}/dagRuns?order_by=id&limit={PAGE}&offset={found}{query}")
            if not page["dag_runs"]:
                return
            yield from page["dag_runs"]
            found, total = found + len(page["dag_runs"]), page["total_entries"]


def _reason(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        detail = json.loads(text)["detail"]
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"
    return detail if isinstance(detail, str) else json.dumps(detail)
