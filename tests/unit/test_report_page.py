"""The report page: one safe file, whose sentences say what the tables say."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from segmentation.stages.charts.drawing import Chart
from segmentation.stages.charts.palette import PALETTE
from segmentation.stages.report.page import change, key_figures, render
from segmentation.stages.report.shown import Report
from segmentation.warehouse.words import Words

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} {% raw %} \"'><img src=x onerror=y> \u202eעברית"


def segment(name, group, customers, average, total, previous) -> dict:
    return {
        "segment": name, "segment_group": group, "customers": customers, "share": 0.0,
        "avg_recency_days": 30.0 if customers else None, "avg_frequency": 1.5 if customers else None,
        "avg_monetary": average, "total_monetary": Decimal(total), "share_of_total": 0.0,
        "customers_previous": previous, "change": None if previous is None else customers - previous,
        "meaning": f"Meaning of {name}.", "action": f"Action for {name}.", "misfits": [],
        "orders": 2 * customers, "avg_order_value": average and average / 2,
    }  # fmt: skip


SEGMENTS = [
    segment("Champions", "High value", 1200, Decimal("50.00"), "60000.00", 1000),
    segment("New Customers", "New", 0, None, "0.00", 20),
    segment("At Risk", "At risk", 500, Decimal("20.00"), "10000.00", 600),
    segment("Can't Lose Them", "At risk", 100, Decimal("90.00"), "9000.00", 90),
    segment("Lost", "Churned", 2200, Decimal("9.55"), "21000.00", 2090),
]
CHART = Chart("customers-by-segment", "Customers by segment", "Bars.", '<svg role="img"><g/></svg>')


def make(**changes) -> Report:
    figures = {
        "avg_recency_days": 80.0,
        "avg_frequency": 1.5,
        "avg_monetary": Decimal("25"),
        "total_monetary": Decimal(1),
    }
    report = Report(
        title="Customer segmentation: Electronics", category="Electronics", source_label="demo",
        generated_data=True, as_of=date(2023, 9, 1), window_start=date(2022, 9, 1), customers=4000,
        total_monetary=Decimal("100000.00"), previous_as_of=date(2023, 8, 1), segments=SEGMENTS,
        clusters=[
            {"cluster": 0, "label": "Recent", "customers": 4000, **figures, "silhouette": 0.41, "recovery": 0.9,
             "trust": "stable"},
        ],
        search=[{"k": 3, "wcss": 1234567.0, "silhouette": None, "chosen": True, "reason": "It is given."}],
        chosen_k=3, k_reason="It is given.", charts=[CHART],
        migration=[
            {"segment_previous": "new", "segment": "Champions", "customers": 330, "monetary": Decimal(3)},
            {"segment_previous": "Lost", "segment": "gone", "customers": 130, "monetary": Decimal(4)},
            {"segment_previous": "Lost", "segment": "Lost", "customers": 1960, "monetary": Decimal(5)},
        ],
        quality=[("Reviews read", 1234567), ("Share without a price", "9.2%")],
        edges=[
            {"metric": "monetary", "score": 1, "lower": None, "upper": Decimal("12.99"), "customers": 800},
            {"metric": "monetary", "score": 5, "lower": Decimal("119.5"), "upper": None, "customers": 810},
            {"metric": "recency", "score": 5, "lower": None, "upper": Decimal("90.00"), "customers": 790},
        ],
        settings={"scoring": "edges", "min_price": Decimal("0.25"), "excluded_categories": ("Baby", "Books")},
        lineage=[("source", "2b6d039ed471", None), ("purchases", "77aa88bb99cc", 50000)],
        run={"created_at": datetime(2023, 9, 1, 3, 5, tzinfo=UTC), "code_version": "abc1234"},
    )  # fmt: skip
    return replace(report, **changes)


def without_previous(**changes) -> Report:
    rows = [{**row, "customers_previous": float("nan"), "change": None} for row in SEGMENTS]
    return make(previous_as_of=None, segments=rows, migration=[], **changes)


class Page(HTMLParser):
    """The tags, ids and visible text of a page."""

    VOID = ("meta", "br", "img", "hr", "input")

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.ids, self.links, self.open, self.text, self.attributes = [], [], [], [], "", set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        self.attributes |= set(values)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        self.text += " " if tag in ("td", "th") else ""

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def test_key_figures():
    figures = {label: (figure, note) for label, figure, note in key_figures(make())}
    assert figures["Customers"] == ("4,000", "+200 since 1 August 2023")
    assert figures["Total spend"] == ("$100.0K", "$100,000.00")
    assert figures["Spend per customer"][0] == "$25.00"
    assert figures["Purchases per customer"][0] == "1.50"
    assert figures["At risk: share of spend"] == ("19.0%", "600 customers, $19.0K")


def test_key_figures_of_one_customer_of_a_map_with_other_groups():
    rows = [segment("Only", "Regulars", 1, Decimal("5.00"), "5.00", None)]
    figures = {label: (figure, note) for label, figure, note in key_figures(make(segments=rows, customers=1))}
    assert not [label for label in figures if "share of spend" in label]
    rows[0] |= {"segment_group": "At risk", "avg_frequency": None}
    figures = {label: (figure, note) for label, figure, note in key_figures(make(segments=rows, customers=1))}
    assert figures["At risk: share of spend"][1] == "1 customer, $5"
    assert figures["Purchases per customer"][0] == "–"


@pytest.mark.parametrize(("value", "text"), [(1234, "+1,234"), (-5, "−5"), (0, "0"), (None, "–")])
def test_change_always_shows_its_sign(value, text):
    assert change(value) == text


def test_page_needs_nothing_else():
    html = render(make())
    page = Page(html)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not [link for link in page.links if not link.startswith("#")]
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", html)
    policy = next(values["content"] for tag, values in page.tags if values.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert page.open == []


def test_page_is_well_built():
    page = Page(render(make()))
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(values.get("scope") for tag, values in page.tags if tag == "th")
    names = [tag for tag, _ in page.tags]
    assert names.count("table") == names.count("caption")


def test_page_shows_the_figures():
    words = Page(render(make())).words
    for text in (
        "Purchases from 1 September 2022 to 31 August 2023",  # as_of is exclusive
        "Generated demo data.",
        "Champions High value 1,200 30.0% +200 $60,000 60.0% $50.00 2,400 $25.00 each Meaning of Champions.",
        "Do: Action for Lost.",
        "New Customers New 0 0.0% −20 $0 0.0% –",
        "All customers 4,000 +200 $100,000 $25.00",
        "New since last month 330 new customers start in Champions, spending $3.",
        "130 customers of Lost left: no purchase in the window; they had spent $4.",
        "What stands out Whom to prioritise Most spend",
        "k = 3: It is given.",
        "3 1,234,567 – yes",
        "Reviews read 1,234,567",
        "Share without a price 9.2%",
        "5 no limit 90 790",
        "5 $119.50 no limit 810",
        "purchases 77aa88bb99cc 50,000",
        "excluded_categories Baby, Books",
        "Created at: 2023-09-01 03:05 UTC. Code version: abc1234.",
    ):
        assert text in words
    assert "Moved between segments" not in words, "staying is not a move"


def test_page_without_a_previous_month_or_demo_data():
    page = Page(render(without_previous(generated_data=False)))
    assert "changes" not in page.ids
    assert "Generated demo data" not in page.text
    assert "nan" not in page.text.lower().replace("finance", "")


def test_every_chart_is_on_the_page_once():
    names = ["migration", "customers-by-segment", "search-curves", "a-chart-of-my-own"]
    drawn = [Chart(name, name, name, f'<svg><path class="{name}"/></svg>', note="Read me so.") for name in names]
    html = render(make(charts=drawn))
    for name in names:
        assert html.count(f'<svg><path class="{name}"/></svg>') == 1
    assert html.count("Read me so.") == 4


def test_texts_from_data_are_never_markup():
    plain = Page(render(make(cluster_quality=[("Silhouette", 0.4)])))
    rows = [{**SEGMENTS[0], **dict.fromkeys(("segment", "segment_group", "meaning", "action"), HOSTILE)}]
    drawn = Chart(HOSTILE, HOSTILE, HOSTILE, "<svg></svg>", wide=True, note=HOSTILE)
    report = make(
        title=HOSTILE, category=HOSTILE, source_label=HOSTILE, currency=HOSTILE, k_reason=HOSTILE,
        segments=[*rows, *SEGMENTS[1:]], charts=[drawn], cluster_quality=[(HOSTILE, HOSTILE)],
        clusters=[{**make().clusters[0], "label": HOSTILE}], quality=[(HOSTILE, HOSTILE)],
        migration=[
            {"segment_previous": here, "segment": there, "customers": 1, "monetary": Decimal(1)}
            for here, there in ((HOSTILE, "Lost"), ("new", HOSTILE), (HOSTILE, "gone"))
        ],
        edges=[{"metric": HOSTILE, "score": 1, "lower": Decimal(1), "upper": Decimal(2), "customers": 3}],
        settings={HOSTILE: HOSTILE, "scoring": HOSTILE, "min_price": HOSTILE, "list": [HOSTILE]},
        lineage=[(HOSTILE, HOSTILE, 1)], run={"created_at": HOSTILE, HOSTILE: HOSTILE},
    )  # fmt: skip
    page = Page(render(report))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags} | {"svg"}
    assert not [name for name in page.attributes if name.startswith("on")]
    assert page.text.count("<script>alert(1)</script>") > 20
    assert page.text.count("{{ 7*7 }} {% raw %}") > 20
    assert not re.search(r"(?<![\d.,])49(?![\d.,%])", page.text)
    assert page.text.count("עברית") > 20


def test_colours_come_from_the_palette():
    html = render(make())
    for name, (light, dark) in PALETTE.items():
        assert f"--chart-{name}: {light};" in html
        assert f"--chart-{name}: {dark};" in html


def test_method_follows_the_scoring():
    seed = Page(render(make(settings={"scoring": "seed"}))).words
    assert "customers with equal values can get different scores" in seed
    assert "Equal values always get equal scores" in Page(render(make())).words


def test_the_same_report_gives_the_same_page():
    assert render(make()) == render(make())


@pytest.mark.parametrize(("do", "said"), [("subtract", "Returns take their amount off"), ("ignore", "are left out")])
def test_a_page_about_orders_speaks_of_orders(do: str, said: str):
    settings = {"scoring": "edges", "min_price": Decimal(0), "mapping: returns do": do}
    orders = make(words=Words("order", "orders", "days with an order"), currency="EUR", settings=settings)
    words = Page(render(orders)).words
    for text in ("Orders from 1 September 2022", "Days with an order per customer", "EUR\u00a0100.0K", said,
                 "days since the last order", "left: no order in the window"):  # fmt: skip
        assert text.replace("\u00a0", " ") in words.replace("\u00a0", " ")
    method = words.partition("How it is computed")[2]
    assert "review" not in method
    assert "purchase" not in method.replace("purchases 77aa88bb99cc", "")
