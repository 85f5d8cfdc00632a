"""The command line of every Spark job, made from the settings: once as templates, once as a parser."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted
from segmentation.common.spelling import did_you_mean
from segmentation.config import settings as params
from segmentation.config.settings import FIELDS, Settings
from segmentation.planning import earlier


@dataclass(frozen=True)
class JobArguments:
    """What a job is told: the run's settings, the resolved as-of date and source version, who runs it, and the versions
    that the shop has released of earlier months, by label.
    """

    settings: Settings
    as_of: date
    source_version: str
    run_id: str
    released: Mapping[str, str] = field(default_factory=dict)


def templates() -> list[str]:
    """The arguments of every Spark task as Airflow templates.

    Each is one `--name=value` word, so that a value that begins with a dash stays a value.
    """
    resolved = "{{ ti.xcom_pull(task_ids='fetch')['%s'] }}"
    words = [
        f"--source-version={resolved % 'source_version'}",
        f"--as-of={resolved % 'as_of'}",
        # Of a map in a file, fetch has read the text: the file may change meanwhile, or be out of reach of a job.
        f"--segment-map={resolved % 'segment_map'}",
        # An older release has noted none.
        "--released={{ ti.xcom_pull(task_ids='fetch').get('released', '') }}",
        "--run-id={{ run_id }}",
    ]
    for name, meta in FIELDS.items():
        if name not in ("as_of", "segment_map"):
            text = {"string": f"params.{name}", "string?": f"params.{name} or ''"}.get(
                meta["type"], f"params.{name} | tojson"
            )
            words.append(f"--{name.replace('_', '-')}={{{{ {text} }}}}")
    return words


def read(words: list[str]) -> JobArguments:
    """Parse a job's command line. Raises UserError where a value is not allowed, or a word is no param."""
    # Without abbreviations: `--frequency-edge` would be taken for the only param that begins so.
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--source-version", required=True)
    parser.add_argument("--run-id", default="by-hand")
    parser.add_argument("--released", default="")
    for name, meta in FIELDS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", help=meta["help"], required=name == "as_of")
    known, others = parser.parse_known_args(words)
    if others:
        options = [f"--{name.replace('_', '-')}" for name in (*FIELDS, "source_version", "run_id", "released")]
        word = others[0].partition("=")[0]
        raise UserError(f"Unknown argument {quoted(others[0])} of the job.{did_you_mean(word, options)}")
    given = {name: value for name, value in vars(known).items() if value is not None}
    source_version, run_id, released = (given.pop(name) for name in ("source_version", "run_id", "released"))
    settings = params.parse(given)
    if settings.as_of is None:
        raise UserError(f"Param as_of: {given['as_of']!r} is not allowed. Allowed: a date as YYYY-MM-DD.")
    return JobArguments(settings, settings.as_of, source_version, run_id, earlier.from_text(released))
