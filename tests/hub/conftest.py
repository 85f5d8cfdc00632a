"""What the tests of the Hub share: the stand-in hub, quick tries, and no settings of the user's."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_case import FILES, QUICK
from local_hub import LocalHub

# The Hub's client reads these when it is first imported. The token of whoever runs the tests must stay out.
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="hf-home-")
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

from segmentation import sources
from segmentation.config.settings import parse
from segmentation.sources import retries
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from huggingface_hub import close_session

    for name in (
        "HF_TOKEN",
        "HUGGING_FACE_HUB_TOKEN",
        "HF_ENDPOINT",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(retries, "RETRY_POLICY", QUICK)
    close_session()
    yield
    close_session()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A hub whose main holds the two files of Electronics."""
    with LocalHub() as hub:
        hub.commit({**FILES, "README.md": b"# Reviews\n"})
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


@pytest.fixture
def said() -> list[str]:
    """The lines of the log."""
    return []


@pytest.fixture
def fetch(warehouse: Warehouse, said: list[str]) -> Callable[..., Manifest]:
    """Fetch from the hub; `token` is what the Airflow connection holds, the rest are params."""

    def fetch(token: str | None = None, **given: object) -> Manifest:
        given = {"source": "huggingface", "revision": "main"} | given
        return sources.fetch(parse(given), warehouse, "run", report=said.append, find_token=lambda: token)

    return fetch
