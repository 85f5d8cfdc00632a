"""Lineage: the tree down to the source, and the manifests themselves."""

import json
from dataclasses import asdict

import pytest
from fastapi.testclient import TestClient
from months import AUGUST, JULY, SEPTEMBER, Shop, customers, many

from segmentation.warehouse import ancestry, runs
from segmentation.warehouse.manifests import MANIFEST


def shown(shop: Shop, manifest) -> list[tuple]:
    return [
        (one.depth, one.label, one.version, one.fault, one.again) for one in ancestry.tree(shop.warehouse, manifest)
    ]


def test_the_tree_goes_down_to_the_source(shop: Shop) -> None:
    report = shop.month(JULY, many(2))
    summary, rfm = (shop.input(report, name).version for name in ("segment_summary", "customer_rfm"))
    assert shown(shop, report) == [
        (0, "report", report.version, "", False),
        (1, "segment_summary", summary, "", False),
        (2, "customer_rfm", rfm, "", False),
        (3, "source", shop.source.version, "", False),
        (1, "customer_rfm", rfm, "", True),
    ]
    assert ancestry.source_in(ancestry.tree(shop.warehouse, report)) == shop.source


def test_the_page_has_a_line_for_each(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    text = client.get(f"/lineage/report/{report.version}?as_of={JULY}").text
    rfm = shop.input(report, "customer_rfm")
    for words in (report.version, rfm.version, rfm.run_id, "2026-01-01 00:02", str(JULY), shop.source.version, "abc"):
        assert words in text
    assert "see above" in text
    assert f'href="../../manifests/customer_rfm/{rfm.version}?as_of={JULY}&amp;shop=electronics"' in text
    assert f'href="../../manifests/source/{shop.source.version}?shop=electronics"' in text


def test_inputs_of_another_month_are_found_and_named(shop: Shop, client: TestClient) -> None:
    older = shop.publish("customer_scores", JULY, {"p.parquet": customers(many(1))})
    before = shop.publish("customer_rfm", JULY, {"p.parquet": customers(many(1))}, {"customer_scores": older.version})
    edges = shop.publish("rfm_edges", SEPTEMBER, {"p.parquet": customers(many(1))})
    inputs = {"previous_customer_rfm": before.version, "frozen_edges": edges.version}
    report = shop.month(AUGUST, many(2), inputs=inputs)
    lines = {one.label: one.manifest for one in ancestry.tree(shop.warehouse, report)}
    assert lines["previous_customer_rfm"] == before
    assert "customer_scores" not in lines, "what a month's release rests on is in that month's tree"
    assert lines["frozen_edges"] == edges
    text = client.get(f"/lineage/report/{report.version}?as_of={AUGUST}").text
    assert "customer_rfm, the month before" in text
    assert "rfm_edges, frozen edges" in text


@pytest.mark.parametrize("damage", ["gone", "damaged", "foreign"])
def test_what_is_gone_or_damaged_is_a_line_too(shop: Shop, client: TestClient, damage: str) -> None:
    report = shop.month(JULY, many(2))
    path = shop.file(shop.input(report, "customer_rfm"), MANIFEST)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"{" if damage == "damaged" else shop.file(report, MANIFEST).read_bytes())
    page = client.get(f"/lineage/report/{report.version}?as_of={JULY}")
    assert page.status_code == 200
    assert ("Removed since" if damage == "gone" else "Damaged; nothing below") in page.text
    assert "The source at the bottom" not in page.text


@pytest.mark.parametrize(
    ("label", "version"), [("../../etc", "0" * 12), ("customer_rfm", "../../x"), ("", ""), ("A b", "x")]
)
def test_inputs_with_odd_names_are_looked_for_nowhere(shop: Shop, client, label: str, version: str) -> None:
    report = shop.month(JULY, many(2), inputs={label: version})
    assert (1, label, version, "gone", False) in shown(shop, report)
    assert client.get(f"/lineage/report/{report.version}?as_of={JULY}").status_code == 200


def test_a_name_that_leads_out_of_the_warehouse_is_not_followed(shop: Shop) -> None:
    outside = shop.publish("../outside", None, {"a": "x"})
    report = shop.month(JULY, many(2), inputs={"../outside": outside.version})
    assert (1, "../outside", outside.version, "gone", False) in shown(shop, report)


def test_a_version_that_is_its_own_input_ends(shop: Shop) -> None:
    odd = shop.publish("products", None, {"a": "x"}, {"products": "0" * 11 + "2"}, version="0" * 11 + "2")
    assert [one.again for one in ancestry.tree(shop.warehouse, odd)] == [False, True]


def test_other_reports_of_the_shop_and_month_are_named_and_no_others(shop: Shop, client: TestClient) -> None:
    older, newer = shop.month(JULY, many(1)), shop.month(JULY, many(2))
    other = shop.month(JULY, many(3), category="Gift_Cards")
    trial = shop.month(JULY, many(4), released=False)
    runs.note(shop.warehouse, shop.draft(trial), trial=True)
    shop.month(AUGUST, many(3))
    text = client.get(f"/lineage/report/{newer.version}?as_of={JULY}").text
    assert "Other reports of this month" in text
    for one, words in ((older, "release 1"), (trial, "trial")):
        link = f'href="../../lineage/report/{one.version}?as_of={JULY}&amp;shop=electronics"><code>{one.version}</code>'
        assert f"{link}</a>, {words}, made" in text
    assert other.version not in text
    alone = client.get(f"/lineage/source/{shop.source.version}").text
    assert "Other reports" not in alone


def test_a_manifest_is_served_as_it_is(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    answer = client.get(f"/manifests/report/{report.version}?as_of={JULY}")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.text) == asdict(report) == json.loads(shop.file(report, MANIFEST).read_text())
    assert json.loads(client.get(f"/manifests/source/{shop.source.version}").text)["dataset"] == "source"


def test_the_versions_of_a_task(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(2))
    rfm = shop.input(report, "customer_rfm")
    of = [f"customer_rfm.{rfm.version}.{JULY}", f"source.{shop.source.version}"]
    page = client.get("/versions", params={"of": of})
    assert page.status_code == 200
    assert f'href="manifests/customer_rfm/{rfm.version}?as_of={JULY}&amp;shop=electronics"' in page.text
    assert f'href="lineage/source/{shop.source.version}?shop=electronics"' in page.text


@pytest.mark.parametrize(
    "of",
    [[], ["customer_rfm"], ["../x.0123456789ab"], ["source.0123456789ab.2023-07-01.x"], ["source.0123456789AB"],
     ["source.0123456789ab.soon"], [".."], ["source.0123456789ab"] * 51],
)  # fmt: skip
def test_names_that_name_no_versions(shop: Shop, client: TestClient, of: list[str]) -> None:
    assert client.get("/versions", params={"of": of}).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["source/000000000000", "..%2fsource/{version}", "Source/{version}", "source/{version}?as_of=2023-07-01",
     "source/{version}?as_of=../..", "%2e%2e/{version}", "source%00/{version}", "so.rce/{version}"],
)  # fmt: skip
def test_nothing_else_has_lineage_or_a_manifest(shop: Shop, client: TestClient, path: str) -> None:
    for route in ("lineage", "manifests"):
        address = f"/{route}/{path.format(version=shop.source.version)}"
        assert client.get(address).status_code in (404, 422), address
