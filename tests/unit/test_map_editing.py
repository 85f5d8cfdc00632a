"""Cells of a map go to another segment, and the rest of the map stays as it is."""

import pytest

from segmentation.common.errors import UserError
from segmentation.config.segment_maps import map_bins, parse_map
from segmentation.config.segment_maps.editing import with_cells
from segmentation.config.segment_maps.form import all_cells
from segmentation.pages.whatif import shipped_maps

EXAMPLE = """\
bins: 3
overlaps: first_wins
segments:
  - {name: Best, group: High value, meaning: "Yes: all", action: "# go", cells: ["333", "332"], claims: [{every: {bought_at_least: 2}}]}
  - {name: No, group: New, meaning: m, action: a, rules: [{recency: 3}]}
others: {name: Rest, group: Churned, meaning: m, action: a}
"""  # noqa: E501


def edited(text: str, cells: list[str], name: str, bins: int = 3) -> dict:
    found = parse_map(with_cells(text, parse_map(text, "t", bins), bins, cells, name), "t", bins)
    return {one.name: one for one in found}


def test_the_cells_go_to_the_segment_and_no_others(caplog) -> None:
    before = {one.name: one for one in parse_map(EXAMPLE, "t", 3)}
    after = edited(EXAMPLE, ["111", "333"], "No")
    assert set(after["No"].cells) == {*before["No"].cells, "111", "333"}
    assert set(after["Best"].cells) == {"332"}
    assert set(after["Rest"].cells) == set(before["Rest"].cells) - {"111"}
    for name, one in before.items():
        assert (after[name].group, after[name].meaning, after[name].action) == (one.group, one.meaning, one.action)
        assert after[name].claims == one.claims


def test_a_segment_without_cells_goes() -> None:
    assert set(edited(EXAMPLE, ["333", "332"], "No")) == {"No", "Rest"}
    assert set(edited(EXAMPLE, list(all_cells(3)), "Rest")) == {"Rest"}


@pytest.mark.parametrize("name", sorted(shipped_maps()))
def test_each_map_that_comes_along_stays_the_same_without_cells(name: str) -> None:
    text = shipped_maps()[name]
    bins = map_bins(name)
    before = parse_map(text, "t", bins)
    after = edited(text, [], before[0].name, bins)
    assert {one.name: set(one.cells) for one in before} == {key: set(one.cells) for key, one in after.items()}
    assert [one.claims for one in before] == [after[one.name].claims for one in before]


@pytest.mark.parametrize(("cells", "name"), [(["111"], "Nobody"), (["999"], "No"), (["../x"], "No")])
def test_a_cell_or_segment_that_is_none_is_refused(cells: list[str], name: str) -> None:
    with pytest.raises(UserError):
        with_cells(EXAMPLE, parse_map(EXAMPLE, "t", 3), 3, cells, name)
