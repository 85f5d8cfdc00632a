"""The words behind `make run`: a misspelt one is refused with the nearest name, and what is none of ours is let be."""

import os
import subprocess

import pytest

from segmentation.common.errors import UserError
from segmentation.common.paths import PROJECT
from segmentation.common.spelling import is_slip, nearest
from segmentation.running.local import __main__ as commands
from segmentation.running.local import run as local_run
from segmentation.running.local.words import GIVEN, PARAMS, check_words


def given(words: str, **variables: str) -> dict[str, str]:
    """The environment of `make run` with these words behind it."""
    return {GIVEN: words, **dict.fromkeys(words.split(), "1"), **variables}


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("FREQUENCY_EDGE", "FREQUENCY_EDGES"),
        ("FREQUENCYEDGES", "FREQUENCY_EDGES"),
        ("frequency_edges", "FREQUENCY_EDGES"),
        ("KMAX", "K_MAX"),
        ("WINDOW", "WINDOW_MONTHS"),
        ("SEGMENTS_MAP", "SEGMENT_MAP"),
        ("SEGMENTATION_MAP", "SEGMENT_MAP"),
        ("BIN", "BINS"),
        ("FILE", "FILES"),
        ("MAPPING", "ORDERS_MAPPING"),
        ("ASOF", "AS_OF"),
        ("EXCLUDE", "EXCLUDED"),
    ],
)
def test_a_misspelt_word_is_refused_with_the_nearest_name(word: str, right: str) -> None:
    with pytest.raises(UserError, match=rf"^{word}= is no param, .* Did you mean {right}\?"):
        check_words(given(f"SOURCE {word}"))


def test_a_word_like_none_is_refused_too() -> None:
    with pytest.raises(UserError, match=r"^COLOUR= is no param, and would count for nothing\. The params are in"):
        check_words(given("COLOUR"))


def test_every_param_and_short_word_is_taken() -> None:
    check_words(given(" ".join(PARAMS)))
    assert {"FILES", "EXCLUDED", "FREQUENCY_EDGES"} < set(PARAMS)


def test_a_target_takes_words_of_its_own_besides() -> None:
    check_words(given("FROM TO ACTIVE"), ("FROM", "TO", "ACTIVE"))
    with pytest.raises(UserError, match=r"^FROMM= is no param.* Did you mean FROM\?"):
        check_words(given("FROMM TO"), ("FROM", "TO"))
    with pytest.raises(UserError, match="FROM= is no param"):
        check_words(given("FROM"))


def test_variables_of_other_programs_may_stand_behind_the_target() -> None:
    check_words(
        given("PYTHON SEGMENTATION_WAREHOUSE AIRFLOW_PORT HF_TOKEN https_proxy TMPDIR JAVA_HOME SPARK_CONF_DIR")
    )


@pytest.mark.parametrize("word", ["FREQUENCY_EDGE", "FREQUENCY_EGDES", "FREQUENCY_EDGESS", "FRAQUENCY_EDGES", "KMAX"])
def test_a_variable_one_slip_away_from_a_param_is_refused(word: str) -> None:
    with pytest.raises(UserError, match=rf"variable {word} of the environment.*Did you mean (FREQUENCY_EDGES|K_MAX)\?"):
        check_words({word: "2;3;4;7", "HOME": "/home/me"})


def test_the_rest_of_the_environment_is_let_be() -> None:
    check_words(
        {"HOME": "/", "FORCE_COLOR": "1", "SOURCES": "x", "BIN": "b", "SCORES": "", "EDGES": "", "FREQUENCY": ""}
    )
    check_words(dict(os.environ) | {"PYTHONPATH": "include"})


def test_a_near_name_is_let_be_where_the_right_one_is_given() -> None:
    check_words(given("FILES_PATH", FILE_PATH="/of/something/else"))


def test_run_refuses_before_anything_is_prepared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(commands, "run", lambda params: pytest.fail("it ran"))
    monkeypatch.setattr(commands, "backfill", lambda params: pytest.fail("it ran"))
    monkeypatch.setenv("FREQUENCY_EDGE", "2;3;4;7")
    assert commands.main(["run"]) == 2
    assert capsys.readouterr().out.startswith("Refused: The variable FREQUENCY_EDGE")
    assert commands.main(["backfill"]) == 1
    assert capsys.readouterr().out.startswith("Failed: The variable FREQUENCY_EDGE")


def test_a_map_that_there_is_not_costs_no_start_of_airflow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(local_run, "prepare", lambda: pytest.fail("it got ready"))
    assert local_run.run({"segment_map": "maps/nowhere.yaml"}) == 2
    assert capsys.readouterr().out.startswith("Refused: Param segment_map: there is no map and no file")


@pytest.mark.slow
@pytest.mark.parametrize("target", ["run", "backfill"])
def test_make_hands_on_what_stands_behind_the_target(target: str) -> None:
    """Also a word like no param, which could as well be a variable of the environment."""
    command = ["make", "-o", ".venv/ready", target, "COLOUR=a b;c $$x", "K=4"]
    own = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(command, cwd=PROJECT, env={**own, "MOOD": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "COLOUR= is no param" in done.stdout


# Likeness
def test_names_are_compared_without_case_and_underscores() -> None:
    assert nearest("FrequencyEdge", ["frequency_edges", "monetary_edges"]) == "frequency_edges"
    assert nearest("xyz", ["frequency_edges"]) is None
    assert nearest("xyz", []) is None


@pytest.mark.parametrize(
    ("name", "slips"),
    [("abcd", False), ("abc", True), ("bcd", True), ("abcde", True), ("abxd", True), ("abdc", True), ("a_bcd", True),
     ("badc", False), ("abxx", False), ("ab", False), ("a_b_c_d", True)],
)  # fmt: skip
def test_one_slip_is_one_letter_or_two_swapped(name: str, slips: bool) -> None:
    assert is_slip(name, "abcd") is slips
