"""The page about segment maps: its pictures show each cell's segment, texts stay texts, and its example works."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
import yaml
from test_charts import HOSTILE, contrast
from test_segment_maps import OTHERS, chain, read

from segmentation.config.segment_maps import Segment, claim_words, claims, load_map, map_bins, parse_map
from segmentation.config.segment_maps.form import all_cells
from segmentation.config.settings import segment_map_names
from segmentation.running.docs import map_reference
from segmentation.stages.charts import map_pictures
from segmentation.stages.charts.drawing import SVG
from segmentation.stages.charts.map_pictures import CELL, TITLE, colour, picture
from segmentation.stages.charts.palette import GROUP_COLOURS, PALETTE

# What a viewer without one kind of cones sees, for linear red, green and blue (Machado and others, 2009).
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
GROUPS = [*GROUP_COLOURS, "Other"]


def shown_cells(svg: str, bins: int) -> dict[str, int]:
    """The number that each cell shows, read from its place."""
    found = {}
    for panel in ET.fromstring(svg).iter(SVG + "g"):
        head, *texts = [(float(t.get("x")), float(t.get("y")), t.text) for t in panel.iter(SVG + "text")]
        for x, y, text in texts:
            recency, frequency = int(x // CELL) + 1, bins - int((y - TITLE) // CELL)
            if frequency:  # below are the scores of the axis
                found[f"{recency}{frequency}{head[2].removeprefix('Monetary ')}"] = int(text)
    return found


def legend(svg: str) -> list[str]:
    return [node.text for node in ET.fromstring(svg).findall(SVG + "text")]


def numbers_of(segments: tuple[Segment, ...]) -> dict[str, int]:
    return {cell: place for place, segment in enumerate(segments, 1) for cell in segment.cells}


@pytest.mark.parametrize("name", segment_map_names())
def test_a_picture_shows_the_segment_of_every_cell(name: str) -> None:
    segments = load_map(name, map_bins(name))
    svg = picture(segments, map_bins(name))
    assert shown_cells(svg, map_bins(name)) == numbers_of(segments)
    texts = legend(svg)
    for segment in segments:
        place = texts.index(segment.name)
        assert texts[place + 1 : place + 3] == [segment.group, str(len(segment.cells))]


@pytest.mark.parametrize("bins", range(3, 11))
def test_a_map_of_any_number_of_bins_can_be_drawn(bins: int) -> None:
    segments = read(
        chain([{"recency": 1}], [{"frequency": bins}]), bins, bins=bins, overlaps="first_wins", others=OTHERS
    )
    svg = picture(segments, bins)
    assert shown_cells(svg, bins) == numbers_of(segments)
    assert len(shown_cells(svg, bins)) == bins**3
    _, _, width, height = map(int, ET.fromstring(svg).get("viewBox").split())
    assert width <= 760
    for panel in ET.fromstring(svg).iter(SVG + "g"):
        x, y = map(int, re.findall(r"\d+", panel.get("transform")))
        assert x + bins * CELL < width
        assert y + bins * CELL < height


def test_a_line_stands_wherever_two_segments_meet() -> None:
    svg = picture(read(chain([{"recency": 3}], [{"recency": [1, 2]}]), 3, bins=3), 3)
    lines = ET.fromstring(svg).find(f"{SVG}g/{SVG}path").get("d")
    assert re.findall(r"M(\d+) \d+(.)", lines) == [(str(2 * CELL), "v")] * 3


def test_long_names_are_shortened_and_none_is_markup() -> None:
    entries = chain([{"recency": 1}], [{"recency": [2, 5]}])
    entries[0] |= {
        "name": "A name that is as long as it may be, sixty characters long..",
        "group": "A group of my own that is long",
    }
    assert {"A name that is as…", "A group of my…"} <= set(legend(picture(read(entries), 5)))
    hostile = (Segment(HOSTILE, HOSTILE, "m", "a", all_cells()),)
    assert "<script" not in picture(hostile, 5)
    assert "\u202e" not in picture(hostile, 5)


def test_the_numbers_can_be_read_on_every_group() -> None:
    assert set(map_pictures.TINTS) == {*GROUP_COLOURS.values(), "other"}
    for group in GROUPS:
        assert contrast(PALETTE["ink"][0], colour(group)) >= 4.5


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_groups_keep_apart_for_every_kind_of_colour_blindness(kind: str) -> None:
    def seen(group: str) -> tuple[float, ...]:
        """Lightness and the two hues of CIE Lab, of which 15 is a difference that is seen at a glance."""
        parts = [int(colour(group)[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        rgb = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        rgb = [sum(share * part for share, part in zip(row, rgb, strict=True)) for row in BLINDNESS[kind]]
        red, green, blue = (min(max(part, 0), 1) for part in rgb)
        x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
        y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
        x, y, z = (value ** (1 / 3) for value in (x, y, z))
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    for one, other in combinations(map(seen, GROUPS), 2):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 >= 15


# The page
def test_the_example_on_the_page_is_a_map() -> None:
    page = map_reference.PAGE.read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(# Three.*?)```", page, re.S)
    assert text == map_reference.EXAMPLE
    segments = parse_map(text, "example", map_reference.EXAMPLE_BINS)
    rule, cells = re.search(r"`(\{recency: 3.*?\})` is the same as `cells: (\[.*?\])`", page).groups()
    assert yaml.safe_load(text)["segments"][0]["rules"] == [yaml.safe_load(rule)]
    assert list(segments[0].cells) == [str(cell) for cell in yaml.safe_load(cells)]


def test_the_page_has_every_map_once_the_default_first() -> None:
    page = map_reference.PAGE.read_text(encoding="utf-8").replace("\\", "")
    others = [name for name in segment_map_names() if name != "came_back"]
    heads = re.findall(r"^## (.*)", page, re.M)
    assert heads == ["came_back", *others, "Write a map of your own", "What a name claims", "What is checked"]
    for name in segment_map_names():
        for segment in load_map(name, map_bins(name)):
            assert (
                f"| {segment.name} | {segment.group} | {len(segment.cells)} | {segment.meaning} | {segment.action} |"
                in page
            )


def test_there_is_no_picture_of_a_map_that_is_gone() -> None:
    assert set(map_reference.IMAGES.glob("*segment-map*.svg")) == set(map_reference.pages()) - {map_reference.PAGE}


def test_a_text_with_signs_of_markdown_shows_as_it_is() -> None:
    assert map_reference._plain("a|b <b> *c* `d` [e](f)") == r"a\|b \<b\> \*c\* \`d\` \[e\](f)"


def test_the_page_states_the_claims_of_every_map() -> None:
    page = map_reference.PAGE.read_text(encoding="utf-8")
    said = "| Champions | all bought at least twice; all are in the top fifth of spend; on average they spent at least "
    assert said + "1.5 times what all did; " in page
    keys = re.findall(r"^\| (`.*?`) \| ", page.partition("## What a name claims")[2], re.M)
    assert set(re.findall(r"`(\w+)`", " ".join(keys))) == {*claims.CONDITIONS, *claim_words.KINDS}


def test_the_example_of_claims_can_be_read() -> None:
    page = map_reference.PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(claims:.*?)```", page, re.S)
    found = claims.read_claims(yaml.load(example, yaml.BaseLoader)["claims"], "it")
    assert [claim.text for claim in found] == [
        "all bought at least twice",
        "none are in the top fifth of spend",
        "at least 75% are in the two fifths who bought last",
        "on average they spent at least 1.5 times what all did",
        "all are in the top fifth of spend, or bought at least twice and are in the top two fifths of spend",
    ]
