"""The form of a segment map: every key, text and score that is wrong is refused by name."""

import pytest
import yaml
from hostile_values import TEXTS as HOSTILE
from test_segment_maps import OTHERS, TEXTS, chain, read, refusal, small_map

from segmentation.common.errors import UserError
from segmentation.config.segment_maps import parse_map


def says(text: str) -> str:
    """What a file of this text is told."""
    with pytest.raises(UserError) as refused:
        parse_map(text, "mine.yaml")
    return str(refused.value)


# The file
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file is empty; it needs the key segments"),
        ("# only a comment", "the file is empty; it needs the key segments"),
        ("~", "the file is empty; it needs the key segments"),
        ("- a list", "the file is [a list]; it takes the keys bins, overlaps, segments, others"),
        ("a text", "the file is 'a text'; it takes the keys bins, overlaps, segments, others"),
        ("bins: 5", "the key segments is missing; it takes a list of segments"),
        ("segments:", "segments is empty; it takes a list of segments"),
        ("segments: []", "segments is empty; it takes a list of segments"),
        ("segments: 5", "segments is '5'; it takes a list of segments"),
        ("segment: []", "the file has the unknown key 'segment'; known are bins, overlaps, segments, others"),
        ("bins: 5\nbins: 6", "the key 'bins' stands twice in one place, from line 1 on"),
        ("# a comment\nbins: 5\nbins: 6", "the key 'bins' stands twice in one place, from line 2 on"),
        ("overlaps: yes\nsegments: [a]", "overlaps is 'yes'; allowed are refused and first_wins"),
        ("segments: [A]", "segment 1 is 'A'; it takes the keys name, group, meaning, action, cells, rules, claims"),
        ("segments: [{name: A, name: B}]", "the key 'name' stands twice in one place, from line 1 on"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, fault: str) -> None:
    assert says(text) == f"Segment map mine.yaml: {fault}."


@pytest.mark.parametrize("bins", [2, 11, 0, -5, 5.5, "five", "", None, [5], "5" * 5000])
def test_bins_out_of_range_or_no_whole_number_are_refused(bins: object) -> None:
    message = refusal(small_map(), bins=bins)
    assert message.startswith("Segment map mine.yaml: bins is ")
    assert message.endswith("; allowed are whole numbers from 3 to 10.")
    assert len(message) < 200


@pytest.mark.parametrize("bins", [3, 10])
def test_the_fewest_and_the_most_bins_can_be_used(bins: int) -> None:
    assert len(read(chain([{"recency": bins}, {"recency": [1, bins - 1]}]), bins, bins=bins)[0].cells) == bins**3


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("segments: [", r"this is no YAML \(line 1\): "),
        ("bins: 5\nsegments: ]", r"this is no YAML \(line 2\): "),
        ("a: 1\n---\nb: 1", r"this is no YAML \(line 2\): "),
        ("segments: \x07", "this is no YAML: special characters are not allowed"),
        ("segments: &a [*a]", "the alias 'a' in line 1 stands for nothing that ends before it"),
        ("[a]: b\n? {b: c}\n: d", "this is no YAML"),
        ("[" * 1000, "line 1 is nested too deeply"),
    ],
)
def test_a_file_that_is_not_yaml_is_refused_by_name(text: str, fault: str) -> None:
    with pytest.raises(UserError, match=rf"^Segment map mine\.yaml: {fault}") as refused:
        parse_map(text, "mine.yaml")
    assert refused.value.__suppress_context__  # no trace of the reader
    assert "\n" not in str(refused.value)


def test_a_tag_runs_nothing() -> None:
    assert "apply:os.getcwd' in line 1 is not allowed" in says("segments: !!python/object/apply:os.getcwd []")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_told_shortly(text: str) -> None:
    message = says(text)
    assert "\n" not in message
    assert len(message) < 2000


# A segment's keys and texts
@pytest.mark.parametrize("key", ["name", "group", "meaning", "action"])
def test_a_segment_without_a_key_is_refused_with_that_key(key: str) -> None:
    entries, others = small_map(), dict(OTHERS)
    del entries[1][key], others[key]
    called = "segment 2" if key == "name" else "segment 2 ('Rest')"
    assert refusal(entries) == f"Segment map mine.yaml: {called} has no {key}; it needs name, group, meaning, action."
    assert f"others has no {key};" in refusal(small_map(), others=others).replace(" ('Others')", "")


@pytest.mark.parametrize("key", ["name", "group", "meaning", "action"])
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", "is empty; it takes a text"),
        (" ", "is empty; it takes a text"),
        (None, "is empty; it takes a text"),
        (["a"], "is [a]; it takes a text"),
        ({"a": "b"}, "is {'a': 'b'}; it takes a text"),
        ("a\x07b", "holds the control character U+0007; remove it"),
        ("a\x07b\u202e", "holds the control character U+0007; remove it"),
        ("a\u202eb", "holds the control character U+202E; remove it"),
        ("a\u200bb", "holds the control character U+200B; remove it"),
    ],
)
def test_a_text_that_is_none_is_refused(key: str, value: object, fault: str) -> None:
    entries = small_map()
    entries[1][key] = value
    assert f": {key} {fault}." in refusal(entries)


def test_a_name_is_on_one_line_and_a_meaning_may_be_on_several() -> None:
    entries = small_map()
    entries[0]["meaning"] = "Two\nlines.\n"
    assert read(entries)[0].meaning == "Two lines."
    for key in ("name", "group"):
        assert f"{key} holds the control character U+000A" in refusal([{**entries[0], key: "a\nb"}])


@pytest.mark.parametrize("key", ["name", "group"])
def test_a_name_that_is_too_long_is_refused(key: str) -> None:
    entries = small_map()
    entries[0][key] = "n" * 60
    assert getattr(read(entries)[0], key) == "n" * 60
    entries[0][key] = "n" * 61
    assert f"{key} is 61 characters long; allowed are 60." in refusal(entries)


@pytest.mark.parametrize("written", ["7", "1.50", "No", "2024-01-01", "'null'", "日本語", "می\u200cخواهم"])
def test_a_name_is_taken_as_it_is_written(written: str) -> None:
    text = yaml.safe_dump({"segments": small_map()}, allow_unicode=True).replace("name: Best", f"name: {written}")
    assert parse_map(text, "mine.yaml")[0].name == written.strip("'")


@pytest.mark.parametrize("name", ["new", "gone"])
def test_the_names_of_those_outside_are_refused(name: str) -> None:
    assert f"no segment can have the name '{name}'; the table of moves" in refusal([{**small_map()[0], "name": name}])
    assert f"the name '{name}'" in refusal(small_map(), others={**OTHERS, "name": name})


@pytest.mark.parametrize("name", ["Rest", "REST", " Rest "])
def test_a_name_given_twice_is_refused(name: str) -> None:
    entries = small_map()
    entries[0]["name"] = name
    fault = f"segments named twice: {name.strip()!r}, 'Rest'; give each a name of its own."
    assert refusal(entries) == f"Segment map mine.yaml: {fault}"
    assert "segments named twice: 'Best', 'Best'" in refusal(small_map(), others={**OTHERS, "name": "Best"})


@pytest.mark.parametrize("raw", [None, "Others", ["Others"]])
def test_others_of_another_form_is_refused(raw: object) -> None:
    assert "; it takes the keys name, group, meaning, action, claims." in refusal(small_map(), others=raw)


@pytest.mark.parametrize("key", ["cells", "rules", "colour"])
def test_others_takes_no_cells_and_no_rules(key: str) -> None:
    message = refusal(small_map(), others={**OTHERS, key: [111]})
    known = "name, group, meaning, action, low_spend_action, claims"
    assert f"others ('Others') has the unknown key '{key}'; known are {known}." in message


def test_the_first_of_several_faults_of_a_kind_is_named() -> None:
    message = refusal([{**small_map()[0], "colour": "red", "shape": "round"}])
    assert "has the unknown key 'colour'; known are" in message
    entries = [{**entry, "name": name} for entry, name in zip(small_map(), ("gone", "new"), strict=True)]
    assert "no segment can have the name 'gone'; the table of moves" in refusal(entries)


@pytest.mark.parametrize(
    ("given", "shown"), [("x" * 68, repr("x" * 68)), ("x" * 69, "'" + "x" * 59 + "..."), (["a"] * 24, None)]
)
def test_what_a_file_has_is_shown_whole_up_to_70_signs(given: object, shown: str | None) -> None:
    shown = shown or f"[{', '.join(given)}]"[:60] + "..."
    assert says(yaml.safe_dump(given)) == f"Segment map mine.yaml: the file is {shown}; it takes the keys bins, " + (
        "overlaps, segments, others."
    )


@pytest.mark.parametrize("name", [["A"], {"A": "B"}])
def test_a_segment_whose_name_is_no_text_is_called_by_its_place(name: object) -> None:
    assert refusal([{**small_map()[0], "name": name}]).startswith("Segment map mine.yaml: segment 1: name is ")


def test_an_unknown_key_of_a_segment_is_refused() -> None:
    message = refusal([{**small_map()[0], "colour": "red"}])
    assert "segment 1 ('Best') has the unknown key 'colour'; known are name, group, meaning," in message


# Cells and rules
def test_a_segment_has_either_cells_or_rules() -> None:
    segment = {"name": "A", **TEXTS}
    assert "segment 1 ('A') has neither cells nor rules; give one of them." in refusal([segment])
    both = {**segment, "cells": [111], "rules": [{}]}
    assert "segment 1 ('A') has both cells and rules; keep one of them." in refusal([both])


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("cells", None, "cells is empty; it takes a list such as [555, 554]"),
        ("cells", [], "cells is empty; it takes a list such as [555, 554]"),
        ("cells", 555, "cells is '555'; it takes a list such as [555, 554]"),
        ("rules", None, "rules is empty; it takes a list such as [{recency: 1}]"),
        ("rules", {"recency": 1}, "rules is {'recency': '1'}; it takes a list such as [{recency: 1}]"),
        ("rules", ["555"], "rule 1 of segment 1 ('A') is '555'; it takes the keys recency, frequency, monetary"),
        ("rules", [None], "rule 1 of segment 1 ('A') is empty; it takes the keys recency, frequency, monetary"),
        ("rules", [{"money": 1}], "has the unknown key 'money'; known are recency, frequency, monetary"),
    ],
)
def test_cells_and_rules_of_another_form_are_refused(key: str, value: object, fault: str) -> None:
    assert f"{fault}." in refusal([{"name": "A", **TEXTS, key: value}])


@pytest.mark.parametrize("cell", [516, 55, 5555, 505, "5-5-5", "", 5.5, True, [555], {"a": "b"}, "٥٥٥"])
def test_cells_that_do_not_exist_are_refused(cell: object) -> None:
    entries = small_map()
    entries[0]["cells"].append(cell)
    message = refusal(entries)
    assert message.startswith("Segment map mine.yaml: segment 1 ('Best') has cells that do not exist: ")
    assert message.endswith("; a cell is three scores from 1 to 5, recency first, such as 554.")


def test_a_number_with_a_zero_in_front_is_no_cell() -> None:
    # For YAML it is octal: 0555 would be the cell 365.
    text = yaml.safe_dump({"segments": small_map()}).replace("- 555\n", "- 0555\n")
    assert "cells that do not exist: '0555';" in says(text)


def test_a_cell_listed_twice_is_refused() -> None:
    entries = small_map()
    entries[0]["cells"] += [555, 554]
    assert "segment 1 ('Best') has cells twice: 554, 555; name each once." in refusal(entries)


@pytest.mark.parametrize(
    ("scores", "fault"),
    [
        (0, "is '0'; scores go from 1 to 5"),
        (6, "is '6'; scores go from 1 to 5"),
        ([0, 3], "is [0, 3]; scores go from 1 to 5"),
        ([3, 6], "is [3, 6]; scores go from 1 to 5"),
        ([1, 0], "is [1, 0]; scores go from 1 to 5"),
        ([4, 2], "is [4, 2]; the lowest score comes first"),
        ([1, "x", 3], "is [1, x, 3]; it takes a score from 1 to 5, or [lowest, highest]"),
        (["x", 3], "is [x, 3]; it takes a score from 1 to 5, or [lowest, highest]"),
        ([4], "is [4]; it takes a score from 1 to 5, or [lowest, highest]"),
        ([1, 2, 3], "is [1, 2, 3]; it takes a score from 1 to 5, or [lowest, highest]"),
        ([], "is empty; it takes a score from 1 to 5, or [lowest, highest]"),
        (None, "is empty; it takes a score from 1 to 5, or [lowest, highest]"),
        ("4-5", "is '4-5'; it takes a score from 1 to 5, or [lowest, highest]"),
        ({"from": 1}, "is {'from': '1'}; it takes a score from 1 to 5, or [lowest, highest]"),
        (2.5, "is '2.5'; it takes a score from 1 to 5, or [lowest, highest]"),
    ],
)
@pytest.mark.parametrize("metric", ["recency", "frequency", "monetary"])
def test_scores_out_of_range_are_refused(metric: str, scores: object, fault: str) -> None:
    message = refusal(chain([{}, {metric: scores}]))
    assert message == f"Segment map mine.yaml: rule 2 of segment 1 ('A'): {metric} {fault}."
