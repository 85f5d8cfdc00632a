"""What a user gives is read within limits, and what is wrong with it is one sentence."""

import os
import resource
from pathlib import Path

import pytest
from hostile_values import BAD_PATHS, BAD_VALUES, BAD_YAML, TEXTS

from segmentation.config.user_input import MOST_BYTES, Unreadable, file_named, load_yaml, path_of, read_bytes


def fault_of(content: str | bytes, as_texts: bool = False) -> str:
    with pytest.raises(Unreadable) as refused:
        load_yaml(content, as_texts)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return str(refused.value)


def check_sentence(message: str) -> None:
    assert "\n" not in message
    assert len(message) < 500
    assert not message.endswith(".")


# YAML
@pytest.mark.parametrize("as_texts", [False, True])
@pytest.mark.parametrize("case", BAD_YAML)
def test_yaml_that_is_hostile_is_one_sentence(case: str, as_texts: bool) -> None:
    text, said = BAD_YAML[case]
    message = fault_of(text, as_texts)
    assert said in message
    check_sentence(message)


@pytest.mark.parametrize("case", BAD_VALUES)
def test_a_value_that_is_none_is_one_sentence_and_a_text_to_who_reads_texts(case: str) -> None:
    text, said = BAD_VALUES[case]
    message = fault_of(f"a: {text}")
    assert said in message
    assert message.endswith("put it in quotes if it is a text")
    check_sentence(message)
    assert load_yaml(f"a: {text}", as_texts=True) == {"a": text}


def test_yaml_of_bytes_in_no_encoding_is_one_sentence() -> None:
    assert fault_of(b"a: \xff") == "this is no YAML: invalid start byte"


def test_what_people_write_is_read() -> None:
    text = "a: &a {x: 1, y: [No, 2023-02-28]}\nb: *a\nc: {<<: *a, x: 2}\nd: ~\ne: 'null'\n"
    inner = {"x": "1", "y": ["No", "2023-02-28"]}
    assert load_yaml(text, as_texts=True)["b"] == inner
    assert load_yaml(text)["c"]["x"] == 2
    assert load_yaml(text)["a"]["y"][0] is False
    assert [load_yaml("a: ~\nb: 'null'", as_texts=one) for one in (True, False)] == [
        {"a": "", "b": "null"},
        {"a": None, "b": "null"},
    ]
    assert load_yaml("") is None
    assert load_yaml("a: b".encode("utf-16")) == {"a": "b"}


def test_a_text_up_to_the_limit_is_read() -> None:
    assert load_yaml(f"a: {'x' * (MOST_BYTES - 3)}")
    assert load_yaml("[" * 20 + "]" * 20)
    assert "nested too deeply" in fault_of("[" * 21 + "]" * 21)


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_is_more_than_a_sentence_or_a_value(text: str) -> None:
    before = most_memory()
    for as_texts in (False, True):
        try:
            load_yaml(text, as_texts)
        except Unreadable as fault:
            check_sentence(str(fault))
    assert most_memory() - before < 500_000


def most_memory() -> int:
    """The most memory that this process has had, in kB: tests before this one may have taken much."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# Paths and files
@pytest.mark.parametrize("case", BAD_PATHS)
def test_a_path_that_cannot_be_is_one_sentence(case: str) -> None:
    text, said = BAD_PATHS[case]
    with pytest.raises(Unreadable) as refused:
        path_of(text)
    assert said in str(refused.value)
    check_sentence(str(refused.value))
    assert file_named(text) is None


def test_a_home_is_resolved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "m.yaml").touch()
    assert file_named("~/m.yaml") == path_of("~/m.yaml") == tmp_path / "m.yaml"
    assert file_named("~") is None


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(b"x" * 10)
    assert read_bytes(path, 10) == b"x" * 10
    with pytest.raises(Unreadable, match="is larger than 9 bytes, the most that is read of such a file"):
        read_bytes(path, 9)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    for place, said in [
        ("pipe", "is not a file"), (".", "is not a file"), ("/dev/zero", "is not a file"),
        ("gone", "cannot be read: No such file"), ("circle", "cannot be read: Too many levels"),
        ("a\0", "cannot be read: .*embedded null"), ("x" * 300, "cannot be read: File name too long"),
    ]:  # fmt: skip
        with pytest.raises(Unreadable, match=said):
            read_bytes(tmp_path / place)
