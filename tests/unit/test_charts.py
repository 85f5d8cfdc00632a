"""The charts: well-formed, the same twice, safe with any name, and saying what the tables say."""

import re
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from chart_boxes import HOSTILE, check

from segmentation.common import formatting
from segmentation.config.segment_maps import load_map
from segmentation.stages.charts import drawing as chart_drawing
from segmentation.stages.charts import movement as movement_charts
from segmentation.stages.charts import palette
from segmentation.stages.charts import segments as charts

pytestmark = pytest.mark.slow


def segments(name: str = "Champions", **changes) -> pd.DataFrame:
    rows = [
        (name, "High value", 1200, Decimal("217.09"), Decimal("260508.00")),
        ("Can't Lose Them", "At risk", 300, Decimal("250.06"), Decimal("75018.00")),
        ("Hibernating", "Churned", 2500, Decimal("15.73"), Decimal("39325.00")),
        ("New Customers", "New", 0, None, Decimal("0.00")),  # every segment is listed, also an empty one
        ("Odd ones", "A group of my own", 7, Decimal("1.00"), Decimal("7.00")),
    ]
    names = ["segment", "segment_group", "customers", "avg_monetary", "total_monetary"]
    return pd.DataFrame(rows, columns=names).assign(**changes)


def search(ks=(2, 3, 4, 5), chosen: int = 4) -> pd.DataFrame:
    # A silhouette may be missing.
    rows = [(k, 6000.0 / k, None if k == 5 else 0.6 - k / 40, k == chosen, "") for k in ks]
    return pd.DataFrame(rows, columns=["k", "wcss", "silhouette", "chosen", "reason"])


def profile(label: str = "Recent small spenders", count: int = 2) -> pd.DataFrame:
    rows = [(i, f"{label} {i}", 3000 - i, 90.5, 1.25, Decimal("44.10")) for i in range(count)]
    names = ["cluster", "label", "customers", "avg_recency_days", "avg_frequency", "avg_monetary"]
    return pd.DataFrame(rows, columns=names)


def overlap(segment: str = "Champions", label: str = "Recent", count: int = 2) -> pd.DataFrame:
    rows = [(segment, f"{label} {i}", 100 + i) for i in range(count)] + [("Lost", f"{label} 0", 900)]
    return pd.DataFrame(rows, columns=["segment", "cluster_label", "customers"])


def moves(segment: str = "Champions") -> pd.DataFrame:
    rows = [
        (segment, segment, 750),
        (segment, "Lost", 200),
        (segment, "gone", 50),
        ("new", segment, 3000),  # was no customer, so is not part of last month
    ]
    return pd.DataFrame(rows, columns=["segment_previous", "segment", "customers"]).assign(monetary=Decimal(1))


def history(*days: str, top: int = 40) -> pd.DataFrame:
    names = ("stayed", "rose", "fell", "moved", "returned", "new", "gone")
    rows = [(date.fromisoformat(day), name, top * place) for day in days for place, name in enumerate(names)]
    return pd.DataFrame(rows, columns=["as_of_date", "movement", "customers"])


def draw_all(name: str = "Champions") -> list[charts.Chart]:
    return [
        charts.customers_by_segment(segments(name)),
        charts.spend_by_segment(segments(name)),
        charts.search_curves(search()),
        charts.clusters(profile(name)),
        charts.segments_within_clusters(overlap(name, name)),
        movement_charts.migration(moves(name)),
        movement_charts.movement_history(history("2022-10-01", "2023-07-31", "2023-09-01")),
        movement_charts.migration(
            moves(name).rename(columns={"segment_previous": "segment_year_ago"}), then=movement_charts.YEAR
        ),
    ]


def texts(chart: charts.Chart) -> list[str]:
    return [node.text for node in ET.fromstring(chart.svg).iter(chart_drawing.SVG + "text")]


@pytest.fixture(scope="module")
def drawn() -> list[charts.Chart]:
    return draw_all()


def test_what_is_true_of_every_chart(drawn):
    for chart in drawn:
        check(chart)


@pytest.mark.parametrize("name", ["とてもよく買うお客さま全員の区分", "WWWWWWW MMMMMMMM WWWWWW", "x" * 60])
def test_names_in_wide_characters_stay_inside_of_the_picture(name: str):
    for chart in draw_all(name):
        check(chart)
    check(charts.segments_within_clusters(overlap(name, name, 10)))


@pytest.mark.parametrize("ks", [(2, 3), (2, 3, 4), (3,), tuple(range(2, 11))])
def test_the_chosen_k_is_named_inside_of_the_picture(ks: tuple[int, ...]):
    for chosen in ks:
        check(charts.search_curves(search(ks, chosen)))


def test_drawing_twice_gives_the_same_bytes(drawn):
    assert [chart.svg for chart in draw_all()] == [chart.svg for chart in drawn]


def test_no_state_is_left_behind(drawn):
    before = dict(matplotlib.rcParams)
    charts.customers_by_segment(segments())
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("days", [["2022-10-01", "2023-09-01"], [f"2023-{month:02}-28" for month in range(1, 13)]])
@pytest.mark.parametrize("top", [0, 1, 40, 9_000_000])
def test_the_months_of_movements_stay_inside_of_the_picture(days: list[str], top: int):
    check(movement_charts.movement_history(history(*days, top=top)))


def test_one_month_alone_is_no_history():
    assert movement_charts.movement_history(history("2023-09-01")) is None


@pytest.mark.parametrize(
    ("place", "figures"),
    [
        (0, ["4,007 customers", "Hibernating", "2,500 (62.4%)"]),
        (1, ["Champions", "$260,508.00 of $374,858.00 (69.5%)", "$217.09 on average"]),
        (2, ["k from 2 to 5", "k = 4", "WCSS 1,500", "silhouette 0.500"]),
        (3, ["2 clusters", "3,000 customers (50.0%)", "$44.10 each"]),
        (4, ["1,000 customers", "90.0% Lost"]),
        (5, ["Of 1,000 customers", "750 (75.0%) stayed", "200 moved", "50 are gone"]),
        (6, ["in each of 3 months", "rose 40, returned 160, new 200, fell 80, gone 240"]),
        (7, ["segment a year ago", "Of 1,000 customers", "750 (75.0%) are in their segment"]),
    ],
)
def test_alt_text_gives_the_key_figures(drawn, place, figures):
    for figure in figures:
        assert figure in drawn[place].alt


def test_bars_are_sorted_and_labelled(drawn):
    labels = [text for text in texts(drawn[0]) if re.match(r"\d", text)]
    assert labels == ["2,500 (62.4%)", "1,200 (29.9%)", "300 (7.5%)", "7 (0.2%)", "0"]


def test_a_segment_without_customers_has_no_average(drawn):
    assert formatting.MISSING in texts(drawn[1])
    assert "$0" in texts(drawn[1])


def test_money_has_the_currency_of_the_caller():
    assert "€217.09" in texts(charts.spend_by_segment(segments(), currency="€"))


def test_nobody_at_all_can_be_drawn():
    empty = segments(customers=0, avg_monetary=None, total_monetary=Decimal(0))
    assert "0 customers" in charts.customers_by_segment(empty).alt
    assert formatting.MISSING in charts.spend_by_segment(empty).alt


def test_one_customer_is_no_plural():
    one = [
        charts.customers_by_segment(segments().assign(customers=[1, 0, 0, 0, 0])),
        charts.clusters(profile(count=1).assign(customers=1)),
        charts.segments_within_clusters(overlap(count=1).head(1).assign(customers=1)),
        movement_charts.migration(moves().head(1).assign(customers=1)),
    ]
    for chart in one:
        assert "1 customer" in chart.alt
        assert "customers" not in chart.alt.replace("clusters by customers", "")


def test_each_heat_map_adds_up_to_a_hundred_percent(drawn):
    assert {"10%", "90%", "100%"} <= set(texts(drawn[4]))  # by column
    assert {"75%", "20%", "5%", "100%"} <= set(texts(drawn[5]))  # by row


def test_the_order_of_the_segments_is_that_of_the_default_map():
    assert [segment.name for segment in load_map("eleven")] == charts.SEGMENT_ORDER


def test_heat_maps_take_the_order_of_another_map():
    pairs = [
        ("new", "Basic"),
        ("Lost", "Zest"),
        ("Basic", "gone"),
        ("odd", "Modest"),
        ("Modest", "Lost"),
        ("Zest", "odd"),
    ]
    frame = pd.DataFrame(pairs, columns=["segment_previous", "segment"]).assign(customers=1)
    rows = ["Zest", "Modest", "Basic", "Lost", "odd", "(not there before)"]
    columns = [*rows[:-1], "(gone)"]
    known = {*rows, *columns}
    chart = movement_charts.migration(frame, order=["Zest", "Modest", "Basic"])
    assert [text for text in texts(chart) if text in known] == [*rows, *columns]
    chart = charts.segments_within_clusters(frame.assign(cluster_label="All"), order=["Zest", "odd", "Modest"])
    assert [text for text in texts(chart) if text in known] == ["Zest", "odd", "Modest", "Basic", "Lost", "(gone)"]


def test_heat_maps_without_an_order_take_that_of_the_default_map():
    frame = pd.DataFrame({"segment": ["Zest", "Lost"], "cluster_label": "All", "customers": 1})
    assert [text for text in texts(charts.segments_within_clusters(frame)) if text in ("Zest", "Lost")] == [
        "Lost",
        "Zest",
    ]


@pytest.mark.parametrize("frame", [moves().iloc[:0], moves()[moves()["segment_previous"] == "new"]])
def test_no_migration_without_a_previous_month(frame):
    assert movement_charts.migration(frame) is None


def test_one_k_that_was_given_can_be_drawn():
    assert "k = 3" in charts.search_curves(search(ks=[3], chosen=3)).alt


def test_many_clusters_ask_for_the_full_width():
    assert not charts.segments_within_clusters(overlap(count=4)).wide
    assert charts.segments_within_clusters(overlap(count=10)).wide


def test_names_are_text_never_markup():
    for chart in draw_all(HOSTILE):
        tags = {node.tag.removeprefix(chart_drawing.SVG) for node in ET.fromstring(chart.svg).iter()}
        assert tags <= {"svg", "g", "path", "text", "tspan", "defs", "use", "clipPath", "rect"}, chart.name
        assert "<script" not in chart.svg
        assert "\u202e" not in chart.svg
    assert "<script>alert('x')</script> {{ 7*7 }} \"$1 & $2\" עברית" in charts.customers_by_segment(
        segments(HOSTILE, customers=[9, 1, 1, 1, 1])
    ).alt.replace("  ", " ")


def test_two_dollar_signs_are_no_formula():
    assert "$5 or $10^2" in texts(charts.customers_by_segment(segments("$5 or $10^2")))


@pytest.mark.filterwarnings("error")
def test_a_name_in_any_script_is_drawn_without_a_warning():
    assert "日本語" in texts(charts.customers_by_segment(segments("日本語")))


def test_ids_are_used_and_never_clash(drawn):
    ids = [name for chart in drawn for name in re.findall(r'\bid="([^"]*)"', chart.svg)]
    assert len(ids) == len(set(ids))
    for chart in drawn:
        used = re.findall(r"url\(#([^)]*)\)", chart.svg) + re.findall(r'href="#([^"]*)"', chart.svg)
        assert set(used) == set(re.findall(r'\bid="([^"]*)"', chart.svg))


def test_a_chart_brings_no_style_sheet_and_no_fixed_ground(drawn):
    for chart in drawn:
        assert "<style" not in chart.svg
        assert not re.search(r"(fill|stroke): (#|white|black)", chart.svg), "a colour that is no variable"


def test_groups_keep_their_colours():
    svg = charts.customers_by_segment(segments()).svg
    for group in ("high", "risk", "churned", "other"):
        assert f"fill: var(--chart-{group}, {palette.PALETTE[group][0]})" in svg


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "ground"), [(0, "#ffffff"), (1, "#14181d")])
def test_colours_have_contrast_in_light_and_dark(theme, ground):
    colours = {name: pair[theme] for name, pair in palette.PALETTE.items()}
    assert contrast(colours["ink"], colours["heat"]) >= 4.5  # text on the fullest cell
    for name in ("ink", "muted"):
        assert contrast(colours[name], ground) >= 4.5
    for name in ("high", "new", "risk", "churned", "other", "cluster"):
        assert contrast(colours[name], ground) >= 3  # WCAG 1.4.11, shapes


@pytest.mark.parametrize(
    ("value", "compact", "text"),
    [
        (Decimal("1234567.895"), False, "$1,234,567.90"),  # Decimal rounds half to even
        (Decimal("-5"), False, "−$5.00"),
        (None, False, "–"),
        (float("nan"), True, "–"),
        (999, True, "$999"),
        (999_940, True, "$999.9K"),
        (999_999, True, "$1.0M"),
        (Decimal("176607059.50"), True, "$176.6M"),
    ],
)
def test_money(value, compact, text):
    assert formatting.money(value, compact=compact) == text


def test_money_keeps_a_written_currency_apart():
    assert formatting.money(5, "EUR") == "EUR\u00a05.00"
