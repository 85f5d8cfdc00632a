"""Thousands of bent addresses: each is answered with a page, short where it is wrong, and no error of ours."""

import random
from urllib.parse import quote

from fastapi.testclient import TestClient
from months import JULY, Shop, address, many

SIGNS = [
    "%",
    "..",
    "/",
    "//",
    "\\",
    "%00",
    "%2f",
    "%2e",
    "?",
    "&",
    "=",
    ";",
    "#",
    "é",
    "😀",
    "\u202e",
    "a" * 300,
    "0",
    "-",
    ".",
    " ",
]
METHODS = ["GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"]


def test_addresses(shop: Shop, client: TestClient) -> None:
    exports = shop.publish("exports", JULY, {"champions.csv": "user_id\nc1\n"})
    report = shop.month(JULY, many(2), inputs={"exports": exports.version})
    both = f"{JULY}.{report.version}"
    seeds = [
        "/",
        address(report),
        f"{address(report)}/downloads",
        f"/lineage/report/{report.version}?as_of={JULY}",
        f"/files/exports/{JULY}/{exports.version}/champions.csv",
        f"/compare?a={both}&b={both}",
        f"/versions?of=report.{report.version}.{JULY}&of=exports.{exports.version}",
        f"/manifests/report/{report.version}?as_of={JULY}",
        "/shops/electronics",
        "/shops/electronics/customers?id=c1",
        "/shops/electronics/what-if",
    ]
    dice = random.Random(4)
    seen: set[int] = set()
    client = TestClient(client.app, follow_redirects=False, raise_server_exceptions=False)
    for number in range(3000):
        where = dice.choice(seeds)
        for _ in range(dice.randint(0, 4)):
            at = dice.randrange(len(where) + 1)
            where = where[:at] + dice.choice(SIGNS) + where[at + dice.choice([0, 0, 1, 3]) :]
        method = dice.choice(METHODS)
        answer = client.request(method, "/" + quote(where.lstrip("/"), safe="/%?&=#;.-\\"))
        seen.add(answer.status_code)
        assert answer.status_code < 500, (number, method, where)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.status_code >= 400:
            assert "Traceback" not in answer.text
            assert len(answer.text) < 20_000
            assert "a" * 300 not in answer.text, "what was asked for is not repeated"
    assert {200, 404, 405, 422} <= seen
