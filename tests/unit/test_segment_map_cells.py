"""Which segment each cell goes to, and what a map is told whose cells do not work out."""

import pytest
from test_segment_maps import CELLS, OTHERS, chain, read, refusal, small_map

from segmentation.config.segment_maps.form import listed


def test_cells_in_no_segment_are_named() -> None:
    entries = small_map()
    entries[0]["cells"].remove(555)
    assert refusal(entries) == (
        "Segment map mine.yaml cannot be used. Cells in no segment: 555. "
        "Add them to one, or name a segment for them under `others`."
    )


def test_a_long_list_of_cells_is_cut() -> None:
    message = refusal(small_map()[1:])
    assert f"Cells in no segment: {', '.join(CELLS[100:120])} and 5 more. Add" in message


def test_cells_in_two_segments_are_named_with_both() -> None:
    entries = small_map()
    entries[0]["cells"] += [111, 112]
    assert "Cells in both 'Best' and 'Rest': 111, 112. Give each to one of them" in refusal(entries)


def test_rules_that_overlap_are_named_with_their_cells() -> None:
    message = refusal(chain([{"recency": [1, 3]}], [{"recency": [3, 5]}]), overlaps="refused")
    assert f"Cells in both 'A' and 'B': {', '.join(CELLS[50:70])} and 5 more. Give" in message
    assert read(chain([{"recency": [1, 3]}], [{"recency": [3, 5]}]), overlaps="first_wins")


def test_a_rule_that_is_never_reached_is_named_with_who_takes_its_cells() -> None:
    entries = chain([{"recency": 5}], [{"recency": 4}], [{"recency": [4, 5], "monetary": 1}, {}])
    assert refusal(entries, overlaps="first_wins") == (
        "Segment map mine.yaml cannot be used. Never reached: rule 1 (recency 4 to 5, monetary 1) of 'C', "
        "all its cells taken before by 'B', 'A'."
    )


@pytest.mark.parametrize("overlaps", ["refused", "first_wins"])
def test_a_rule_whose_cells_the_same_segment_has_is_never_reached(overlaps: str) -> None:
    message = refusal(chain([{}, {"recency": 1}]), overlaps=overlaps)
    assert "Never reached: rule 2 (recency 1) of 'A', all its cells taken before by 'A'." in message


@pytest.mark.parametrize(("count", "end"), [(20, "18, 19"), (21, "18, 19 and 1 more"), (45, "18, 19 and 25 more")])
def test_a_list_in_a_message_is_cut_after_twenty(count: int, end: str) -> None:
    assert listed(range(count)).endswith(end)


def test_listed_cells_that_are_taken_before_are_named() -> None:
    entries = small_map()
    entries[1]["cells"] += [555, 554]
    assert "Never reached: the cells 555, 554 of 'Rest', taken before by 'Best'." in refusal(
        entries, overlaps="first_wins"
    )


def test_a_segment_without_any_cell_is_named() -> None:
    message = refusal(chain([{}], [{"recency": 1}, {"recency": 2}]), overlaps="first_wins")
    assert message.endswith("Left without any cell: 'B', all its cells taken before by 'A'.")


def test_others_that_no_cell_reaches_is_refused() -> None:
    message = refusal(small_map(), others=OTHERS)
    assert message.endswith("`others` ('Others') is reached by no cell, for the segments have all. Remove it.")


def test_several_faults_are_named_at_once_and_many_are_cut() -> None:
    entries = small_map()
    entries[0]["cells"] = [111, *entries[0]["cells"][1:]]
    assert "Cells in both 'Best' and 'Rest': 111." in refusal(entries)
    assert "Cells in no segment: 511." in refusal(entries)


@pytest.mark.parametrize(
    ("faults", "end"), [(5, None), (6, "There is 1 more such fault."), (7, "There are 2 more such faults.")]
)
def test_after_five_faults_the_others_are_counted(faults: int, end: str | None) -> None:
    message = refusal(chain([{}, *[{"recency": 1}] * faults]))
    assert message.count("Never reached: ") == 5
    assert message.endswith(end) if end else "more such" not in message
