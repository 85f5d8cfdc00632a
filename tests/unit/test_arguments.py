"""The command line of the jobs: what Airflow renders, the jobs read back unchanged."""

from datetime import date
from typing import Any

import pytest
from jinja2.sandbox import SandboxedEnvironment

from segmentation.common.errors import UserError
from segmentation.config import settings
from segmentation.config.settings import FIELDS, parse
from segmentation.planning import arguments

FETCHED = {"source_version": "0123456789ab", "as_of": "2023-09-14", "segment_map": "eleven"}
# Values that a shell, argparse or a template engine would take for something else.
AWKWARD = [
    "-x",
    "--k=9",
    "--source-version=ffffffffffff",
    "a=b",
    "two words",
    " spaces around ",
    "it's",
    'say "no"',
    "'; rm -rf $HOME; `id` #",
    "first line\nsecond line",
    "ends with a newline\n",
    "back\\slash\\n",
    "{{ params.k }}",
    "{% raw %}",
    "{# no comment #}",
    "<b>&amp;</b>",
    "%s %(k)s",
    "@file",
    "für Größe, 日本 😀",
]


class FakeTaskInstance:
    def __init__(self, **fetched: str) -> None:
        self.fetched = FETCHED | fetched

    def xcom_pull(self, task_ids: str) -> dict[str, str]:
        return {"fetch": self.fetched}[task_ids]


def rendered(run_id: str = "manual__2023-09-14", **given: Any) -> list[str]:
    """The words as Airflow renders them from a form, filled with defaults."""
    params = {name: settings.json_default(name) for name in FIELDS} | given
    ti = FakeTaskInstance(segment_map=params["segment_map"])
    context = {"params": params, "ti": ti, "run_id": run_id}
    engine = SandboxedEnvironment()
    return [engine.from_string(word).render(context) for word in arguments.templates()]


def test_defaults_arrive_as_the_defaults() -> None:
    given = arguments.read(rendered())
    assert given.settings == parse({"as_of": "2023-09-14"})
    assert given.as_of == date(2023, 9, 14)
    assert (given.source_version, given.run_id) == ("0123456789ab", "manual__2023-09-14")


def test_the_resolved_as_of_date_counts_and_not_the_param() -> None:
    # The param may be empty; fetch resolves it once for all tasks.
    assert arguments.read(rendered(as_of=None)).as_of == date(2023, 9, 14)
    assert arguments.read(rendered(as_of="1999-01-01")).as_of == date(2023, 9, 14)


def test_every_param_is_handed_on_as_one_word() -> None:
    names = [word.partition("=")[0] for word in rendered()]
    expected = {f"--{name.replace('_', '-')}" for name in FIELDS} | {
        "--source-version",
        "--run-id",
        "--released",
    }
    assert len(names) == len(set(names))
    assert set(names) == expected


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_survive_as_a_path(text: str) -> None:
    given = arguments.read(rendered(source="files", files_path=text))
    assert given.settings == parse({"source": "files", "files_path": text, "as_of": "2023-09-14"})
    assert given.settings.files_path == text


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_survive_in_a_list(text: str) -> None:
    given = arguments.read(rendered(excluded_categories=[text, "Books"]))
    assert given.settings.excluded_categories == (text, "Books")


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_survive_as_a_run_id(text: str) -> None:
    given = arguments.read(rendered(run_id=text))
    assert given.run_id == text
    assert given.settings == parse({"as_of": "2023-09-14"})


@pytest.mark.parametrize(
    "given",
    [
        {"min_price": 0},
        {"min_price": 0.1},
        {"min_price": 0.0005},
        {"keep_unknown_category": False, "force": True},
        {"k": "4", "k_min": 3, "k_max": 7},
        {"category": "Books", "window_months": 600, "demo_reviews": 50_000_000},
        {"excluded_categories": []},
        {"frequency_edges": [3, 5, 8, 13], "scoring": "seed", "segment_map": "seed"},
        {"frozen_edges_from": "0123456789ab", "revision": "main"},
    ],
    ids=str,
)
def test_what_the_form_gives_is_what_the_job_gets(given: dict[str, Any]) -> None:
    assert arguments.read(rendered(**given)).settings == parse({**given, "as_of": "2023-09-14"})


def test_a_bad_value_is_refused_as_everywhere_else() -> None:
    with pytest.raises(UserError, match=r"Param scoring: 'ntile' is not allowed\. Allowed: edges, seed"):
        arguments.read([*rendered(), "--scoring=ntile"])


def test_a_job_started_by_hand_needs_only_a_source_version_and_a_date() -> None:
    given = arguments.read(["--source-version=0123456789ab", "--as-of=2023-09-14"])
    assert given.settings == parse({"as_of": "2023-09-14"})
    assert given.run_id == "by-hand"


@pytest.mark.parametrize(
    ("words", "lacking"),
    [(["--as-of=2023-09-14"], "--source-version"), (["--source-version=0123456789ab"], "--as-of")],
)
def test_what_lacks_is_named(words: list[str], lacking: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments.read(words)
    assert f"the following arguments are required: {lacking}" in capsys.readouterr().err


def test_a_misspelt_param_is_refused_and_not_taken_for_the_one_that_begins_so() -> None:
    with pytest.raises(UserError, match=r"'--frequency-edge=2;3;4;7'.* Did you mean --frequency-edges\?"):
        arguments.read([*rendered(), "--frequency-edge=2;3;4;7"])


@pytest.mark.parametrize("empty", ["", "None"])
def test_an_empty_as_of_date_is_refused_by_name(empty: str) -> None:
    # "None" is what a template makes of a value that is not there.
    with pytest.raises(UserError, match="as_of"):
        arguments.read(["--source-version=0123456789ab", f"--as-of={empty}"])
