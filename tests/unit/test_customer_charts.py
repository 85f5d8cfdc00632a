"""The charts about customers: the scores' spend as a heat map, and samples of customers as points."""

import re
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest
from chart_boxes import HOSTILE, check, shapes, text_boxes, texts

from segmentation.stages.charts import customers as customer_charts
from segmentation.stages.charts import markers
from segmentation.stages.charts.drawing import VARIABLES, WIDTH, Chart
from segmentation.stages.charts.palette import CLUSTER_COLOURS, PALETTE

pytestmark = pytest.mark.slow

POINTS = ["recency-frequency", "recency-monetary", "frequency-monetary"]


def grid(bins: int = 5, spend: str = "40.00") -> pd.DataFrame:
    rows = [
        (r, f, 5000 // (f * f), (Decimal(spend) * f * f).quantize(Decimal("0.01")))
        for r in range(1, bins + 1)
        for f in range(1, bins + 1)
    ]
    return pd.DataFrame(rows, columns=["r_score", "f_score", "customers", "avg_monetary"])


def sample(count: int = 1000, clusters: int = 4, label: str = "Recent, one purchase, small spend") -> pd.DataFrame:
    """Customers as in real data: most with one purchase, a few with many, spend over three powers of ten."""
    rows = [
        (
            place % clusters,
            f"{label} {place % clusters}",
            (place * 37) % 366,
            1 if place % 10 else 1 + place * 7 % 23,
            Decimal(f"{1.1 + (place * 7919 % 9973) ** 2 / 20_000:.2f}"),
        )
        for place in range(count)
    ]
    return pd.DataFrame(rows, columns=["cluster", "cluster_label", "recency_days", "frequency", "monetary"])


def points(frame: pd.DataFrame, currency: str = "$", counted: str = "purchases") -> list[Chart]:
    return [
        customer_charts.recency_frequency(frame, counted),
        customer_charts.recency_monetary(frame, currency),
        customer_charts.frequency_monetary(frame, currency, counted),
    ]


def paths(chart: Chart, cluster: int) -> list[str]:
    """What is drawn in the colour of a cluster: its points, and its mark in the key."""
    colour = VARIABLES[PALETTE[markers.cluster_colour(cluster)][0]]
    return [
        re.search(r' d="([^"]*)"', path)[1]
        for path in re.findall(r"<path [^>]*>", chart.svg)
        if f"fill: {colour}" in path or f"stroke: {colour}" in path
    ]


def dots(chart: Chart, cluster: int = 0) -> list[tuple[float, float]]:
    """Where the round points of a cluster are."""
    return [(float(x), float(y)) for x, y in re.findall(r"M ([\d.]+) ([\d.]+)", paths(chart, cluster)[0])]


def cell_texts(chart: Chart) -> list[str]:
    return [text for text in texts(chart) if re.search(r"\d", text) and "score" not in text]


def test_every_chart_is_safe_and_its_labels_keep_apart() -> None:
    for chart in (customer_charts.rfm_heatmap(grid()), *points(sample())):
        check(chart)
    assert customer_charts.rfm_heatmap(grid()).name == "rfm-heatmap"
    assert [chart.name for chart in points(sample())] == POINTS


def test_the_same_table_gives_the_same_bytes_in_any_order_of_rows() -> None:
    frame = sample(300)
    shuffled = frame.sample(frac=1, random_state=5)
    assert points(frame) == points(frame.copy()) == points(shuffled)
    heatmap = customer_charts.rfm_heatmap
    assert heatmap(grid()) == heatmap(grid().sample(frac=1, random_state=5)) == heatmap(grid())


def test_each_cell_has_its_average_and_its_customers() -> None:
    chart = customer_charts.rfm_heatmap(grid())
    row = ["$40", "5,000", "$160", "1,250", "$360", "555", "$640", "312", "$1.0K", "200"]
    assert cell_texts(chart)[:50] == row * 5
    assert "36,585 customers" in chart.alt
    assert "Highest: recency 5, frequency 5, 200 customers with $1,000.00 on average." in chart.alt
    assert "Most customers: recency 5, frequency 1, 5,000 customers with $40.00 on average." in chart.alt


def test_the_best_scores_are_top_right() -> None:
    frame = grid().assign(customers=1).query("r_score == 5 and f_score == 5 or r_score == 1 and f_score == 1")
    spots = {text: box for text, box in text_boxes(customer_charts.rfm_heatmap(frame)) if text.startswith("$")}
    assert spots["$1.0K"][0] > spots["$40"][0]
    assert spots["$1.0K"][1] < spots["$40"][1]


def test_the_colour_is_stronger_where_the_spend_is_higher() -> None:
    cells = shapes(customer_charts.rfm_heatmap(grid()), "heat")
    strengths = [float((re.search(r"opacity: ([\d.]+)", cell) or [0, 1])[1]) for cell in cells]
    assert len(strengths) == 25
    assert strengths[:5] == sorted(set(strengths))
    assert strengths[0] == pytest.approx(0.2)
    assert strengths[4] == 1


def test_empty_cells_are_shown_as_empty() -> None:
    frame = grid().assign(customers=[0, *[7] * 24]).iloc[:-2]
    chart = customer_charts.rfm_heatmap(frame)
    check(chart)
    assert len(shapes(chart, "heat")) == 22
    empty = f"fill: none; stroke: {VARIABLES[PALETTE['line'][0]]}"
    assert len([path for path in re.findall(r"<path [^>]*>", chart.svg) if empty in path]) == 3
    assert cell_texts(chart).count("7") == 22


@pytest.mark.parametrize("bins", range(3, 11))
@pytest.mark.parametrize(("currency", "spend"), [("$", "40.00"), ("EUR", "99999.99"), ("$", "0.04")])
def test_cells_adapt_to_the_number_of_bins(bins: int, currency: str, spend: str) -> None:
    frame = grid(bins, spend).assign(customers=12_345_678)
    chart = customer_charts.rfm_heatmap(frame, currency, bins)
    check(chart)
    assert len(shapes(chart, "heat")) == bins * bins
    assert f"Recency score, {bins} = bought most recently" in texts(chart)
    assert f"Frequency score, {bins} = buys most often" in texts(chart)
    assert chart.wide == (bins > 7)
    figures = [text for text in texts(chart) if "EUR" in text]
    assert len(figures) in (0, bins * bins)  # all with the currency, or none, and then the note has it
    assert ("EUR" in chart.note) == (currency == "EUR" and not figures)


def test_a_heat_map_without_customers_and_without_an_average() -> None:
    none = customer_charts.rfm_heatmap(grid().assign(customers=0))
    check(none)
    assert "average spend of 0 customers" in none.alt
    unknown = customer_charts.rfm_heatmap(grid().assign(avg_monetary=None))
    check(unknown)
    assert texts(unknown).count("–") == 25


def test_points_are_described_and_called_a_sample() -> None:
    for chart in points(sample()):
        assert chart.note.startswith("A sample of 1,000 customers.")
        assert "a sample of 1,000 customers in 4 clusters" in chart.alt
        assert "Recent, one purchase, small spend 0, 250 customers; medians: " in chart.alt
    recency_frequency, recency_monetary, frequency_monetary = points(sample())
    assert "by days since last and purchases." in recency_frequency.alt
    assert re.search(r"medians: days since last \d+, spend \$[\d,]+\.$", recency_monetary.alt)
    spread = "Equal numbers are spread a little"
    assert [spread in chart.note for chart in points(sample())] == [True, False, True]
    assert "purchases 1, spend $" in frequency_monetary.alt


def test_every_customer_is_a_point_in_the_colour_and_shape_of_the_cluster() -> None:
    for chart in points(sample(400)):
        for cluster in range(4):
            cloud, mark = sorted(paths(chart, cluster), key=len, reverse=True)
            for letter in "ML":
                assert cloud.count(letter) == 100 * mark.count(letter) > 0


def test_ten_clusters_differ_in_colour_and_in_shape() -> None:
    for chart in points(sample(clusters=10)):
        check(chart)
        marks = [min(paths(chart, cluster), key=len) for cluster in range(10)]
        assert len({re.sub(r"[\d.]+", "", mark) for mark in marks}) >= 4
        for place in range(10):
            assert f"Recent, one purchase, small spend {place}" in texts(chart)
    assert len({repr(shape) for shape in markers.SHAPES}) == len(CLUSTER_COLOURS) == 10


def test_the_eleventh_cluster_has_another_shape_in_the_first_colour() -> None:
    chart = customer_charts.recency_monetary(sample(110, clusters=11))
    check(chart)
    assert sorted(path.count("z") for path in paths(chart, 0)) == [0, 0, 1, 10]  # dots, and triangles


def test_a_picture_of_a_thousand_points_stays_small() -> None:
    for clusters in (1, 4, 10):
        for chart in points(sample(clusters=clusters)):
            assert len(chart.svg) < 60_000


def test_frequencies_are_spread_within_their_whole_number() -> None:
    frame = sample(200, clusters=1).assign(frequency=[1] * 150 + [2] * 50)
    heights = sorted(y for _, y in dots(customer_charts.recency_frequency(frame)))
    assert len(set(heights)) > 150
    gap = max(low - high for high, low in pairwise(heights))
    assert gap == heights[50] - heights[49] > 5  # the two numbers do not meet


def test_equal_customers_do_not_hide_each_other() -> None:
    frame = pd.concat([sample(1)] * 30)
    assert len(set(dots(customer_charts.recency_frequency(frame)))) == 30
    assert len(set(dots(customer_charts.recency_monetary(frame)))) == 1


def test_points_are_where_their_values_are() -> None:
    frame = sample(3, clusters=1).assign(
        recency_days=[0, 100, 200], monetary=[Decimal("10.00"), Decimal("100.00"), Decimal("1000.00")]
    )
    chart = customer_charts.recency_monetary(frame)
    (x0, y0), (x1, y1), (x2, y2) = sorted(dots(chart))
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)  # a log scale
    assert y0 > y1 > y2
    ticks = {text: box for text, box in text_boxes(chart) if text in ("$10", "$100", "$1,000")}
    for y, tick in zip((y0, y1, y2), ("$10", "$100", "$1,000"), strict=True):
        assert abs((ticks[tick][1] + ticks[tick][3]) / 2 - y) < 3


def test_log_axes_have_plain_ticks() -> None:
    recency_frequency, recency_monetary, _ = points(sample())
    assert {"1", "2", "5", "10", "20"} <= set(texts(recency_frequency))
    assert {"$10", "$100", "$1,000"} <= set(texts(recency_monetary))
    assert {"Purchases (log scale)", "Days since last"} <= set(texts(recency_frequency))
    assert "Days with an order (log scale)" in texts(points(sample(), counted="days with an order")[2])
    assert "EUR\u00a01,000" in texts(points(sample(), currency="EUR")[1])


@pytest.mark.parametrize(
    ("frequency", "monetary", "days"),
    [
        (1, "31.30", 304),
        (1, "0.01", 0),
        (987_654, "98765432.10", 366),
        (0, "0.00", 0),
        (2, "-5.00", 1),
    ],
)
def test_one_customer_can_be_drawn(frequency: int, monetary: str, days: int) -> None:
    frame = sample(1).assign(frequency=frequency, monetary=Decimal(monetary), recency_days=days)
    for chart in points(frame):
        check(chart)
        assert "a sample of 1 customer in 1 cluster" in chart.alt
        for x, y in dots(chart):
            assert 0 < x < WIDTH
            assert 0 < y < 330


@pytest.mark.parametrize("currency", ["$", "EUR", "kr"])
def test_very_different_customers_keep_their_ticks_apart(currency: str) -> None:
    money = [Decimal("0.01"), Decimal("5.00"), Decimal("123456789.00")]
    for chart in points(sample(3, 3).assign(frequency=[1, 40, 1_000_000], monetary=money), currency):
        check(chart)


def test_nobody_at_all_can_be_drawn() -> None:
    for chart in points(sample().iloc[:0]):
        check(chart)
        assert "a sample of 0 customers in 0 clusters" in chart.alt


@pytest.mark.parametrize("name", [HOSTILE, "W" * 300, "many words " * 30, "日本語" * 50, "$5 or $10", "עברית", ""])
@pytest.mark.filterwarnings("error")
def test_no_name_breaks_a_chart(name: str) -> None:
    for chart in points(sample(40, clusters=10, label=name), counted=name[:20] or "orders"):
        check(chart)
        assert len(chart.alt) < 400


def test_cluster_colours_have_contrast_in_light_and_dark() -> None:
    from test_charts import contrast

    for light, dark in CLUSTER_COLOURS:
        assert contrast(light, "#ffffff") >= 3  # WCAG 1.4.11, shapes
        assert contrast(dark, "#14181d") >= 3
