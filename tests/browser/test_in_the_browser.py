"""From the login to the report, as somebody does it who sees it for the first time; and what each page looks like."""

import csv
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from browser.checkers import accessibility_faults, html_errors
from browser.conftest import PHONE, WIDE, picture
from segmentation.common.paths import DAG_ID
from segmentation.running.local.rest import Rest
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.upkeep import released_versions
from segmentation.warehouse.versions import Warehouse
from soak.local_airflow import LocalAirflow

pytestmark = pytest.mark.usefixtures("runs")
PAGES = ("list", "report", "downloads", "lineage", "compare", "shop", "customer", "what-if")


def inside(page: Page) -> FrameLocator:
    """The frame in which Airflow shows the pages."""
    return page.frame_locator("iframe")


def open_the_list(page: Page) -> FrameLocator:
    """From Airflow's first page to the list of reports: one click."""
    page.goto("/")
    page.get_by_role("link", name="Segments", exact=True).click()
    frame = inside(page)
    expect(frame.get_by_role("heading", name="Customer segments")).to_be_visible()
    return frame


def released(airflow: LocalAirflow) -> list[Manifest]:
    """What its releases name."""
    warehouse = Warehouse(airflow.warehouse)
    return released_versions(warehouse, releases.every(warehouse))


def someone(airflow: LocalAirflow, exports: Manifest) -> str:
    """The id of a champion."""
    with open(Warehouse(airflow.warehouse).place_of(exports) / "champions.csv", encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))["user_id"]


@pytest.fixture(scope="module")
def addresses(airflow: LocalAirflow) -> dict[str, str]:
    """The address of each page, for the newest report."""
    reports = sorted(
        (one for one in released(airflow) if one.dataset == "report"),
        key=lambda one: one.as_of,
    )  # fmt: skip
    older, newer = reports
    (exports,) = [one for one in released(airflow) if one.dataset == "exports" and one.as_of == newer.as_of]
    here = f"/segments/reports/{newer.as_of}/{newer.version}"
    return {
        "list": "/segments/",
        "report": here,
        "downloads": f"{here}/downloads",
        "lineage": f"/segments/lineage/report/{newer.version}?as_of={newer.as_of}",
        "shop": "/segments/shops/demo",
        "customer": f"/segments/shops/demo/customers?id={someone(airflow, exports)}",
        "what-if": "/segments/shops/demo/what-if",
        "compare": f"/segments/compare?a={older.as_of}.{older.version}&b={newer.as_of}.{newer.version}",
    }


# The way through
def test_the_report_is_two_clicks_from_the_first_page(page: Page) -> None:
    frame = open_the_list(page)
    expect(frame.get_by_role("row")).to_have_count(3)  # the head and two months
    page.screenshot(path=picture("list-in-airflow"))
    frame.get_by_role("link", name="Report", exact=True).first.click()
    expect(inside(page).get_by_role("heading", name="Segments: who they are and what to do")).to_be_visible()
    expect(inside(page).get_by_text("Generated demo data.", exact=True)).to_be_visible()
    page.screenshot(path=picture("report-in-airflow"))
    inside(page).get_by_role("link", name="All reports").click()
    expect(inside(page).get_by_role("heading", name="Customer segments")).to_be_visible()


def test_two_months_side_by_side(page: Page) -> None:
    frame = open_the_list(page)
    frame.get_by_role("button", name="Side by side").click()
    expect(inside(page).get_by_role("heading", name="Two months side by side")).to_be_visible()
    heads = inside(page).locator("table").first.get_by_role("columnheader").all_inner_texts()
    assert [head.strip() for head in heads if head.strip()] == ["1 August 2023", "1 September 2023", "Change"]
    expect(inside(page).get_by_role("heading", name="The largest moves")).to_be_visible()
    page.screenshot(path=picture("compare-in-airflow"))


def test_a_list_of_customers_is_downloaded(page: Page, tmp_path: Path) -> None:
    frame = open_the_list(page)
    frame.get_by_role("link", name="Downloads").first.click()
    row = inside(page).get_by_role("row").filter(has_text="champions")
    customers = int(row.get_by_role("cell").first.inner_text().replace(",", ""))
    with page.expect_download() as download:
        row.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "list.csv")
    with open(tmp_path / "list.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == customers > 0
    assert {row["segment"] for row in rows} == {"Champions"}
    assert download.value.suggested_filename == "demo-2023-09-01-champions.csv"


def test_a_task_links_to_its_report_and_manifests(page: Page, runs: dict[str, str]) -> None:
    run = next(name for name in runs if name.startswith("manual"))
    page.goto(f"/dags/{DAG_ID}/runs/{run}/tasks/report/details")
    expect(page.get_by_role("link", name="Manifests")).to_be_visible()
    page.screenshot(path=picture("task"))
    page.get_by_role("link", name="Report", exact=True).click()
    expect(inside(page).get_by_role("heading", name="Segments: who they are and what to do")).to_be_visible()
    expect(inside(page).get_by_text("as of 1 August 2023").first).to_be_visible()
    expect(page.get_by_role("link", name="Segments", exact=True)).to_be_visible()
    page.screenshot(path=picture("report-from-task"))


def test_the_note_of_a_run_says_what_it_made(page: Page, runs: dict[str, str]) -> None:
    run = next(name for name in runs if name.startswith("manual"))
    page.goto(f"/dags/{DAG_ID}/runs/{run}")
    expect(page.get_by_text("Demo as of 2023-08-01, release 1").first).to_be_visible()
    page.screenshot(path=picture("run"))
    page.goto(f"/dags/{DAG_ID}/runs")
    page.get_by_text("success").or_(page.get_by_text("Success")).first.wait_for()
    page.screenshot(path=picture("run-list"))


# What an analyst asks next
def test_from_the_shop_to_a_customer_and_what_is_near(
    page: Page, airflow: LocalAirflow, addresses: dict[str, str]
) -> None:
    frame = open_the_list(page)
    frame.get_by_role("link", name="Demo", exact=True).click()
    expect(inside(page).get_by_role("heading", name="Segment by segment")).to_be_visible()
    page.screenshot(path=picture("shop-in-airflow"))
    inside(page).get_by_role("link", name="Find a customer").click()
    who = addresses["customer"].partition("id=")[2]
    inside(page).get_by_label("Customer's id, or how it begins").fill(who[:12])
    inside(page).get_by_role("button", name="Find").click()
    inside(page).get_by_role("link", name=who).click()
    expect(inside(page).get_by_role("heading", name="What they bought in the window")).to_be_visible()
    expect(inside(page).get_by_role("link", name="champions", exact=True)).to_be_visible()
    page.screenshot(path=picture("customer-in-airflow"))
    logs = Rest(airflow.address, airflow.passwords).ask("/api/v2/eventLogs?event=customer_lookup")["event_logs"]
    assert any(who in one["extra"] for one in logs)
    assert {one["owner"] for one in logs} == {"admin"}


def test_another_map_is_tried_by_keyboard_alone(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["what-if"])
    page.get_by_label("A ready-made map").focus()
    page.keyboard.type("eleven")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Who would move")).to_be_visible()
    page.get_by_label("535, ", exact=False).first.focus()
    page.keyboard.press("Space")
    page.get_by_label("Give the ticked cells to").focus()
    page.keyboard.type("Lost")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("535, Lost")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the map as YAML").press("Enter")
    assert download.value.suggested_filename == "segment-map.yaml"


def test_a_trial_is_one_click_and_waits_for_its_run(
    page: Page, airflow: LocalAirflow, addresses: dict[str, str], runs: dict[str, str]
) -> None:
    """The demo's own DAG is paused here, so the click is refused; once it is not, a run is there."""
    page.goto(addresses["what-if"])
    page.get_by_label("Window, in months").fill("6")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Another window counts other purchases, which takes a run.")).to_be_visible()
    page.get_by_role("button", name="Begin a trial").click()
    expect(page.get_by_text("is paused or not there")).to_be_visible()
    rest = Rest(airflow.address, airflow.passwords)
    before = rest.ask(f"/api/v2/dags/{DAG_ID}_demo/dagRuns")["total_entries"]
    assert before == 0


def test_the_page_of_an_asset_shows_the_version(page: Page, airflow: LocalAirflow) -> None:
    assets = Rest(airflow.address, airflow.passwords).ask("/api/v2/assets?name_pattern=report")["assets"]
    (number,) = [asset["id"] for asset in assets if asset["name"] == "report"]
    page.goto(f"/assets/{number}")
    newest = max(
        (one for one in released(airflow) if one.dataset == "report"),
        key=lambda one: one.created_at,
    )  # fmt: skip
    page.locator(".codicon-folding-collapsed").first.click()  # Airflow folds what an event says
    expect(page.get_by_text(newest.version).first).to_be_visible()
    page.screenshot(path=picture("asset"))


# Nobody else
def test_without_a_login_nothing_is_served(airflow: LocalAirflow, browser: Browser, addresses: dict[str, str]) -> None:
    for address in addresses.values():
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(airflow.address + address, timeout=30)
        assert refusal.value.code == 401
        assert "Champions" not in refusal.value.read().decode()
    stranger = browser.new_context(base_url=airflow.address)
    page = stranger.new_page()
    page.goto(addresses["report"])
    assert "Champions" not in page.content()
    stranger.close()


# What it looks like
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_html(visitor: BrowserContext, addresses: dict[str, str], name: str, tmp_path: Path) -> None:
    answer = visitor.request.get(addresses[name])
    assert answer.status == 200
    assert html_errors(answer.text(), tmp_path) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(
    browser: Browser,
    visitor: BrowserContext,
    airflow: LocalAirflow,
    addresses: dict,
    name: str,
    size: dict,
    scheme: str,
) -> None:
    """Also takes its picture. The policy of the pages allows no script, so the checker's own needs it set aside."""
    context = browser.new_context(
        base_url=airflow.address, viewport=size, color_scheme=scheme, bypass_csp=True,
        storage_state=visitor.storage_state(),
    )  # fmt: skip
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(addresses[name])
    page.screenshot(path=picture(f"{name}-{'phone' if size is PHONE else 'wide'}-{scheme}"), full_page=True)
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], "the page scrolls sideways"
    assert [text for text in complaints if "favicon" not in text] == []
    context.close()
