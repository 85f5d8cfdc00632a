"""The charts of parts and wholes: true areas, numbers that lead to names, and no name that breaks them."""

import re

import pandas as pd
import pytest
from chart_boxes import HOSTILE, check, shapes, text_boxes, texts

from segmentation.stages.charts import shares as share_charts
from segmentation.stages.charts.drawing import VARIABLES, Chart
from segmentation.stages.charts.markers import cluster_colour
from segmentation.stages.charts.palette import CLUSTER_COLOURS, PALETTE

pytestmark = pytest.mark.slow

ELEVEN = {
    "Hibernating": ("Churned", 2900),
    "At Risk": ("At risk", 2400),
    "About to Sleep": ("At risk", 1700),
    "New Customers": ("New", 1500),
    "Promising": ("New", 900),
    "Lost": ("Churned", 800),
    "Potential Loyalists": ("High value", 500),
    "Loyal Customers": ("High value", 250),
    "Champions": ("High value", 200),
    "Needs Attention": ("At risk", 150),
    "Can't Lose Them": ("At risk", 52),
}
GROUPS = {name: group for name, (group, _) in ELEVEN.items()}


def segments(rows: dict[str, tuple[str, int]] = ELEVEN) -> pd.DataFrame:
    table = [(name, group, customers) for name, (group, customers) in rows.items()]
    return pd.DataFrame(table, columns=["segment", "segment_group", "customers"])


def clusters(count: int = 4, label: str = "Recent, one purchase, small spend") -> pd.DataFrame:
    rows = [(place, f"{label} {place}", 4000 // (place + 1)) for place in range(count)]
    return pd.DataFrame(rows, columns=["cluster", "label", "customers"])


def cross(count: int = 4, label: str = "Recent, one purchase, small spend", size: float = 3) -> pd.DataFrame:
    rows = [
        (name, f"{label} {chr(65 + place)}", int(customers * ((7 * place + 3 * row) % 5) / size**place))
        for place in range(count)
        for row, (name, (_, customers)) in enumerate(ELEVEN.items())
    ]
    return pd.DataFrame(rows, columns=["segment", "cluster_label", "customers"])


def treemap(frame: pd.DataFrame, **changes) -> Chart:
    return share_charts.segment_treemap(frame, GROUPS, **changes)


def draw_all(shuffled: bool = False) -> list[Chart]:
    frames = [segments(), clusters(), cross()]
    frames = [frame.sample(frac=1, random_state=5) if shuffled else frame for frame in frames]
    return [share_charts.segment_shares(frames[0]), share_charts.cluster_shares(frames[1]), treemap(frames[2])]


def rows_of(chart: Chart) -> list[str]:
    """The texts of the list, which comes last."""
    found = texts(chart)
    return found[len(found) - found[::-1].index("1") - 1 :]


def areas(chart: Chart, colours: list[str]) -> list[float]:
    """The areas of the tiles in these colours, in the order they are drawn. A tint comes before its edge."""
    wanted = "|".join(re.escape(VARIABLES[PALETTE[colour][0]]) for colour in colours)
    found = re.findall(rf'<path d="([^"]*)"[^>]*style="fill: (?:{wanted}); opacity', chart.svg)
    corners = [re.findall(r"[\d.]+", path) for path in found]
    sides = [(list(map(float, c[0::2])), list(map(float, c[1::2]))) for c in corners]
    return [(max(x) - min(x)) * (max(y) - min(y)) for x, y in sides]


def test_every_chart_is_safe_and_its_labels_keep_apart() -> None:
    drawn = draw_all()
    assert [chart.name for chart in drawn] == ["segment-shares", "cluster-shares", "segment-treemap"]
    for chart in drawn:
        check(chart)


def test_the_same_table_gives_the_same_bytes_in_any_order_of_rows() -> None:
    first = draw_all()
    assert draw_all() == first
    assert draw_all(shuffled=True) == first


@pytest.mark.parametrize(
    ("place", "figures"),
    [
        (0, ["11,352 customers in 11 segments", "Hibernating, 2,900 (25.5%); At Risk, 2,400 (21.1%)"]),
        (1, ["8,333 customers in 4 clusters", "small spend 0, 4,000 (48.0%)"]),
        (
            2,
            [
                "29,783 customers in 4 clusters, by segment",
                "has 19,550 (65.6%)",
                "The largest tile: 7,200 of At Risk in Recent",
            ],
        ),
    ],
)
def test_alt_text_gives_the_key_figures(place: int, figures: list[str]) -> None:
    for figure in figures:
        assert figure in draw_all()[place].alt


def test_the_list_names_every_slice_largest_first() -> None:
    found = rows_of(draw_all()[0])
    assert [text for text in found if text in ELEVEN] == list(ELEVEN)
    assert found[:5] == ["1", "Hibernating", "Churned", "2,900", "25.5%"]
    assert found[-5:] == ["11", "Can't Lose Them", "At risk", "52", "0.5%"]


def test_slices_have_the_colours_of_their_groups_and_a_dot_in_the_list() -> None:
    for colour, count in (("high", 3), ("new", 2), ("risk", 4), ("churned", 2)):
        assert len(shapes(draw_all()[0], colour)) == 2 * count
    odd = share_charts.segment_shares(segments({"Odd": ("A group of my own", 5)}))
    assert len(shapes(odd, "other")) == 2


def test_clusters_have_colours_of_their_own_whatever_their_size() -> None:
    chart = share_charts.cluster_shares(clusters(10))
    check(chart)
    for cluster in range(10):
        assert len(shapes(chart, cluster_colour(cluster))) == 2
    assert cluster_colour(10) == cluster_colour(0)


def test_every_slice_has_its_number_at_the_ring() -> None:
    chart = draw_all()[0]
    at_ring = texts(chart)[: len(texts(chart)) - len(rows_of(chart))]
    assert at_ring == ["11,352", "customers", *map(str, range(1, 12))]


def test_segments_without_customers_are_left_out() -> None:
    chart = share_charts.segment_shares(segments({**ELEVEN, "Champions": ("High value", 0)}))
    assert "Champions" not in texts(chart)
    assert "in 10 segments" in chart.alt
    clusters_ = clusters(3).assign(customers=[0, 5, 0])
    assert "5 customers in 1 cluster." in share_charts.cluster_shares(clusters_).alt


def test_equal_segments_are_in_the_order_of_their_map() -> None:
    rows = segments(dict.fromkeys(("Lost", "Zest", "Champions"), ("New", 5)))

    def shown(**changes) -> list[str]:
        return [text for text in texts(share_charts.segment_shares(rows, **changes)) if text in set(rows["segment"])]

    assert shown() == ["Champions", "Lost", "Zest"]
    assert shown(order=["Zest", "Lost"]) == ["Zest", "Lost", "Champions"]


def test_equal_clusters_are_in_the_order_of_their_numbers() -> None:
    frame = clusters(3).assign(customers=7)
    assert share_charts.cluster_shares(frame) == share_charts.cluster_shares(frame.iloc[::-1])


def test_one_segment_fills_the_ring() -> None:
    chart = share_charts.segment_shares(segments({"Champions": ("High value", 1)}))
    check(chart)
    assert texts(chart) == ["1", "customer", "1", "1", "Champions", "High value", "1", "100.0%"]
    assert chart.alt == "Pie: 1 customer in 1 segment. Largest: Champions, 1 (100.0%)."


def test_many_thin_slices_share_one_number() -> None:
    rows = {"Huge": ("Churned", 100_000), **{f"Tiny {place}": ("New", 12 - place) for place in range(10)}}
    chart = share_charts.segment_shares(segments(rows))
    check(chart)
    assert texts(chart)[2:4] == ["1", "2–11"]
    assert texts(chart).count("<0.1%") == 10
    assert len(shapes(chart, "new")) == 20
    assert "Tiny 0, 12 (<0.1%)" in chart.alt


def test_a_ring_of_many_equal_slices_still_has_room_for_its_labels() -> None:
    rows = {f"Segment {place}": ("New", 5) for place in range(60)}
    check(share_charts.segment_shares(segments(rows)))


def test_nobody_at_all_can_be_drawn() -> None:
    none = [
        share_charts.segment_shares(segments().assign(customers=0)),
        share_charts.cluster_shares(clusters().assign(customers=0)),
        treemap(cross().assign(customers=0)),
    ]
    for chart in none:
        check(chart)
        assert "0 customers" in chart.alt


def test_a_very_large_whole_fits_into_the_hole() -> None:
    chart = share_charts.segment_shares(segments({"Champions": ("High value", 123_456_789)}))
    assert texts(chart)[0] == "123.5M"
    for text, (left, _, right, _) in text_boxes(chart)[:1]:
        assert right - left <= 2 * share_charts.HOLE, text


@pytest.mark.parametrize("name", [HOSTILE, "W" * 300, "many words " * 30, "日本語" * 50, "$5 or $10", "עברית"])
@pytest.mark.filterwarnings("error")
def test_no_name_breaks_a_chart(name: str) -> None:
    rows = {**ELEVEN, name: (name, 3000)}
    frame = pd.concat([cross(4, name), pd.DataFrame([(name, f"{name} A", 9000)], columns=cross().columns)])
    drawn = [
        share_charts.segment_shares(segments(rows)),
        share_charts.cluster_shares(clusters(label=name)),
        share_charts.segment_treemap(frame, {**GROUPS, name: name}),
    ]
    for chart in drawn:
        check(chart)
    if name.startswith("$"):
        assert name in texts(drawn[0])


def test_a_tile_has_the_area_of_its_customers() -> None:
    frame = cross()
    chart = treemap(frame)
    colours = ["high", "new", "risk", "churned"]
    found = areas(chart, colours)
    key, tiles = found[-4:], found[:-4]
    assert key == pytest.approx([144] * 4)
    sizes = frame[frame["customers"] > 0]["customers"]
    assert len(tiles) == len(sizes)
    # A tile is drawn a pixel smaller on every side, so the gaps are seen; the large ones show it least.
    per_customer = max(tiles) / sizes.max()
    for area, size in list(zip(sorted(tiles)[::-1], sorted(sizes)[::-1], strict=True))[:10]:
        assert area == pytest.approx(size * per_customer, rel=0.12)


def test_the_tiles_of_a_group_have_its_colour() -> None:
    frame = cross(2)
    chart = treemap(frame)
    shown = frame[frame["customers"] > 0]["segment"].map(GROUPS)
    for group, colour in (("High value", "high"), ("New", "new"), ("At risk", "risk"), ("Churned", "churned")):
        assert len(areas(chart, [colour])) == (shown == group).sum() + 1  # and one in the key
    assert {"High value", "New", "At risk", "Churned"} <= set(texts(chart))


def test_a_segment_that_no_map_knows_has_a_colour_too() -> None:
    chart = share_charts.segment_treemap(cross(1).assign(segment="Strange"), {})
    check(chart)
    assert "Other" in texts(chart)
    assert len(areas(chart, ["other"])) == 2


def test_a_tile_names_its_segment_and_share_only_where_they_fit() -> None:
    one = pd.DataFrame([("Lost", "All", 97), ("Champions", "All", 2), ("At Risk", "All", 1)],
                       columns=["segment", "cluster_label", "customers"])  # fmt: skip
    found = texts(treemap(one))
    assert {"Lost", "97%"} <= set(found)
    assert "Champions" not in found
    assert "1%" not in found


@pytest.mark.parametrize(("count", "size"), [(1, 3), (2, 40), (5, 1.1), (10, 1.2), (10, 2), (10, 9), (50, 1.02)])
def test_any_number_of_clusters_keeps_its_labels_apart(count: int, size: float) -> None:
    frame = cross(count, size=size)
    chart = treemap(frame[frame["customers"] > 0])
    check(chart)
    assert not chart.wide
    whole = {word for name in [*ELEVEN, *frame["cluster_label"]] for word in name.split()}
    for text in texts(chart)[: -len(rows_of(chart))]:
        words = [word for word in text.split() if word.isalpha() and not text.endswith("…")]
        assert set(words) <= whole | {"High", "value", "New", "At", "risk", "Churned"}, "a broken word"


@pytest.mark.parametrize("tiny", range(1, 9))
def test_bare_numbers_and_names_above_the_blocks_keep_apart(tiny: int) -> None:
    sizes = [6000, 5000, *[40 - place for place in range(tiny)]]
    label = "The customers with many words in one name"
    rows = [("Lost", f"{label} {chr(65 + place)}", size) for place, size in enumerate(sizes)]
    chart = treemap(pd.DataFrame(rows, columns=["segment", "cluster_label", "customers"]))
    check(chart)
    heads = texts(chart)[: -len(rows_of(chart))]
    assert not [text for text in heads if text.endswith("…") and len(text) < 8]


def test_clusters_are_numbered_by_size_as_in_the_list() -> None:
    chart = treemap(cross(10, size=1.5))
    numbers = [text for text in rows_of(chart) if re.fullmatch(r"\d{1,2}", text)]
    assert numbers == list(map(str, range(1, 11)))
    heads = texts(chart)[: -len(rows_of(chart))]
    assert [text for text in heads if re.fullmatch(r"\d{1,2}", text)] == numbers


def test_cluster_colours_are_ten_different_ones_and_of_the_palette() -> None:
    for theme in (0, 1):
        assert len({pair[theme] for pair in CLUSTER_COLOURS}) == 10
    assert len(VARIABLES) == len(PALETTE), "two names for one light colour"
    assert {cluster_colour(cluster) for cluster in range(10)} <= set(PALETTE)
