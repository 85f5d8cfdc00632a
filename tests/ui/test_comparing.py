"""Two months side by side. All figures are worked out by hand from the customers named here."""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from months import AUGUST, JULY, SEPTEMBER, Shop, counting, key, many, owner_of

from segmentation.pages import comparing, moving, tables
from segmentation.warehouse.manifests import Manifest

# From July to August: a, b and c stay Champions, d falls from Champions to At Risk, e from Promising to Lost,
# f leaves from Promising, g comes as Promising, h comes as Champion.
THEN = {"a": "Champions", "b": "Champions", "c": "Champions", "d": "Champions", "e": "Promising", "f": "Promising"}
NOW = {"a": "Champions", "b": "Champions", "c": "Champions", "d": "At Risk", "e": "Lost"}
NOW |= {"g": "Promising", "h": "Champions"}


def compared(shop: Shop, one, other) -> comparing.Comparison:
    return comparing.compare(shop.warehouse, (owner_of(one), one), (owner_of(other), other))


def test_key_figures(shop: Shop) -> None:
    found = compared(shop, shop.month(JULY, THEN), shop.month(AUGUST, NOW))
    figures = {one.label: (one.then, one.now, one.change) for one in found.figures}
    # July: 4 x 100 + 2 x 10. August: 4 x 100 + 10 + 20 + 1.
    assert figures["Customers"] == (6, 7, 1)
    assert figures["Total spend"] == (Decimal(420), Decimal(431), Decimal(11))
    assert figures["Spend per customer"][0] == Decimal(70)
    assert round(figures["Spend per customer"][1], 2) == Decimal("61.57")
    assert round(figures["High value: share of spend"][0], 4) == Decimal("0.9524")
    assert round(figures["High value: share of spend"][1], 4) == Decimal("0.9281")
    assert figures["At risk: share of spend"][0] == 0


def test_segments_by_group_with_both_months(shop: Shop) -> None:
    found = compared(shop, shop.month(JULY, THEN), shop.month(AUGUST, NOW))
    segments = [(one.name, one.customers.then, one.customers.now, one.customers.change) for one in found.segments]
    assert segments == [("Champions", 4, 4, 0), ("Promising", 2, 1, -1), ("At Risk", 0, 1, 1), ("Lost", 0, 1, 1)]
    assert [one.spend.change for one in found.segments] == [0, -10, 20, 1]


def test_who_moved(shop: Shop) -> None:
    moves = compared(shop, shop.month(JULY, THEN), shop.month(AUGUST, NOW)).moves
    assert set(moves.counts) == {
        ("Champions", "Champions", 3),
        ("Champions", "At Risk", 1),
        ("Promising", "Lost", 1),
        ("Promising", None, 1),
        (None, "Promising", 1),
        (None, "Champions", 1),
    }
    assert [count for _, count in moves.totals] == [3, 2, 2, 1]
    assert moves.sentences == [
        "1 customer moved from Champions to At Risk: 25.0% of those who were in Champions.",
        "1 customer moved from Promising to Lost: 50.0% of those who were in Promising.",
    ]
    assert moves.columns == ["Champions", "Promising", "At Risk", "Lost", None]
    rows = {then: (whole, [cell.customers for cell in cells]) for then, whole, cells in moves.table}
    assert rows == {"Champions": (4, [3, 0, 1, 0, 0]), "Promising": (2, [0, 0, 0, 1, 1]), None: (2, [1, 1, 0, 0, 0])}
    champions = moves.table[0][2]
    assert [(cell.shade, cell.stayed) for cell in champions][:3] == [(8, True), (0, False), (3, False)]
    assert not moves.table[-1][2][-1].stayed, "who was not there and is not there is nobody"


# Scores of then and now, in sum: d falls, e rises in spite of all, i moves with the same sum, a rises but stays.
SCORED_THEN = {"a": ("Champions", 5, 5, 4), "d": ("Champions", 5, 5, 5), "e": ("Promising", 1, 1, 1)}
SCORED_THEN |= {"i": ("Promising", 3, 2, 1), "f": ("Promising", 3, 3, 3)}
SCORED_NOW = {"a": ("Champions", 5, 5, 5), "d": ("At Risk", 2, 5, 5), "e": ("Lost", 1, 1, 2)}
SCORED_NOW |= {"i": ("At Risk", 2, 2, 2), "g": ("Promising", 5, 1, 1), "h": ("Champions", 5, 5, 5)}


def scored(shop: Shop, day: date, customers: dict[str, tuple], **inputs: str) -> Manifest:
    """A month whose customers have scores."""
    names = ("segment", "r_score", "f_score", "m_score")
    columns = dict(zip(names, zip(*customers.values(), strict=True), strict=True))
    table = pa.table({"user_id": list(customers), **{name: list(values) for name, values in columns.items()}})
    rfm = shop.publish("customer_rfm", day, {"p.parquet": table})
    segments = {user: values[0] for user, values in customers.items()}
    return shop.month(day, segments, inputs={"customer_rfm": rfm.version, **inputs}, bins="5")


def test_who_rose_and_fell_and_returned(shop: Shop) -> None:
    # g bought before July's as-of date and was not there then; h bought on that day for the first time.
    days = pa.table({"user_id": ["h", "g", "a"], "first_day": [JULY, JULY - timedelta(days=1), date(2020, 1, 1)]})
    first = shop.publish("first_purchases", None, {"p.parquet": days})
    then = scored(shop, JULY, SCORED_THEN)
    found = compared(shop, then, scored(shop, AUGUST, SCORED_NOW, first_purchases=first.version)).moves
    assert {label.partition(":")[0]: count for label, count in found.totals} == {
        "Stayed in their segment": 1, "Rose": 1, "Fell": 1, "Moved": 1, "Returned": 1, "New": 1, "Gone": 1,
    }  # fmt: skip
    # Where no first purchases are known, who came is told in one.
    found = compared(shop, then, scored(shop, AUGUST, SCORED_NOW)).moves
    assert dict(found.totals)["New: in the later month only"] == 2


def test_scores_of_other_bins_are_not_held_against_each_other(shop: Shop) -> None:
    then, now = scored(shop, JULY, SCORED_THEN), scored(shop, AUGUST, SCORED_NOW)
    other = shop.month(AUGUST, {}, inputs=dict(now.inputs), bins="3")
    found = compared(shop, then, other).moves
    assert dict(found.totals)["Moved to another"] == 3
    assert not any(label.startswith("Rose") for label, _ in found.totals)


def test_it_counts_over_all_files_in_any_order(shop: Shop) -> None:
    then = shop.month(JULY, THEN)
    now = shop.month(AUGUST, NOW)
    whole = compared(shop, then, now).moves.counts
    rows = sorted(NOW.items(), reverse=True)
    parts = {
        f"part-{n}.parquet": pa.table({"user_id": [row[0] for row in part], "segment": [row[1] for row in part]})
        for n, part in enumerate((rows[:2], rows[2:]))
    }
    rfm = shop.publish("customer_rfm", AUGUST, parts)
    again = shop.month(AUGUST, NOW, inputs={"customer_rfm": rfm.version})
    assert set(compared(shop, then, again).moves.counts) == set(whole)


def test_the_page_shows_the_figures(shop: Shop, client: TestClient) -> None:
    then, now = shop.month(JULY, THEN), shop.month(AUGUST, NOW)
    page = client.get("/compare", params={"a": key(then), "b": key(now)})
    assert page.status_code == 200
    for text in (
        "$420.00",
        "$431.00",
        "+$11.00",
        "95.2%",
        "92.8%",
        "−2.4 points",
        "25.0% of those who were in Champions",
    ):
        assert text in page.text, text


def test_the_earlier_month_is_on_the_left_whatever_was_asked(shop: Shop, client: TestClient) -> None:
    now, then = shop.month(AUGUST, NOW), shop.month(JULY, THEN)  # made later, of an earlier month
    asked = [client.get("/compare", params={"a": key(a), "b": key(b)}).text for a, b in ((then, now), (now, then))]
    assert asked[0] == asked[1]
    heading = asked[0].split("<thead")[1].split("</thead>")[0]
    assert heading.index("1 July 2023") < heading.index("1 August 2023")


def test_the_same_report_twice_says_so(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, THEN)
    found = compared(shop, report, report)
    assert found.notes == ["This is the same report twice, so nothing changed."]
    assert {one.change for one in found.figures} == {0}
    assert [count for _, count in found.moves.totals] == [6, 0, 0, 0]
    assert "nothing changed" in client.get("/compare", params={"a": key(report), "b": key(report)}).text


def test_what_makes_the_two_unlike_is_said(shop: Shop) -> None:
    demo = shop.publish("source", None, {"raw.jsonl": "x"}, settings={"source": "demo"})
    one = shop.month(JULY, THEN, bins=5)
    other = shop.month(AUGUST, NOW, category="Gift_Cards", source=demo, bins=3)
    notes = " ".join(compared(shop, one, other).notes)
    assert "These are two shops: Electronics and Gift Cards." in notes
    assert "One of the two is generated demo data." in notes
    assert "bins was 5 and is 3" in notes
    maps = shop.month(SEPTEMBER, NOW, segment_map="def")
    assert "The segment maps differ" in " ".join(compared(shop, one, maps).notes)
    assert compared(shop, one, shop.month(SEPTEMBER, NOW, bins=5)).notes == []
    assert "same month" in " ".join(compared(shop, one, shop.month(JULY, NOW, bins=5)).notes)


def test_two_currencies_have_no_difference(shop: Shop, client: TestClient) -> None:
    settings = {"source": "orders", "mapping": {"currency": "EUR"}}
    orders = shop.publish("source", None, {"orders.csv": "x"}, settings=settings)
    one, other = shop.month(JULY, THEN), shop.month(AUGUST, NOW, category=None, source=orders)
    found = compared(shop, one, other)
    assert "different currencies" in " ".join(found.notes)
    assert [figure.change for figure in found.figures][:3] == [1, None, None]
    assert found.segments[0].spend.change is None
    text = client.get("/compare", params={"a": key(one), "b": key(other, "own_orders")}).text
    assert "$420.00" in text
    assert "EUR\u00a0431.00" in text


def test_segments_that_only_one_map_has(shop: Shop) -> None:
    found = compared(shop, shop.month(JULY, {"a": "Old"}), shop.month(AUGUST, {"a": "Fresh"}))
    assert {one.name: (one.customers.then, one.customers.now) for one in found.segments}["Old"] == (1, 0)
    assert found.moves.counts == (("Old", "Fresh", 1),)


def test_a_month_without_customers(shop: Shop, client: TestClient) -> None:
    empty = pa.table({"user_id": pa.array([], pa.string()), "segment": pa.array([], pa.string())})
    rfm = shop.publish("customer_rfm", JULY, {"part-0.parquet": empty})
    one = shop.month(JULY, {}, inputs={"customer_rfm": rfm.version})
    other = shop.month(AUGUST, NOW)
    assert client.get("/compare", params={"a": key(one), "b": key(other)}).status_code == 200
    assert [count for _, count in compared(shop, one, other).moves.totals] == [0, 0, 7, 0]


def test_too_many_customers_are_not_counted(shop: Shop, client: TestClient, monkeypatch) -> None:
    one, other = shop.month(JULY, THEN), shop.month(AUGUST, NOW)
    monkeypatch.setattr(comparing, "MOST_CUSTOMERS", 12)
    read = counting(monkeypatch, moving, "_customers")
    text = client.get("/compare", params={"a": key(one), "b": key(other)}).text
    assert "Both months together have 13 customers. Up to 12 the page says who moved." in text
    assert read == []
    monkeypatch.setattr(comparing, "MOST_CUSTOMERS", 13)
    assert compared(shop, one, other).moves


def test_a_pair_is_counted_once(shop: Shop, client: TestClient, monkeypatch) -> None:
    one, other = shop.month(JULY, THEN), shop.month(AUGUST, NOW)
    read = counting(monkeypatch, tables, "read")
    for a, b in ((one, other), (other, one), (one, other)):
        assert client.get("/compare", params={"a": key(a), "b": key(b)}).status_code == 200
    assert len(read) == 4  # two summaries, two tables of customers


@pytest.mark.parametrize("damage", ["other bytes", "gone", "wrong columns", "no segment"])
def test_a_damaged_table_of_customers_leaves_the_rest(shop: Shop, client: TestClient, damage: str) -> None:
    tables_of = {
        "wrong columns": pa.table({"x": [1]}),
        "no segment": pa.table({"user_id": ["a"], "segment": pa.array([None], pa.string())}),
    }
    rfm = shop.publish("customer_rfm", JULY, {"p.parquet": tables_of.get(damage, pa.table({"x": [1]}))})
    one = shop.month(JULY, THEN, inputs={"customer_rfm": rfm.version})
    other = shop.month(AUGUST, NOW)
    if damage == "other bytes":
        shop.file(rfm, "p.parquet").write_bytes(b"x" * rfm.bytes)
    if damage == "gone":
        shop.file(rfm, "_manifest.json").unlink()
    page = client.get("/compare", params={"a": key(one), "b": key(other)})
    assert page.status_code == 200
    assert "Who moved cannot be told." in page.text
    assert "$420.00" in page.text


def test_a_damaged_summary_is_an_error_in_words(shop: Shop, client: TestClient) -> None:
    one, other = shop.month(JULY, THEN), shop.month(AUGUST, NOW)
    path = shop.file(shop.input(one, "segment_summary"), "part-0.parquet")
    path.write_bytes(b"x" * path.stat().st_size)
    page = client.get("/compare", params={"a": key(one), "b": key(other)})
    assert page.status_code == 404
    assert "cannot be read" in page.text


@pytest.mark.parametrize(
    "name",
    ["", "2023-07-01", "2023-07-01.", "2023-07-01.../../x", ".0123456789ab", "2023-13-01.0123456789ab", "x" * 9999],
)
def test_names_that_name_no_report(shop: Shop, client: TestClient, name: str) -> None:
    report = shop.month(JULY, many(1))
    assert client.get("/compare", params={"a": key(report), "b": name}).status_code == 422


def test_a_report_that_is_not_published(shop: Shop, client: TestClient) -> None:
    report = shop.month(JULY, many(1))
    assert client.get("/compare", params={"a": key(report), "b": "2023-07-01.ffffffffffff"}).status_code == 404


def claims_of(*rows: tuple[str, int, str, bool | None, str]) -> pa.Table:
    columns = [("segment", pa.string()), ("claim_number", pa.int32()), ("claim", pa.string()), ("held", pa.bool_()),
               ("found", pa.string())]  # fmt: skip
    return pa.Table.from_pylist(
        [dict(zip([name for name, _ in columns], row, strict=True)) for row in rows], pa.schema(columns)
    )


def test_a_name_that_does_not_fit_is_said_beside_the_segment(shop: Shop, client: TestClient) -> None:
    claims = shop.publish(
        "segment_claims",
        AUGUST,
        {
            "part-0.parquet": claims_of(
                ("Champions", 2, "all <b>spent</b>", False, "half spent"),
                ("Champions", 1, "all bought at least twice", False, "41.0% bought at least twice"),
                ("Lost", 1, "none are rich", True, "0.0% are rich"),
                ("At Risk", 1, "all are old", None, ""),
            )
        },
    )
    before = shop.month(JULY, THEN)
    after = shop.month(AUGUST, NOW, inputs={"segment_claims": claims.version})
    found = {one.name: one.misfits for one in compared(shop, before, after).segments}
    why = [
        "Claimed: all bought at least twice. Found: 41.0% bought at least twice.",
        "Claimed: all <b>spent</b>. Found: half spent.",
    ]
    assert found == {"Champions": ((AUGUST, why),), "Promising": (), "At Risk": (), "Lost": ()}
    assert next(one.misfits for one in compared(shop, after, after).segments) == ((AUGUST, why),), "said once"
    page = client.get("/compare", params={"a": key(before), "b": key(after)}).text
    assert page.count("The name does not fit its customers, 1 August 2023.") == 1
    assert "all &lt;b&gt;spent&lt;/b&gt;" in page
    downloads = client.get(f"/reports/{AUGUST}/{after.version}/downloads").text
    assert "the name does not fit its customers.</strong>" in downloads
    assert "does not fit" not in client.get(f"/reports/{JULY}/{before.version}/downloads").text


def test_claims_that_cannot_be_read_leave_the_figures_alone(shop: Shop) -> None:
    claims = shop.publish("segment_claims", AUGUST, {"part-0.parquet": pa.table({"segment": ["Champions"]})})
    after = shop.month(AUGUST, NOW, inputs={"segment_claims": claims.version})
    assert all(one.misfits == () for one in compared(shop, shop.month(JULY, THEN), after).segments)
