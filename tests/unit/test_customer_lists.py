"""The lists of customers: which there are, and what their files are called."""

import re

import pytest

from segmentation.config.segment_maps import Segment, load_map, map_bins
from segmentation.config.settings import segment_map_names
from segmentation.stages.report.exports import CustomerList, file_names, lists


def segment(name: str, group: str = "High value") -> Segment:
    return Segment(name, group, "meaning", "action", ())


@pytest.mark.parametrize("name", segment_map_names())
def test_every_segment_of_a_map_has_a_list(name: str) -> None:
    segments = load_map(name, map_bins(name))
    assert [each.segment for each in lists(segments, has_previous=False)] == [each.name for each in segments]


def test_who_moved_into_risk_has_a_list_where_there_is_a_month_before() -> None:
    segments = (segment("Champions"), segment("At Risk", "At risk"), segment("Can't Lose Them", "At risk"))
    assert lists(segments, has_previous=True) == [
        CustomerList("champions", "Champions", only_moved=False),
        CustomerList("at-risk", "At Risk", only_moved=False),
        CustomerList("cant-lose-them", "Can't Lose Them", only_moved=False),
        CustomerList("moved-into-at-risk", "At Risk", only_moved=True),
        CustomerList("moved-into-cant-lose-them", "Can't Lose Them", only_moved=True),
    ]
    assert len(lists(segments, has_previous=False)) == 3


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["Champions", "New  &  Shiny!"], ["champions", "new-shiny"]),
        (["A b", "a-B", "c"], ["segment-1", "segment-2", "c"]),  # the same name twice
        (["冠军", "מתים", "c"], ["segment-1", "segment-2", "c"]),  # nothing left
        (["Moved into At Risk", "At Risk"], ["segment-1", "at-risk"]),  # the name of another list
        (["Segment 2", "c"], ["segment-1", "c"]),  # a name that a place may get
        (["../../etc/passwd", "CON/..\\x"], ["etc-passwd", "con-x"]),  # no way out of the folder
        (["=HYPERLINK(1)", '<script>"'], ["hyperlink-1", "script"]),
        (["x" * 300], ["x" * 60]),
        (["x" * 61, "x" * 62], ["segment-1", "segment-2"]),  # the same when cut
    ],
)
def test_a_file_is_named_after_its_segment(names: list[str], files: list[str]) -> None:
    assert file_names(names) == files
    assert all(re.fullmatch("[a-z0-9-]{1,60}", name) for name in files)
