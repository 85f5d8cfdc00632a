"""A running Airflow with two reports, and a browser to look at it: `make test-browser`."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from segmentation.common.paths import DAG_ID, LOCAL, PROJECT
from segmentation.running.local.rest import login
from soak.local_airflow import LocalAirflow

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURES = LOCAL / "screenshots"
RUN_SECONDS = 900
MONTHS = ("2023-08-01", "2023-09-01")
expect.set_options(timeout=30_000)  # a busy machine is slow
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAirflow]:
    """Airflow as `make up` starts it, with this project's DAG, which is still paused."""
    airflow = LocalAirflow(tmp_path_factory.mktemp("airflow"), dags=PROJECT / "dags", impatient=False)
    airflow.start(unpause=False)
    yield airflow
    airflow.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    assert CHROMIUM, "these tests need Chromium; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        # In a container the browser's own sandbox is not to be had; it sees pages of this machine only.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitor(browser: Browser, airflow: LocalAirflow) -> Iterator[BrowserContext]:
    """Somebody who has logged in with the form."""
    context = browser.new_context(base_url=airflow.address, viewport=WIDE, accept_downloads=True)
    page = context.new_page()
    page.goto("/")
    user, password = login(airflow.passwords)
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Dags").first.wait_for()
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """A tab of that person."""
    page = visitor.new_page()
    yield page
    page.close()


@pytest.fixture(scope="session")
def runs(airflow: LocalAirflow, visitor: BrowserContext) -> dict[str, str]:
    """Two green runs of two months, triggered with the form. State by id."""
    page = visitor.new_page()
    for as_of in MONTHS:
        page.goto(f"/dags/{DAG_ID}")
        page.get_by_role("button", name="Trigger Dag").click()
        page.locator("[name=element_as_of]").fill(as_of)
        page.screenshot(path=picture("trigger-form"))
        page.get_by_role("button", name="Trigger", exact=True).last.click()
        page.get_by_text("successfully triggered").or_(page.get_by_text("has been triggered")).first.wait_for()
    deadline = time.monotonic() + RUN_SECONDS
    while not (found := airflow.states()) or set(found.values()) & {"queued", "running"} or len(found) < 2:
        assert time.monotonic() < deadline, found
        time.sleep(5)
    page.screenshot(path=picture("dag"))
    page.close()
    assert set(found.values()) == {"success"}, found
    return found


def picture(name: str) -> Path:
    """Where the picture of a page goes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name}.png"
